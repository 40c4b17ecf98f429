import { type Refusal, isRefusal, refuse } from "../../values/refuse.ts";
import { type Decoded, type Fields, type Value, parseScalar } from "./scalar.ts";
import type { Scalar, Shape, Structure } from "./shape.ts";
import { toBase64 } from "../../values/base64.ts";

const malformed = (message: string): Refusal => refuse("SerializationException", message);

/** Decodes the body of an awsJson1_1 request: a JSON object; members nobody knows are skipped. */
export function decodeJson(input: Structure | undefined, text: string): Refusal | Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text === "" ? "{}" : text);
  } catch {
    return malformed("The request body is not JSON.");
  }
  if (!isObject(parsed)) return malformed("The request body is not a JSON object.");
  return input ? decodeStructure(input, parsed, "") : {};
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function decode(shape: Shape, given: unknown, path: string): Decoded {
  if (shape.kind === "structure") {
    if (!isObject(given)) return malformed(`${path} must be an object.`);
    const fields = decodeStructure(shape, given, path);
    return isRefusal(fields) ? fields : { decoded: fields };
  }
  if (shape.kind === "list") {
    return Array.isArray(given) ? decodeList(shape.element, given, path) : malformed(`${path} must be a list.`);
  }
  if (shape.kind === "map") {
    return isObject(given) ? decodeMap(shape.value, given, path) : malformed(`${path} must be an object.`);
  }
  const decoded = decodeScalar(shape.kind, given);
  return decoded === undefined ? malformed(`${path} must be a ${shape.kind}.`) : { decoded };
}

function decodeStructure(
  shape: Structure,
  given: Readonly<Record<string, unknown>>,
  path: string,
): Refusal | Fields {
  const out: Fields = {};
  for (const member of shape.members) {
    const field = Object.hasOwn(given, member.name) ? given[member.name] : undefined;
    const place = path === "" ? member.name : `${path}.${member.name}`;
    if (field === undefined || field === null) {
      if (!member.required) continue;
      return refuse(
        "InvalidParameterException",
        `1 validation error detected: Value null at '${place}' failed to satisfy constraint: Member must not be null`,
      );
    }
    const value = decode(member.shape, field, place);
    if (isRefusal(value)) return value;
    out[member.name] = value.decoded;
  }
  return out;
}

function decodeList(element: Shape, given: readonly unknown[], path: string): Decoded {
  const out: Value[] = [];
  for (const [index, item] of given.entries()) {
    const value = decode(element, item, `${path}[${index}]`);
    if (isRefusal(value)) return value;
    out.push(value.decoded);
  }
  return { decoded: out };
}

function decodeMap(shape: Shape, given: Readonly<Record<string, unknown>>, path: string): Decoded {
  const out: [string, Value][] = [];
  for (const [key, item] of Object.entries(given)) {
    const value = decode(shape, item, `${path}.${key}`);
    if (isRefusal(value)) return value;
    out.push([key, value.decoded]);
  }
  return { decoded: Object.fromEntries(out) };
}

/** Timestamps are seconds since 1970; blobs are base64. */
function decodeScalar(kind: Scalar["kind"], given: unknown): Value | undefined {
  switch (kind) {
    case "string":
      return typeof given === "string" ? given : undefined;
    case "number":
      return typeof given === "number" ? given : undefined;
    case "boolean":
      return typeof given === "boolean" ? given : undefined;
    case "timestamp":
      return typeof given === "number" ? new Date(Math.round(given * 1000)) : undefined;
    case "blob":
      return typeof given === "string" ? parseScalar("blob", given) : undefined;
  }
}

/** Encodes an operation's output as the body of an awsJson1_1 response. */
export function encodeJson(output: Structure | undefined, value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(output ? encode(output, value) : {}));
}

function encode(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case "structure": {
      const fields = value as Readonly<Record<string, unknown>>;
      const given = shape.members.filter(({ name }) => fields[name] !== undefined && fields[name] !== null);
      return Object.fromEntries(given.map((member) => [member.name, encode(member.shape, fields[member.name])]));
    }
    case "list":
      return (value as readonly unknown[]).map((item) => encode(shape.element, item));
    case "map":
      return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, encode(shape.value, item)]));
    case "timestamp":
      return new Date(value as Date | string).getTime() / 1000;
    case "blob":
      return value instanceof Uint8Array ? toBase64(value) : value;
    default:
      return value;
  }
}

/** An awsJson1_1 error document. */
export const encodeJsonError = (code: string, message: string): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ __type: code, message }));
