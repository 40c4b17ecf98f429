/**
 * The thread that answers what instances ask of their network: it serves sockets inside the routers' namespaces, and
 * answers from a replica of the world. What each service says is in the room `services`.
 */
import { parentPort, workerData } from "node:worker_threads";
import { routerNamespace } from "../compile/names.ts";
import { applyChanges, emptyWorld, everywhere } from "../model/world.ts";
import { openAllowance } from "../services/allowance.ts";
import { interfaceWith } from "../services/asker.ts";
import { activationService } from "./activation-service.ts";
import { dhcpService } from "./dhcp-service.ts";
import { dnsService } from "./dns-service.ts";
import { openUpstream } from "./dns-upstream.ts";
import { metadataService } from "./metadata-service.ts";
import { namespaceNumber } from "./namespaces.ts";
import type { Router, Service, ServiceKind } from "./router-services.ts";
import type { FromServices, ServicesStart, ToServices } from "./services.ts";
import type { OpenedSocket, SocketAddress } from "./sockets.ts";
import { timeService } from "./time-service.ts";

/** How often namespaces are looked at without being asked to. */
const lookMs = 1000;

const port = parentPort;
if (!port) throw new Error("the services thread is started as a worker");
const say = (message: FromServices): void => port.postMessage(message);

const { realm, settings, changes: first } = workerData as ServicesStart;
const kinds: readonly ServiceKind[] = [
  dnsService(openUpstream(settings.upstream)),
  timeService,
  metadataService,
  dhcpService,
  activationService,
];
const allowance = openAllowance(settings.packetsPerSecond);
let world = applyChanges(emptyWorld, first);

/** The services of one VPC, by kind, and the namespace they were opened in. */
interface Place {
  readonly namespace: number;
  readonly services: Map<ServiceKind, Service>;
}
const places = new Map<string, Place>();
/** What was last said of a service that could not be opened: each second is too often to say the same again. */
const said = new Map<string, string>();

const opening = new Map<number, { resolve(sockets: readonly OpenedSocket[]): void; reject(error: Error): void }>();
let lastOpening = 0;

const askForSockets = (namespace: string, wanted: readonly SocketAddress[]): Promise<readonly OpenedSocket[]> =>
  new Promise((resolve, reject) => {
    opening.set(++lastOpening, { resolve, reject });
    say({ open: lastOpening, namespace, wanted });
  });

const routerOf = (vpc: string): Router => ({
  vpc,
  settings,
  world: () => world,
  asker: (address) => {
    const found = interfaceWith(world, vpc, address);
    return found && allowance.take(found, performance.now()) ? found : undefined;
  },
  sockets: (wanted) => askForSockets(routerNamespace(realm, vpc), wanted),
  log: (line) => say({ log: `${vpc}: ${line}` }),
});

/** Opens what is missing, closes what has lost its namespace: an open socket would keep that alive. */
async function look(): Promise<void> {
  const present = new Map<string, number>(
    everywhere(world, "vpc").flatMap(({ id }) => {
      const number = namespaceNumber(routerNamespace(realm, id));
      return number === undefined ? [] : [[id, number] as const];
    }),
  );
  for (const [vpc, { namespace, services }] of places) {
    if (present.get(vpc) === namespace) continue;
    for (const service of services.values()) service.close();
    places.delete(vpc);
  }
  await Promise.all([...present].map(([vpc, namespace]) => lookAt(vpc, namespace)));
}

async function lookAt(vpc: string, namespace: number): Promise<void> {
  const { services } = places.get(vpc) ?? { services: new Map<ServiceKind, Service>() };
  places.set(vpc, { namespace, services });
  for (const kind of kinds) {
    try {
      const service = services.get(kind);
      if (service) await service.look?.();
      else services.set(kind, await kind.open(routerOf(vpc)));
      said.delete(`${vpc} ${kind.name}`);
    } catch (error) {
      const line = `${vpc}: ${kind.name}: ${error instanceof Error ? error.message : String(error)}`;
      if (said.get(`${vpc} ${kind.name}`) !== line) say({ log: line });
      said.set(`${vpc} ${kind.name}`, line);
    }
  }
}

/** One look after the other. */
let looking: Promise<void> = Promise.resolve();
const lookNext = (): Promise<void> => (looking = looking.then(look));

async function hear(message: ToServices): Promise<void> {
  if ("opened" in message) {
    const { opened, sockets, error } = message;
    if (sockets) opening.get(opened)?.resolve(sockets);
    else opening.get(opened)?.reject(new Error(error));
    opening.delete(opened);
    return;
  }
  if (message.changes.length > 0) world = applyChanges(world, message.changes);
  if (message.look) await lookNext();
  say({ done: true });
}

port.on("message", (message: ToServices) => void hear(message));
void (async () => {
  for (;;) {
    await lookNext();
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
})();
