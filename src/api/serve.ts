/** One call, from bytes to bytes: everything that is the same for every operation happens here, once. */
import { authorise } from "../iam/authorise.ts";
import { type SignedRequest, headerValues } from "../iam/canonical.ts";
import { type Claim, readClaim } from "../iam/claim.ts";
import { type AccessKey, type Caller, type Crypto, verifySignature } from "../iam/signature.ts";
import type { Scope } from "../model/birth.ts";
import type { Change, World } from "../model/world.ts";
import { type Refusal, isRefusal, refuse } from "../values/refuse.ts";
import { type ControlHandlers, controlPath, respondToControl } from "./control.ts";
import { statusOf } from "./errors.ts";
import type { Call } from "./operation.ts";
import { type ServedOperation, type Sources, type State, callOf, perform } from "./perform.ts";
import { type Encoded, encodeError, encodeOutput, readCall } from "./wire/codec.ts";
import type { Model, OperationShape } from "./wire/shape.ts";

export interface HttpRequest extends SignedRequest {
  /** Whether the body was longer than the server reads; it is empty then. */
  readonly tooLarge: boolean;
  /** The client's address. */
  readonly remote?: string;
}

export interface HttpResponse extends Encoded {
  readonly status: number;
}

/** A service: Amazon's model of it, and the operations of it that are served, by name. */
export interface Service {
  /** Called when the service is first asked for, since a model takes a while to load. */
  model(): Model;
  readonly operations: ReadonlyMap<string, ServedOperation>;
  /** By the name of an operation: what does not follow from what it stores. */
  readonly notDone?: ReadonlyMap<string, string>;
}

export interface LogEntry {
  readonly time: string;
  readonly requestId: string;
  readonly remote?: string;
  /** Such as ec2:CreateVpc, as far as the request was understood. */
  readonly action?: string;
  readonly accessKeyId?: string;
  readonly region?: string;
  readonly status: number;
  /** The error code, when there was one. */
  readonly code?: string;
  readonly ms: number;
  /** What was stored and is not acted on: its id, and what does not follow from it. */
  readonly kept?: { readonly id: string; readonly notDone: string };
  /** What happened, when it was a bug: the exception with its stack. */
  readonly story?: string;
}

export interface Dependencies extends State, Sources {
  /** By the name a signature's scope calls them: ec2, sts. */
  readonly services: ReadonlyMap<string, Service>;
  readonly crypto: Crypto;
  lookupKey(accessKeyId: string): AccessKey | undefined;
  /** What an account's region needs before its first EC2 call; undefined when it has it already. */
  prepare(world: World, scope: Scope, call: Call): readonly Change[] | undefined;
  /** Answers when the revision is in force, or with why it isn't. */
  settle(revision: number): Promise<Refusal | undefined>;
  /** What `/_bailey/<name>` answers beside the services of Amazon. */
  readonly control: ControlHandlers;
  /** Empties everything; absent when that isn't allowed. */
  readonly reset?: () => Promise<void>;
  log(entry: LogEntry): void;
}

/** What is found out about a request on the way, for the error's dialect and for the log. */
interface Trail {
  model?: Model | undefined;
  action?: string;
  claim?: Claim;
  kept?: LogEntry["kept"];
}

/** The server as a function: never rejects, and what goes wrong inside is answered with InternalError and logged. */
export function createServe(dependencies: Dependencies): (request: HttpRequest) => Promise<HttpResponse> {
  return async (request) => {
    const start = dependencies.now();
    const requestId = uuid(dependencies.random(16));
    const trail: Trail = {};
    const outcome = await attempt(dependencies, request, requestId, trail);
    const { response, ...failure } = outcome;
    const end = dependencies.now();
    dependencies.log({
      time: start.toISOString(),
      requestId,
      ...(request.remote !== undefined && { remote: request.remote }),
      ...(trail.action !== undefined && { action: trail.action }),
      ...(trail.claim && { accessKeyId: trail.claim.accessKeyId, region: trail.claim.scope.region }),
      status: response.status,
      ...(trail.kept && { kept: trail.kept }),
      ...failure,
      ms: end.getTime() - start.getTime(),
    });
    return response;
  };
}

const uuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");

interface Attempted {
  readonly response: HttpResponse;
  readonly code?: string;
  readonly story?: string;
}

async function attempt(
  dependencies: Dependencies,
  request: HttpRequest,
  requestId: string,
  trail: Trail,
): Promise<Attempted> {
  try {
    const answer = await respond(dependencies, request, requestId, trail);
    if (!isRefusal(answer)) return { response: { ...answer, status: 200 } };
    return { response: refused(answer, requestId, trail), code: answer.refused };
  } catch (error) {
    const story = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const refusal = refuse("InternalError", "An internal error has occurred");
    return { response: refused(refusal, requestId, trail), code: refusal.refused, story };
  }
}

