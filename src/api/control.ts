import type { SignedRequest } from "../iam/canonical.ts";
import type { Caller } from "../iam/signature.ts";
import type { World } from "../model/world.ts";
import { type Refusal, isRefusal, refuse } from "../values/refuse.ts";
import type { Encoded } from "./wire/codec.ts";

/** Bailey's own requests live below this path: JSON in, JSON out. */
export const controlPath = "/_bailey/";

/** Answers a control request: what it gives back becomes the JSON body. */
export type ControlHandler = (input: unknown, caller: Caller) => Promise<unknown>;
/** By the name after the path's prefix. */
export type ControlHandlers = ReadonlyMap<string, ControlHandler>;

export interface ControlDependencies {
  readonly control: ControlHandlers;
  readonly reset?: () => Promise<void>;
  world(): World;
}

/**
 * Answers `GET /_bailey/health` and, where allowed, `POST /_bailey/reset`, both unsigned; every other name only to a
 * caller whose signature is for the service `bailey`.
 */
export async function respondToControl(
  dependencies: ControlDependencies,
  request: SignedRequest & { readonly tooLarge: boolean },
  requestId: string,
  identify: () => Refusal | Caller,
): Promise<Refusal | Encoded> {
  const name = request.target.slice(controlPath.length).split("?", 1)[0] ?? "";
  if (request.tooLarge) return refuse("RequestEntityTooLarge", "The request body is too large.");
  if (request.method !== "GET" && request.method !== "POST") {
    return refuse("MethodNotAllowed", `The method ${request.method} is not allowed.`);
  }
  if (name === "health") return encode({ status: "ok", revision: dependencies.world().revision }, requestId);
  if (name === "reset") return reset(dependencies, request.method, requestId);

  const caller = identify();
  if (isRefusal(caller)) return caller;
  if (caller.service !== "bailey") {
    return refuse("SignatureDoesNotMatch", "Credential should be scoped to correct service: 'bailey'.");
  }
  const handler = dependencies.control.get(name);
  if (!handler) return refuse("NotFound", `There is nothing at ${controlPath}${name}.`);
  const input = parseBody(request.body);
  if (isRefusal(input)) return input;
  const answer = await handler(input.parsed, caller);
  return isRefusal(answer) ? answer : encode(answer, requestId);
}

async function reset({ reset }: ControlDependencies, method: string, requestId: string): Promise<Refusal | Encoded> {
  if (!reset) return refuse("NotFound", "Reset is not allowed here; start the region with --allow-reset.");
  if (method !== "POST") return refuse("MethodNotAllowed", "Reset is a POST.");
  await reset();
  return encode({ status: "ok" }, requestId);
}

/** Wrapped, so that no body can pass for a refusal. No body is an empty object. */
function parseBody(body: Uint8Array): Refusal | { readonly parsed: unknown } {
  try {
    return { parsed: body.length === 0 ? {} : (JSON.parse(new TextDecoder().decode(body)) as unknown) };
  } catch {
    return refuse("SerializationException", "The request body is not JSON.");
  }
}

const encode = (answer: unknown, requestId: string): Encoded => ({
  headers: { "content-type": "application/json", "x-amzn-requestid": requestId },
  body: new TextEncoder().encode(JSON.stringify(answer)),
});
