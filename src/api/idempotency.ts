import type { Scope } from "../model/birth.ts";
import type { ClientToken } from "../model/resource.ts";
import { type Change, type World, findIn, list, put, remove, scopeKey } from "../model/world.ts";
import { type Refusal, refuse } from "../values/refuse.ts";
import type { Call } from "./operation.ts";
import type { Fields, Value } from "./wire/scalar.ts";
import type { OperationShape } from "./wire/shape.ts";

/** What makes a call with a client token the same call: its operation, its token, and its input. */
export interface Attempt {
  readonly id: string;
  readonly digest: string;
}

/** Clients put a fresh token in every call, so what is remembered has an end: by age, and by number in each scope. */
const longestMs = 24 * 60 * 60 * 1000;
export const mostTokens = 10_000;

const longestToken = 64;
/** Tokens by their operation that Amazon's model does not mark as such. */
const unmarked: ReadonlyMap<string, string> = new Map([["CreateFlowLogs", "ClientToken"]]);

/** The attempt a call is, undefined when it has no token, a refusal when the token is malformed. */
export function attemptOf(operation: OperationShape, input: Fields, call: Call): Attempt | Refusal | undefined {
  const member = operation.input?.token ?? unmarked.get(operation.name);
  const token = member === undefined ? undefined : input[member];
  if (member === undefined || typeof token !== "string") return undefined;
  if (!/^[\x20-\x7e]+$/.test(token) || token.length > longestToken) {
    return refuse(
      "InvalidParameterValue",
      `Value (${token}) for parameter ${member} is invalid. Expecting 1 to ${longestToken} ASCII characters.`,
    );
  }
  const { [member]: _token, DryRun: _dryRun, ...rest } = input;
  return { id: `${scopeKey(call)}/${operation.name}/${token}`, digest: call.digest(canonicalJson(rest)) };
}

/** JSON with the members of objects in the order of their names, whatever order the client sent them in. */
function canonicalJson(value: Value): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** What the same attempt was answered before, undefined when it is the first, a refusal when the token was for another. */
export function replay(world: World, attempt: Attempt, call: Call): { readonly output: object } | Refusal | undefined {
  const before = findIn(world, call, "client-token", attempt.id);
  if (!before || isOver(before, call.now)) return undefined;
  if (before.digest === attempt.digest) return { output: JSON.parse(before.output) as object };
  return refuse(
    "IdempotentParameterMismatch",
    "The client token you have provided matches the token of an earlier request, but the parameters differ.",
  );
}

const isOver = (token: ClientToken, now: string): boolean => Date.parse(now) - Date.parse(token.created) > longestMs;

/** The changes that remember an answer. Each time a scope is full, its older half is forgotten. */
export function remember(world: World, attempt: Attempt, output: object, call: Call): Change[] {
  const { account, region, now } = call;
  const token: ClientToken = {
    kind: "client-token",
    id: attempt.id,
    account,
    region,
    tags: {},
    created: now,
    digest: attempt.digest,
    output: JSON.stringify(output),
  };
  return [...forgotten(world, call), put(token)];
}

function forgotten(world: World, scope: Scope): Change[] {
  const held = world.scopes.get(`client-token/${scopeKey(scope)}`)?.size ?? 0;
  if (held < mostTokens) return [];
  const oldestFirst = list(world, scope, "client-token").sort((a, b) => (a.created < b.created ? -1 : 1));
  return oldestFirst.slice(0, mostTokens / 2).map(remove);
}
