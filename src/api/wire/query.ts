import { type Refusal, isRefusal, refuse } from "../../values/refuse.ts";
import type { Parameter } from "./form.ts";
import { type Decoded, type Fields, type Value, expectations, parseScalar } from "./scalar.ts";
import type { List, Scalar, Shape, StringMap, Structure } from "./shape.ts";

/** Where the two query dialects differ: how lists are numbered and what a bad request is answered with. */
interface Dialect {
  /** `Key.1` instead of `Key.member.1`. */
  readonly flat: boolean;
  missing(key: string): Refusal;
  /** Whether the number of that key must be whole: the frozen model does not tell. */
  whole(key: string): boolean;
  /** Undefined: a parameter nobody knows is skipped. */
  unknown?(key: string): Refusal;
  invalid(key: string, text: string, expected: string): Refusal;
}

/** The doubles among EC2's parameters; all its other numbers are whole. */
const fractions =
  /(?:\.(?:MemoryGiBPerVCpu|TotalLocalStorageGB|NetworkBandwidthGbps)\.(?:Min|Max)|\.WeightedCapacity|\.Weight|Overrides\.\d+\.Priority|\.Price|LimitPrice\.Amount|FulfilledCapacity|\.UploadSize)$/;

const ec2: Dialect = {
  flat: true,
  missing: (key) => refuse("MissingParameter", `The request must contain the parameter ${key}`),
  whole: (key) => !fractions.test(key),
  unknown: (key) => refuse("UnknownParameter", `The parameter ${key} is not recognized`),
  invalid: (key, text, expected) =>
    refuse("InvalidParameterValue", `Value (${text}) for parameter ${key} is invalid. Expecting ${expected}.`),
};

const violated = (text: string, key: string, constraint: string): Refusal =>
  refuse(
    "ValidationError",
    `1 validation error detected: Value ${text} at '${key.charAt(0).toLowerCase()}${key.slice(1)}' failed to satisfy constraint: ${constraint}`,
  );

const query: Dialect = {
  flat: false,
  missing: (key) => violated("null", key, "Member must not be null"),
  whole: () => false,
  invalid: (key, text, expected) => violated(`'${text}'`, key, `Member must be ${expected}`),
};

/** Parameters every query request may have, which are not the operation's. */
const common = new Set([
  "Action",
  "Version",
  "AWSAccessKeyId",
  "Expires",
  "SecurityToken",
  "Signature",
  "SignatureMethod",
  "SignatureVersion",
  "Timestamp",
]);

/** The operation's own parameters in a request's form. */
export function ownParameters(form: Parameter): Parameter {
  const own = [...(form.below ?? [])].filter(([key]) => !common.has(key) && !key.toLowerCase().startsWith("x-amz-"));
  return own.length === 0 ? {} : { below: new Map(own) };
}

/**
 * Decodes an operation's parameters to its input. Refuses with MissingParameter, UnknownParameter and
 * InvalidParameterValue in the EC2 dialect, with ValidationError in the other. Of the input's own members, those in
 * `spared` may be missing though the model requires them.
 */
export function decodeQuery(
  protocol: "ec2Query" | "awsQuery",
  input: Structure | undefined,
  parameters: Parameter,
  spared: readonly string[] = [],
): Refusal | Fields {
  const dialect = protocol === "ec2Query" ? ec2 : query;
  const nothing: Structure = { kind: "structure", members: [], byKey: new Map(), token: undefined };
  return decodeStructure(dialect, input ?? nothing, parameters, "", spared);
}

function decode(dialect: Dialect, shape: Shape, node: Parameter, key: string): Decoded {
  switch (shape.kind) {
    case "structure": {
      const fields = decodeStructure(dialect, shape, node, key);
      return isRefusal(fields) ? fields : { decoded: fields };
    }
    case "list":
      return decodeList(dialect, shape, node, key);
    case "map":
      return decodeMap(dialect, shape, node, key);
    default:
      return decodeScalar(dialect, shape.kind, node, key);
  }
}

