/** Wires a region together: state, kernel, instances, API. No logic of its own. */
import { namespacePrefix } from "./compile/names.ts";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { abandoned, removals } from "./apply/namespaces.ts";
import { type Loop, startLoop } from "./apply/loop.ts";
import { refusedPackets } from "./apply/refused.ts";
import { fateBeyond } from "./apply/uplinks.ts";
import { attachmentHandlers } from "./api/bailey/attachments.ts";
import { diagnose } from "./api/bailey/diagnose.ts";
import { explain } from "./api/bailey/explain.ts";
import type { FateBeyond } from "./api/bailey/explanation.ts";
import { judgeFlows } from "./api/bailey/judge-flows.ts";
import { rulesReport } from "./api/bailey/rules.ts";
import { statusReport } from "./api/bailey/status.ts";
import { ec2Operations } from "./api/ec2/catalog.ts";
import { prepare } from "./api/ec2/default-vpc.ts";
import { logsOperations } from "./api/logs/catalog.ts";
import { notDone } from "./api/ec2/not-done.ts";
import type { ControlHandler } from "./api/control.ts";
import { callOf, type Sources, type State } from "./api/perform.ts";
import type { AccessKey } from "./iam/signature.ts";
import { createServe, type LogEntry } from "./api/serve.ts";
import { getCallerIdentity } from "./api/sts/get-caller-identity.ts";
import type { RegionOptions, Running } from "./cli/running.ts";
import { absentGuests } from "./host/absent.ts";
import { departures, unusable } from "./host/departures.ts";
import type { Guests } from "./host/guests.ts";
import { startInstances } from "./host/instances.ts";
import { absentAttachments, type Attachments, openAttachments } from "./io/attachments.ts";
import { openCertificate } from "./io/certificate.ts";
import { openClock } from "./io/clock.ts";
import { openCredentials } from "./io/credentials.ts";
import { crypto, randomHex } from "./io/crypto.ts";
import { openGuests } from "./io/guests.ts";
import { listenHttps } from "./io/https.ts";
import { openFlowLogs } from "./io/flow-logs.ts";
import { type S3Place, s3Credentials } from "./io/flow-s3.ts";
import { openKernel } from "./io/kernel.ts";
import { openQueries } from "./io/log-queries.ts";
import { openLogStore } from "./io/log-store.ts";
import { openServices } from "./io/services.ts";
import { heldByOthers, type Held, isMachines } from "./io/uplinks.ts";
import { loadModel } from "./io/shapes.ts";
import { sshKeys } from "./io/ssh-keys.ts";
import { holdWorld } from "./io/state.ts";
import { openStore } from "./io/store.ts";
import { openTokenSecret } from "./io/token-secret.ts";
import type { Delivery } from "./flow/deliver.ts";
import { forgettableGone } from "./model/gone.ts";
import { forgettable } from "./model/instance.ts";
import { forgettableNatGateways } from "./model/nat-gateway.ts";
import { forgettablePeerings } from "./model/peering.ts";
import { isPublicAddressTaken } from "./model/public-address.ts";
import { type Change, everything, remove, type World } from "./model/world.ts";
import { defaultAllowance } from "./services/allowance.ts";
import { cidrOf, firstOf, formatIp, overlaps } from "./values/ip.ts";
import { isRefusal, type Refusal, refuse } from "./values/refuse.ts";

/** How often kernel and instances are looked at anew, in case somebody else changed them, and what is old is forgotten. */
const lookAgainMs = 30_000;
/** How often what is attached is looked for: nobody says when it has gone. */
const watchMs = 1_000;

/** Bugs and failures; calls that went as they should are not worth a line. */
const log = (line: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
};

function logCall({ time, action, status, code, kept, story, requestId }: LogEntry): void {
  if (kept) process.stderr.write(`${time} kept, not enforced: ${action?.replace("ec2:", "")} ${kept.id}: ${kept.notDone}\n`);
  if (story !== undefined) process.stderr.write(`${time} ${action ?? "?"} ${status} ${code ?? ""} ${requestId}\n${story}\n`);
}

const logsFile = (state: string): string => join(state, "logs.db");

