/**
 * Makes the kernel what the world says. A pass takes no argument: it looks at the newest world, compares, acts, and may
 * run at any moment. What the kernel holds is read when it is not known (at the start, after a failure, and every so
 * often), otherwise it is what the last pass made of it.
 */
import { namespacePrefix } from "../compile/names.ts";
import { fingerprintOf, withGeneration } from "../compile/generation.ts";
import { compile } from "../compile/ruleset.ts";
import { generationLimit, type Ruleset, type Section } from "../compile/rule.ts";
import type { World } from "../model/world.ts";
import { type Refusal, refuse } from "../values/refuse.ts";
import { delta, whole } from "./delta.ts";
import { type Desired, desire } from "./desired.ts";
import type { Kernel, Marker, NamespaceState, ObservedNamespace, Step } from "./kernel.ts";
import { abandoned, additions, missing, removals } from "./namespaces.ts";

export interface LoopDependencies {
  readonly kernel: Kernel;
  readonly realm: string;
  world(): World;
  /** Resolves after about that many milliseconds. */
  sleep(ms: number): Promise<void>;
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
}

interface Known {
  readonly namespaces: ReadonlyMap<string, NamespaceState>;
  readonly rulesets: ReadonlyMap<string, InForce | Marker>;
}

/** How often a failed pass is tried before those who wait are told. */
const attempts = 3;

export function startLoop(dependencies: LoopDependencies): Loop {
  const { kernel, realm, world, sleep, log } = dependencies;
  let known: Known | undefined;
  let inForce = -1;
  let failing: string | undefined;
  let stopped = false;
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
    const target = world();
    const desired = desire(target, realm);
    known ??= learn(await kernel.observe(namespacePrefix(realm)));
    const { steps, rulesets } = plan(known, desired, target.revision);
    try {
      await kernel.run(steps);
      known = { namespaces: desired.namespaces, rulesets };
    } catch (error) {
      known = undefined;
      throw error;
    }
    inForce = target.revision;
    tell(undefined, inForce);
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
        if (failures >= attempts) {
          tell(refuse("Unavailable", `The change is recorded but not in force yet: ${failing}`), Number.MAX_SAFE_INTEGER);
        }
        dirty = true;
        await sleep(Math.min(10_000, 50 * 2 ** failures));
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
  const policy: Step[] = [];
  for (const [namespace, network] of desired.networks) {
    const { transactions, inForce } = planPolicy(compile(network), known.rulesets.get(namespace), revision);
    policy.push(...transactions.map((commands) => ({ op: "nft", namespace, commands: commands.join("\n") }) as const));
    rulesets.set(namespace, inForce);
  }
  const steps = [
    ...missing(known.namespaces, desired.namespaces),
    ...removals(known.namespaces, desired.namespaces),
    ...policy,
    ...additions(known.namespaces, desired.namespaces),
    ...abandoned(known.namespaces, desired.namespaces),
  ];
  return { steps, rulesets };
}

function planPolicy(
  parts: Ruleset,
  was: InForce | Marker | undefined,
  revision: number,
): { transactions: string[][]; inForce: InForce } {
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
  a === b || (a.size === b?.size && [...a].every(([name, part]) => b.get(name) === part));
