/**
 * Makes the kernel what the world says. A pass takes no argument: it looks at the newest world, compares, acts, and may
 * run at any moment. What the kernel holds is read when it is not known (at the start, after a failure, and every so
 * often), otherwise it is what the last pass made of it.
 */
import { namespacePrefix } from "../compile/names.ts";
import { fingerprintOf, suspended, withGeneration } from "../compile/generation.ts";
import { compile } from "../compile/ruleset.ts";
import { uplinkNeighbour } from "../compile/routes.ts";
import { generationLimit, type Ruleset, type Section } from "../compile/rule.ts";
import type { World } from "../model/world.ts";
import type { Network } from "../policy/network.ts";
import { isCurrent } from "../policy/translation.ts";
import { type Refusal, refuse } from "../values/refuse.ts";
import { changedKeys } from "../values/derived.ts";
import { delta, whole } from "./delta.ts";
import { type Desired, desire } from "./desired.ts";
import { type Kernel, type Marker, type NamespaceState, type ObservedNamespace, type Route, type Step, StepFailure } from "./kernel.ts";
import { abandoned, additions, missing, removals } from "./namespaces.ts";
import { apart } from "./state.ts";
import type { Outside } from "./uplinks.ts";

export interface LoopDependencies {
  readonly kernel: Kernel;
  readonly realm: string;
  world(): World;
  /** The internet of this realm. */
  readonly internet: Outside;
  /** Resolves after about that many milliseconds. */
  sleep(ms: number): Promise<void>;
  /** Says that steps about a namespace failed twice in a row, so that the world may give up what they were for. */
  readonly blame?: (namespace: string, why: string) => void;
  log(line: string): void;
}

export interface Loop {
  /** Resolves when a revision is in force, or with the reason why it is not. */
  settle(revision: number): Promise<Refusal | undefined>;
  /** Says that the world has changed. */
  poke(): void;
  /** Forgets what the kernel is thought to hold, and looks again. */
  resync(): void;
  /** The newest revision in force, and what keeps the next one out. */
  status(): { readonly inForce: number; readonly failing?: string };
  /** Ends after the pass under way; the kernel stays as it is. */
  stop(): Promise<void>;
}

/** What is in force in one router's namespace. */
interface InForce {
  /** Without the generation's part. */
  readonly parts: Ruleset;
  readonly generation: number;
  readonly network: Network;
}

interface Known {
  readonly namespaces: ReadonlyMap<string, NamespaceState>;
  readonly rulesets: ReadonlyMap<string, InForce | Marker>;
}

/** How often a failed pass is tried before those who wait are told. */
const attempts = 3;

export function startLoop(dependencies: LoopDependencies): Loop {
  const { kernel, realm, internet, world, sleep, blame, log } = dependencies;
  let known: Known | undefined;
  /** The networks whose connections are all translated as they say, by namespace: what a look at the kernel can't tell. */
  const settled = new Map<string, Network>();
  let inForce = -1;
  let failing: string | undefined;
  let stopped = false;
  const ending = Promise.withResolvers<void>();
  let dirty = true;
  let wake: () => void = () => undefined;
  const waiting: { revision: number; tell: (refusal: Refusal | undefined) => void }[] = [];

  const tell = (refusal: Refusal | undefined, upTo: number) => {
    for (const each of waiting.filter(({ revision }) => revision <= upTo)) {
      waiting.splice(waiting.indexOf(each), 1);
      each.tell(refusal);
    }
  };

  const pass = async () => {
    known ??= learn(await kernel.observe(namespacePrefix(realm)));
    // After the look: what is seen and is of no world yet would else be taken for left over.
    const target = world();
    const desired = desire(target, realm, internet);
    const { steps, rulesets } = plan(known, desired, target.revision);
    try {
      await kernel.run(steps);
      await forgetFormer(known, desired);
      known = { namespaces: desired.namespaces, rulesets };
    } catch (error) {
      known = undefined;
      settled.clear();
      throw error;
    }
    inForce = target.revision;
    tell(undefined, inForce);
  };

  /**
   * Connections keep the translation they began with: those that would get another now begin anew. In a namespace left
   * by an earlier process or a pass that failed, which may have come this far and no further, each is looked at.
   */
  const forgetFormer = async ({ namespaces }: Known, { networks }: Desired) => {
    for (const namespace of settled.keys()) if (!networks.has(namespace)) settled.delete(namespace);
    for (const [namespace, network] of networks) {
      const was = settled.get(namespace);
      if (was ? !sameTranslation(was, network) : namespaces.has(namespace)) {
        const former = (await kernel.translated(namespace)).filter((connection) => !isCurrent(network, connection));
        await kernel.run(former.map((connection) => ({ op: "connection.delete", namespace, connection })));
      }
      settled.set(namespace, network);
    }
  };

  const run = async () => {
    for (let failures = 0; !stopped; ) {
      if (!dirty) await new Promise<void>((resolve) => (wake = resolve));
      if (stopped) break;
      dirty = false;
      try {
        await pass();
        failures = 0;
        failing = undefined;
      } catch (error) {
        failures++;
        failing = error instanceof Error ? error.message : String(error);
        log(`apply failed (${failures}): ${failing}`);
        if (failures > 1 && error instanceof StepFailure) blame?.(error.namespace, failing);
        if (failures >= attempts) {
          tell(refuse("Unavailable", `The change is recorded but not in force yet: ${failing}`), Number.MAX_SAFE_INTEGER);
        }
        dirty = true;
        await Promise.race([sleep(Math.min(10_000, 50 * 2 ** failures)), ending.promise]);
      }
    }
  };

  const poke = () => {
    dirty = true;
    wake();
  };
  const running = run();
  return {
    poke,
    resync: () => {
      known = undefined;
      poke();
    },
    settle: (revision) =>
      new Promise((resolve) => {
        if (revision <= inForce) return resolve(undefined);
        waiting.push({ revision, tell: resolve });
        poke();
      }),
    status: () => ({ inForce, ...(failing === undefined ? {} : { failing }) }),
    stop: async () => {
      stopped = true;
      ending.resolve();
      wake();
      await running;
      tell(refuse("Unavailable", "The control plane is stopping."), Number.MAX_SAFE_INTEGER);
    },
  };
}