/** Starts the region of a state directory; refused when its files can't be used. Rejects when it can't listen. */
export async function startRegion(options: RegionOptions): Promise<Running | Refusal> {
  const store = openStore(join(options.state, "state.db"));
  if (isRefusal(store)) return store;
  const held = holdWorld(store, (changes) => tell(changes));
  const taken = options.dataplane === "kernel" ? takenByOthers(held.world(), store.realm, options.publicPool) : undefined;
  const { region: wantedRegion = "us-east-1", account: wantedAccount = "123456789012" } = options;
  const made = taken ?? openCredentials(options.state, { account: wantedAccount, region: wantedRegion });
  const credentials = isRefusal(made) ? made : (keeps(options, made) ?? made);
  if (isRefusal(credentials)) {
    store.close();
    return credentials;
  }
  const logStore = openLogStore(logsFile(options.state));
  if (isRefusal(logStore)) {
    store.close();
    return logStore;
  }
  const queries = openQueries(logsFile(options.state), log);
  const { accessKeyId, secretAccessKey: secret, account, region } = credentials;
  const certificate = await openCertificate(options.state, [options.host], new Date());

  const { s3Endpoint: endpointOfS3 } = options;
  const s3 = endpointOfS3 === undefined ? undefined : { endpoint: endpointOfS3, region, credentials: s3Credentials(process.env, { accessKeyId, secretAccessKey: secret }) };
  const plane = options.dataplane === "kernel" ? openPlane(held, store.realm, options, s3, (changes) => commitAll(changes)) : absentPlane(held);
  const instances = startInstances({
    guests: plane.guests,
    realm: store.realm,
    world: () => held.world(),
    commit: (make) => commitAll(make(held.world())),
    settle: plane.ready,
    now: () => new Date().toISOString(),
    sleep: (ms) => sleep(ms),
    log,
  });
  /** What is durable is told to whoever must act on it. */
  const tell = (changes: readonly Change[]): void => {
    plane.committed(changes);
    if (changes.some((change) => ("put" in change ? change.put : change.delete).kind === "instance")) instances.poke();
  };
  const commitAll = (changes: readonly Change[]): World => (changes.length === 0 ? held.world() : held.commit(changes));
  const watch = () => commitAll(departures(held.world(), plane.attachments.whyGone, new Date().toISOString()));
  watch();

  const scopeOf = (caller: { readonly account: string; readonly region: string }) => ({ account: caller.account, region: caller.region });
  let endpoint = "";
  const sources: Sources = {
    now: openClock(),
    random: randomHex,
    quotas: options.quotas,
    publicPool: options.publicPool,
    anyImage: options.anyImage ?? false,
    digest: (text) => crypto.sha256hex(Buffer.from(text)),
    keys: sshKeys,
    delivery: plane.delivery,
    console: (id) => Buffer.from(plane.guests.console(id)).toString("base64") || undefined,
  };
  const state = { world: () => held.world(), commit: commitAll, settle: plane.settle };
  const root: AccessKey = { secret, account, principal: `arn:aws:iam::${account}:root` };
  const serve = createServe({
    ...held.proposals,
    settle: plane.settle,
    ...sources,
    services: new Map([
      ["ec2", { model: () => loadModel("ec2"), operations: ec2Operations, notDone }],
      ["logs", { model: () => loadModel("logs"), operations: logsOperations({ store: logStore, queries }) }],
      ["sts", { model: () => loadModel("sts"), operations: new Map([["GetCallerIdentity", getCallerIdentity]]) }],
    ]),
    crypto,
    lookupKey: (id) => (id === accessKeyId ? root : undefined),
    prepare,
    control: new Map<string, ControlHandler>([
      ["explain", (input, caller) => Promise.resolve(explain(held.world(), caller, input, plane.beyond))],
      ["rules", (_, caller) => Promise.resolve(rulesReport(held.world(), scopeOf(caller)))],
      ["judge-flows", (input, caller) => Promise.resolve(judgeFlows(held.world(), caller, input))],
      ["diagnose", (input, caller) => Promise.resolve(diagnose(held.world(), caller, input))],
      ["status", async (_, caller) => {
        const refused = await plane.refused();
        return statusReport(held.world(), scopeOf(caller), endpoint, plane.status(), refused);
      }],
      ...attachmentHandlers({ ...state, networks: plane.attachments, callOf: (caller) => callOf(caller, sources) }),
    ]),
    ...(options.allowReset && {
      reset: async () => {
        const { revision } = commitAll(everything(held.world()).map(remove));
        await queries.clear();
        logStore.clear();
        await plane.settle(revision);
      },
    }),
    log: logCall,
  });
  const close = async () => {
    await instances.stop();
    await plane.close();
    await queries.clear();
    logStore.close();
    store.close();
  };
  const server = await listenHttps(serve, { ...certificate, host: options.host, port: options.port }).catch(
    async (error: unknown) => {
      await close();
      throw error;
    },
  );
  endpoint = server.url;
  const again = setInterval(() => {
    const [world, now] = [held.world(), new Date().toISOString()];
    commitAll([...forgettable(world, now), ...forgettableNatGateways(world, now), ...forgettablePeerings(world, now), ...forgettableGone(world, now)]);
    logStore.sweep(Date.parse(now));
    plane.resync();
    // Nobody says when an instance's processes have died.
    instances.poke();
  }, lookAgainMs);
  const watching = setInterval(watch, watchMs);
  return {
    endpoint,
    caBundle: certificate.caPath,
    region,
    account,
    realm: store.realm,
    close: async () => {
      clearInterval(again);
      clearInterval(watching);
      await server.close();
      await close();
    },
  };
}

/** A state keeps the account and the region it was made with. */
function keeps(options: RegionOptions, made: { readonly account: string; readonly region: string }): Refusal | undefined {
  for (const what of ["account", "region"] as const) {
    const wanted = options[what];
    if (wanted === undefined || wanted === made[what]) continue;
    return refuse("State", `the state in ${options.state} was made for ${what} ${made[what]}, not ${wanted}; another --state makes another`);
  }
  return undefined;
}