function refused({ refused: code, message }: Refusal, requestId: string, { model }: Trail): HttpResponse {
  const status = statusOf(code);
  return { status, ...encodeError(model, { code, message, status }, requestId) };
}

async function respond(
  dependencies: Dependencies,
  request: HttpRequest,
  requestId: string,
  trail: Trail,
): Promise<Refusal | Encoded> {
  const path = request.target.split("?", 1)[0] ?? "";
  const claim = readClaim(request);
  if (!isRefusal(claim)) {
    trail.claim = claim;
    trail.model = dependencies.services.get(claim.scope.service)?.model();
  }
  if (path.startsWith(controlPath)) {
    trail.model = controlModel;
    return respondToControl(dependencies, request, requestId, () => identify(dependencies, request, claim));
  }
  const service = locateService(dependencies, request, path, claim);
  if (isRefusal(service)) return service;
  const caller = identify(dependencies, request, claim);
  if (isRefusal(caller)) return caller;
  return serveCall(dependencies, service, request, caller, requestId, trail);
}

/** Control requests are no service of Amazon's; their errors look like those of its JSON services. */
const controlModel: Model = {
  protocol: "awsJson1_1",
  version: "",
  namespace: "bailey",
  actions: [],
  operation: () => undefined,
};

/** The service a request's signature is for. What can be refused without knowing the caller is refused here. */
function locateService(
  { services }: Dependencies,
  request: HttpRequest,
  path: string,
  claim: Refusal | Claim,
): Refusal | Service {
  if (request.tooLarge) return refuse("RequestEntityTooLarge", "The request body is too large.");
  if (request.method !== "POST" && request.method !== "GET") {
    return refuse("MethodNotAllowed", `The method ${request.method} is not allowed.`);
  }
  if (path !== "/") return refuse("NotFound", `There is nothing at ${path}.`);
  if (isRefusal(claim)) return claim;
  return (
    services.get(claim.scope.service) ??
    refuse("InvalidAction", `Bailey does not serve ${claim.scope.service}, which the credential is scoped to.`)
  );
}

function identify(dependencies: Dependencies, request: HttpRequest, claim: Refusal | Claim): Refusal | Caller {
  if (isRefusal(claim)) return claim;
  const verifier = {
    crypto: dependencies.crypto,
    lookup: (accessKeyId: string) => dependencies.lookupKey(accessKeyId),
  };
  return verifySignature(request, claim, verifier, dependencies.now().getTime());
}

async function serveCall(
  dependencies: Dependencies,
  service: Service,
  request: HttpRequest,
  caller: Caller,
  requestId: string,
  trail: Trail,
): Promise<Refusal | Encoded> {
  const model = service.model();
  const wireCall = readCall(model, {
    query: request.target.slice(request.target.indexOf("?") + 1 || request.target.length),
    contentType: headerValues(request, "content-type")[0],
    target: headerValues(request, "x-amz-target")[0],
    body: request.body,
  });
  if (isRefusal(wireCall)) return wireCall;
  const { action } = wireCall;
  const found = locateOperation(model, service, action);
  if (isRefusal(found)) return found;
  trail.action = `${caller.service}:${action}`;
  const input = wireCall.decode(found.shape, found.operation.answersFor);
  if (isRefusal(input)) return input;
  const denied = authorise(caller, trail.action);
  if (denied) return denied;

  const call = callOf(caller, dependencies);
  const preparation = caller.service === "ec2" ? dependencies.prepare(dependencies.world(), caller, call) : undefined;
  if (preparation?.length) dependencies.commit(preparation);
  const performed = perform(dependencies, found.operation, found.shape, input, call);
  // A refusal, too, tells of the world that led to it.
  await dependencies.durable?.();
  if (isRefusal(performed)) return performed;
  const notDone = service.notDone?.get(action);
  if (notDone !== undefined && performed.touched !== undefined) trail.kept = { id: performed.touched, notDone };
  const unsettled = performed.revision === undefined ? undefined : await dependencies.settle(performed.revision);
  return unsettled ?? encodeOutput(model, found.shape, performed.output, requestId);
}

function locateOperation(
  model: Model,
  service: Service,
  action: string,
): Refusal | { readonly shape: OperationShape; readonly operation: ServedOperation } {
  const shape = model.operation(action);
  if (!shape) {
    return refuse(
      model.protocol === "awsJson1_1" ? "UnknownOperationException" : "InvalidAction",
      `The action ${action} is not valid for this web service.`,
    );
  }
  const operation = service.operations.get(action);
  return operation ? { shape, operation } : refuse("UnsupportedOperation", `Bailey does not serve ${action}.`);
}
