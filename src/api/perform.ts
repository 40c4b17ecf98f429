import type { Caller } from "../iam/signature.ts";
import { standardPublicPool } from "../model/public-address.ts";
import type { Change, World } from "../model/world.ts";
import { mintId } from "../values/id.ts";
import { type Refusal, isRefusal, refuse } from "../values/refuse.ts";
import { attemptOf, remember, replay } from "./idempotency.ts";
import { standardQuotas } from "./limits.ts";
import type { Quotas } from "./limits.ts";
import type { Call, Delivery, Keys, Outcome } from "./operation.ts";
import type { Fields } from "./wire/scalar.ts";
import type { OperationShape } from "./wire/shape.ts";

/** A call as operations of every service see it. */
export interface ServedCall extends Call {
  readonly caller: Caller;
}

/** An operation of any service. What EC2's are typed with (Operation<A>) is one of these. */
export interface ServedOperation {
  readonly name: string;
  readonly answersFor?: readonly string[];
  run(world: World, input: object, call: ServedCall): Refusal | Outcome<object>;
}

export interface State {
  world(): World;
  /** Makes the changes durable, then the world's. Throws when they can't be made durable, and then changes nothing. */
  commit(changes: readonly Change[]): World;
  /** Where it is present, `commit` only begins: what `world` shows is durable when this resolves, or lost if it rejects. */
  durable?(): Promise<void>;
}

export interface Sources {
  now(): Date;
  /** `count` random bytes, as lowercase hex. */
  random(count: number): string;
  /** SHA-256, lowercase hex. */
  digest(text: string): string;
  /** The standard ones, where it is absent. */
  readonly quotas?: Quotas;
  /** The prefix public addresses are given out of, canonical. The standard one, where it is absent. */
  readonly publicPool?: string;
  /** Whether launches may name any image. No, where it is absent. */
  readonly anyImage?: boolean;
  /** Absent: no key pair can be made or imported. */
  readonly keys?: Keys;
  /** What an instance's processes last wrote to its console, base64; undefined when there is nothing. */
  console?(instance: string): string | undefined;
  /** How a flow log's records were last delivered; undefined when there was nothing to deliver yet. */
  delivery?(flowLog: string): Delivery | undefined;
}

export function callOf(caller: Caller, sources: Sources): ServedCall {
  const { account, region } = caller;
  return {
    caller,
    account,
    region,
    now: sources.now().toISOString(),
    mint: (kind) => mintId(kind, sources.random(9)),
    random: (count) => sources.random(count),
    digest: (text) => sources.digest(text),
    quotas: sources.quotas ?? standardQuotas,
    publicPool: sources.publicPool ?? standardPublicPool,
    anyImage: sources.anyImage ?? false,
    keys: sources.keys,
    console: (instance) => sources.console?.(instance),
    delivery: (flowLog) => sources.delivery?.(flowLog),
  };
}

export interface Performed {
  readonly output: object;
  /** The answer is true once this revision is in force; undefined when nothing depends on any. */
  readonly revision?: number;
  /** The first resource that was made or changed. */
  readonly touched?: string;
}

/**
 * Runs an operation and commits what it changes, in one turn of the event loop: calls are serial, and none sees half of
 * another. A dry run commits nothing; the same call with the same client token is answered as before.
 */
export function perform(
  state: State,
  operation: ServedOperation,
  shape: OperationShape,
  input: Fields,
  call: ServedCall,
): Refusal | Performed {
  const attempt = attemptOf(shape, input, call);
  if (isRefusal(attempt)) return attempt;
  const dryRun = input["DryRun"] === true;
  const world = state.world();
  const before = attempt && !dryRun ? replay(world, attempt, call) : undefined;
  if (isRefusal(before)) return before;
  if (before) return { output: before.output, revision: world.revision };

  const outcome = operation.run(world, input, call);
  if (isRefusal(outcome)) return outcome;
  if (dryRun) return refuse("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
  const { changes = [], output } = outcome;
  if (changes.length === 0) return { output };
  const remembered = attempt ? remember(world, attempt, output, call) : [];
  return { output, revision: state.commit([...changes, ...remembered]).revision, ...touchedBy(changes) };
}

function touchedBy(changes: readonly Change[]): Pick<Performed, "touched"> {
  const first = changes.find((change) => "put" in change);
  return first ? { touched: first.put.id } : {};
}
