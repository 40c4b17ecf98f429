import { type Refusal, isRefusal, refuse } from "../../values/refuse.ts";
import { parseForm } from "./form.ts";
import { decodeJson, encodeJson, encodeJsonError } from "./json.ts";
import { decodeQuery, ownParameters } from "./query.ts";
import type { Fields } from "./scalar.ts";
import type { Model, OperationShape } from "./shape.ts";
import { encodeEc2Error, encodeQueryError, encodeXml } from "./xml.ts";

/** A response's headers and body, in the dialect of its service. */
export interface Encoded {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The parts of a request that say what is asked for. */
export interface WireRequest {
  /** What follows the question mark, or nothing. */
  readonly query: string;
  readonly contentType: string | undefined;
  /** The X-Amz-Target header. */
  readonly target: string | undefined;
  readonly body: Uint8Array;
}

/** A request read as far as it can be without the model of its operation. */
export interface WireCall {
  readonly action: string;
  /**
   * The operation's input, with members named as the SDK names them. Refuses what doesn't fit the model, in the
   * service's own words. Members in `spared` may be missing all the same.
   */
  decode(operation: OperationShape, spared?: readonly string[]): Refusal | Fields;
}

/** Reads which operation a request asks for. Refuses what is no form, no JSON, or names no operation. */
export function readCall(model: Model, request: WireRequest): Refusal | WireCall {
  return model.protocol === "awsJson1_1" ? readJsonCall(model, request) : readQueryCall(model.protocol, request);
}

function readJsonCall(model: Model, { target = "", body }: WireRequest): Refusal | WireCall {
  const [namespace, action] = target.split(".", 2);
  if (namespace !== model.namespace || action === undefined) {
    return refuse("UnknownOperationException", `The X-Amz-Target header must be ${model.namespace}.<operation>.`);
  }
  const text = textOf(body);
  if (text === undefined) return refuse("SerializationException", "The request body is not UTF-8.");
  return { action, decode: (operation) => decodeJson(operation.input, text) };
}

/** Parameters may be in the query, in the body, or some in each. */
function readQueryCall(protocol: "ec2Query" | "awsQuery", request: WireRequest): Refusal | WireCall {
  const { contentType = formType, body, query } = request;
  if (body.length > 0 && contentType.split(";", 1)[0]?.trim().toLowerCase() !== formType) {
    return refuse("MalformedQueryString", `The request body must be ${formType}.`);
  }
  const text = textOf(body);
  if (text === undefined) return refuse("MalformedQueryString", "The request body is not UTF-8.");
  const form = parseForm(`${query}&${text}`);
  if (isRefusal(form)) return form;
  const action = form.below?.get("Action")?.value;
  if (action === undefined) return refuse("MissingAction", "The request must contain the parameter Action");
  const version = form.below?.get("Version")?.value;
  if (version !== undefined && !/^\d{4}-\d\d-\d\d$/.test(version)) {
    return refuse("NoSuchVersion", `The requested version (${version}) does not exist.`);
  }
  return { action, decode: (operation, spared) => decodeQuery(protocol, operation.input, ownParameters(form), spared) };
}

const formType = "application/x-www-form-urlencoded";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

const contentType = (model: Model | undefined): string =>
  model?.protocol === "awsJson1_1" ? "application/x-amz-json-1.1" : "text/xml;charset=UTF-8";

const headersOf = (model: Model | undefined, requestId: string): Encoded["headers"] => ({
  "content-type": contentType(model),
  "x-amzn-requestid": requestId,
});

/** Encodes an operation's output. Members the model doesn't have are left out; a value of the wrong type is a bug. */
export function encodeOutput(model: Model, operation: OperationShape, output: object, requestId: string): Encoded {
  const body =
    model.protocol === "awsJson1_1"
      ? encodeJson(operation.output, output)
      : encodeXml(model, operation, output, requestId);
  return { headers: headersOf(model, requestId), body };
}

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

/** Encodes an error; without a model (a request for no service we know) in the form of EC2. */
export function encodeError(model: Model | undefined, error: WireError, requestId: string): Encoded {
  return { headers: headersOf(model, requestId), body: errorBody(model, error, requestId) };
}

function errorBody(model: Model | undefined, { code, message, status }: WireError, requestId: string): Uint8Array {
  switch (model?.protocol) {
    case "awsJson1_1":
      return encodeJsonError(code, message);
    case "awsQuery":
      return encodeQueryError(model.namespace, status < 500 ? "Sender" : "Receiver", code, message, requestId);
    default:
      return encodeEc2Error(code, message, requestId);
  }
}