function learn(observed: ReadonlyMap<string, ObservedNamespace>): Known {
  const rulesets = new Map<string, Marker>();
  for (const [namespace, { marker }] of observed) if (marker) rulesets.set(namespace, marker);
  return { namespaces: observed, rulesets };
}

/**
 * The steps from what is known to what is desired: namespaces, what goes, policy, what comes. An interface the policy
 * does not know yet is dropped, so links may come at any time; one that goes is gone before its policy is.
 */
export function plan(known: Known, desired: Desired, revision: number): { steps: Step[]; rulesets: Map<string, InForce> } {
  const rulesets = new Map<string, InForce>();
  const [before, policy, after]: [Step[], Step[], Step[]] = [[], [], []];
  for (const [namespace, network] of desired.networks) {
    const was = known.rulesets.get(namespace);
    const nft = (transactions: readonly string[][]): Step[] =>
      transactions.map((commands) => ({ op: "nft", namespace, commands: commands.join("\n") }));
    const parts = compile(network);
    if (was && "parts" in was && sameWays(known.namespaces.get(namespace), desired.namespaces.get(namespace)) === false) {
      // Other ways lead to other gates: nothing passes unjudged until they are what the policy says.
      const generation = nextGeneration(was.generation, revision);
      const paused = suspended(was.parts);
      const changes = delta(paused, withGeneration(parts, generation), true);
      before.push(...nft(delta(withGeneration(was.parts, was.generation), paused)));
      policy.push(...nft(changes.slice(0, -1)));
      after.push(...nft(changes.slice(-1)));
      rulesets.set(namespace, { parts, generation, network });
      continue;
    }
    const { transactions, inForce } = planPolicy(parts, was, revision);
    policy.push(...nft(transactions));
    rulesets.set(namespace, { ...inForce, network });
  }
  const steps = [
    ...missing(known.namespaces, desired.namespaces),
    ...before,
    ...removals(known.namespaces, desired.namespaces),
    ...policy,
    ...additions(known.namespaces, desired.namespaces),
    ...after,
    ...abandoned(known.namespaces, desired.namespaces),
  ];
  return { steps, rulesets };
}

/** Whether two states route alike, but for the interfaces' own addresses. Undefined where one is not known. */
function sameWays(known: NamespaceState | undefined, desired: NamespaceState | undefined): boolean | undefined {
  if (!known || !desired) return undefined;
  if (known === desired) return true;
  const [a, b] = apart(known, desired);
  const ways = ({ routes }: NamespaceState): string[] => [...routes].flatMap(([key, route]) => (isWay(route) ? [key] : []));
  const [was, will] = [ways(a), new Set(ways(b))];
  return was.length === will.size && was.every((key) => will.has(key)) && [...a.rules.keys()].every((key) => b.rules.has(key)) && a.rules.size === b.rules.size;
}

/** Interfaces' own addresses are routes of the main table, to themselves. */
const isWay = ({ table, device, via, destination: { family } }: Route): boolean =>
  table !== undefined || device === undefined || via?.bits === uplinkNeighbour[family].bits;

/** Whether two states of a network give connections the same addresses on the same ways. */
const sameTranslation = (a: Network, b: Network): boolean =>
  a.tables === b.tables && a.subnets === b.subnets && a.nats === b.nats && a.internet === b.internet;

function planPolicy(
  parts: Ruleset,
  was: InForce | Marker | undefined,
  revision: number,
): { transactions: string[][]; inForce: Omit<InForce, "network"> } {
  const generation = nextGeneration(was?.generation ?? 0, revision);
  const next = { parts, generation };
  // Only the marker is known: what was intended then is what is intended now, or all is made anew.
  if (was === undefined || "fingerprint" in was) {
    if (was?.fingerprint === fingerprintOf(parts)) return { transactions: [], inForce: { parts, generation: was.generation } };
    return { transactions: [whole(withGeneration(parts, generation))], inForce: next };
  }
  if (sameParts(was.parts, parts)) return { transactions: [], inForce: was };
  return { transactions: delta(withGeneration(was.parts, was.generation), withGeneration(parts, generation)), inForce: next };
}

/** After the last one, and never before the revision: a state that was lost must not bring an old generation back. */
const nextGeneration = (last: number, revision: number): number =>
  1 + ((Math.max(last, revision - 1, 0)) % (generationLimit - 1));

const sameParts = (a: Ruleset, b: Ruleset): boolean =>
  a.size === b.size && [...a].every(([name, section]) => sameSection(section, b.get(name)));

const sameSection = (a: Section, b: Section | undefined): boolean =>
  a === b || (a.size === b?.size && [...(changedKeys(a, b) ?? a.keys())].every((name) => a.get(name) === b.get(name)));