function decodeScalar(dialect: Dialect, kind: Scalar["kind"], node: Parameter, key: string): Decoded {
  const stray = refuseBelow(dialect, node, key);
  if (stray) return stray;
  if (node.value === undefined) return dialect.missing(key);
  const decoded = parseScalar(kind, node.value);
  if (decoded === undefined) return dialect.invalid(key, node.value, expectations[kind]);
  const fraction = typeof decoded === "number" && !Number.isInteger(decoded) && dialect.whole(key);
  return fraction ? dialect.invalid(key, node.value, "an integer") : { decoded };
}

function decodeStructure(
  dialect: Dialect,
  shape: Structure,
  node: Parameter,
  key: string,
  spared: readonly string[] = [],
): Refusal | Fields {
  const stray = refuseValue(dialect, node, key);
  if (stray) return stray;
  const out: Fields = {};
  const prefix = key === "" ? "" : `${key}.`;
  for (const [part, below] of node.below ?? []) {
    const member = shape.byKey.get(part);
    if (member) {
      const value = decode(dialect, member.shape, below, prefix + part);
      if (isRefusal(value)) return value;
      out[member.name] = value.decoded;
    } else if (dialect.unknown) {
      return dialect.unknown(prefix + wholeKey(part, below));
    }
  }
  for (const member of shape.members) {
    if (!member.required) break;
    if (out[member.name] === undefined && !spared.includes(member.name)) return dialect.missing(prefix + member.key);
  }
  return out;
}

const place = /^(?:0|[1-9]\d{0,8})$/;

/** Elements come in the order of their numbers; numbers may start at 0 and have gaps. */
function decodeList(dialect: Dialect, shape: List, node: Parameter, key: string): Decoded {
  const stray = refuseValue(dialect, node, key);
  if (stray) return stray;
  const below = dialect.flat ? node : node.below?.get(shape.elementName);
  const path = dialect.flat ? key : `${key}.${shape.elementName}`;
  const numbered: { readonly at: number; readonly value: Value }[] = [];
  for (const [part, element] of below?.below ?? []) {
    if (!place.test(part)) {
      if (dialect.unknown) return dialect.unknown(`${path}.${wholeKey(part, element)}`);
      continue;
    }
    const value = decode(dialect, shape.element, element, `${path}.${part}`);
    if (isRefusal(value)) return value;
    numbered.push({ at: Number(part), value: value.decoded });
  }
  return { decoded: numbered.sort((a, b) => a.at - b.at).map(({ value }) => value) };
}

function decodeMap(dialect: Dialect, shape: StringMap, node: Parameter, key: string): Decoded {
  const entries: [string, Value][] = [];
  for (const [part, entry] of node.below?.get("entry")?.below ?? []) {
    const path = `${key}.entry.${part}`;
    const name = entry.below?.get("key")?.value;
    const given = entry.below?.get("value");
    if (name === undefined || !given) return dialect.missing(`${path}.${name === undefined ? "key" : "value"}`);
    const value = decode(dialect, shape.value, given, `${path}.value`);
    if (isRefusal(value)) return value;
    entries.push([name, value.decoded]);
  }
  return { decoded: Object.fromEntries(entries) };
}

/** `Filter=x` where a list or structure belongs. An empty value says "empty", as clients write an empty list. */
function refuseValue(dialect: Dialect, node: Parameter, key: string): Refusal | undefined {
  return node.value === undefined || node.value === "" ? undefined : dialect.unknown?.(key);
}

/** `MaxResults.1=x` where a scalar belongs. */
function refuseBelow(dialect: Dialect, node: Parameter, key: string): Refusal | undefined {
  const [first] = node.below ?? [];
  return first && dialect.unknown?.(`${key}.${wholeKey(...first)}`);
}

/** The key as the client wrote it, from this part down. */
function wholeKey(part: string, node: Parameter): string {
  const [first] = node.value === undefined ? (node.below ?? []) : [];
  return first ? `${part}.${wholeKey(...first)}` : part;
}