/** Refuses public addresses that lead to another region of this machine. */
function takenByOthers(world: World, realm: string, publicPool: string): Refusal | undefined {
  const pool = cidrOf(publicPool);
  const ours = ({ prefix }: Held) => isPublicAddressTaken(world, formatIp(firstOf(prefix)));
  const all = heldByOthers(realm).filter((each) => overlaps(pool, each.prefix) || ours(each));
  const [found] = all;
  if (!found) return undefined;
  const known = all.find(ours);
  const { device, prefix } = known ?? found;
  const what = `public address ${formatIp(firstOf(prefix))} leads to another region of this machine (device ${device})`;
  return known
    ? refuse("Taken", `${what} and was given out here too: only one of them can be up, until 'bailey down' ends the other`)
    : refuse("Taken", `${what}: give this one another pool, --public-pool CIDR instead of ${publicPool}, or end that one with 'bailey down'`);
}

interface Plane {
  readonly guests: Guests;
  readonly attachments: Attachments;
  readonly settle: Loop["settle"];
  /** As settle, and the link-local services answer too, or should have by then. */
  readonly ready: Loop["settle"];
  committed(changes: readonly Change[]): void;
  resync(): void;
  status(): { kind: "kernel" | "none"; healthy: boolean; revision: number; message?: string };
  /** Packets refused for want of room for their connection, by interface that has an allowance. */
  refused(): Promise<ReadonlyMap<string, number>>;
  /** Absent where no packets are. */
  readonly beyond?: FateBeyond;
  /** How a flow log's records were last delivered. */
  delivery(flowLog: string): Delivery | undefined;
  close(): Promise<void>;
}

/** How long an instance's start waits for the services of its network, in milliseconds. */
const servicesMs = 1000;

function openPlane(held: State, realm: string, { state, dnsUpstream, activation, publicPool, beyond, flowLogBytes }: RegionOptions, s3: S3Place | undefined, commit: (changes: readonly Change[]) => void): Plane {
  const kernel = openKernel();
  const world = () => held.world();
  const settings = {
    packetsPerSecond: defaultAllowance,
    upstream: dnsUpstream,
    tokenSecret: openTokenSecret(state),
    ...(activation && { activation }),
  };
  const services = openServices({ realm, settings, opener: kernel, world, log });
  const blame = (namespace: string, why: string) => commit(unusable(held.world(), realm, namespace, why, new Date().toISOString()));
  const flowLogs = openFlowLogs({ realm, state, ...(flowLogBytes !== undefined && { kept: flowLogBytes }), logs: logsFile(state), ...(s3 && { s3 }), world, log });
  const internet = { pool: cidrOf(publicPool), beyond };
  const loop = startLoop({ kernel, realm, internet, world, sleep: (ms) => sleep(ms, undefined, { ref: false }), blame, log });
  return {
    guests: openGuests(state, realm),
    attachments: openAttachments(realm, kernel),
    settle: loop.settle,
    ready: async (revision) => {
      const refused = await loop.settle(revision);
      if (!refused) await Promise.race([services.look(), sleep(servicesMs)]);
      return refused;
    },
    committed: (changes) => {
      loop.poke();
      services.commit(changes, () => loop.settle(held.world().revision));
      flowLogs.commit(changes);
    },
    delivery: flowLogs.delivery,
    beyond: (ip) => fateBeyond(internet, isMachines, ip),
    resync: loop.resync,
    status: () => {
      const { inForce, failing } = loop.status();
      return { kind: "kernel", healthy: failing === undefined, revision: inForce, ...(failing && { message: failing }) };
    },
    refused: () => refusedPackets(kernel, realm, world()),
    close: async () => {
      await flowLogs.close();
      await services.close();
      await loop.stop();
      await kernel.close();
    },
  };
}

/** The API alone: what is committed is all there is. */
const absentPlane = (held: State): Plane => ({
  guests: absentGuests(),
  attachments: absentAttachments,
  settle: () => Promise.resolve(undefined),
  ready: () => Promise.resolve(undefined),
  committed: () => undefined,
  resync: () => undefined,
  status: () => ({ kind: "none", healthy: true, revision: held.world().revision }),
  refused: () => Promise.resolve(new Map()),
  delivery: () => undefined,
  close: () => Promise.resolve(),
});

/** Ends every instance of a state's realm and removes its kernel objects. The control plane must not run. */
export async function tearDown(state: string): Promise<Refusal | undefined> {
  const store = openStore(join(state, "state.db"));
  if (isRefusal(store)) return store;
  const { realm } = store;
  store.close();
  const guests = openGuests(state, realm);
  await Promise.all([...(await guests.observe()).keys()].map((id) => guests.stop(id, 5_000)));
  const kernel = openKernel();
  try {
    const observed = await kernel.observe(namespacePrefix(realm));
    await kernel.run([...removals(observed, new Map()), ...abandoned(observed, new Map())]);
  } finally {
    await kernel.close();
  }
  return undefined;
}
