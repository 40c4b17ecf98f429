import { formatScalar } from "./scalar.ts";
import type { List, Model, OperationShape, Shape, StringMap, Structure } from "./shape.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Encodes an operation's output as the service's XML response. */
export function encodeXml(model: Model, operation: OperationShape, output: object, requestId: string): Uint8Array {
  const sink = new Sink();
  const { name } = operation;
  sink.write(`${declaration}<${name}Response xmlns="${model.namespace}">`);
  if (model.protocol === "ec2Query") {
    sink.write(`<requestId>${escapeText(requestId)}</requestId>`);
    if (operation.output) writeMembers(sink, operation.output, output);
    else sink.write("<return>true</return>");
  } else {
    if (operation.output) writeStructure(sink, `${name}Result`, operation.output, output);
    sink.write(`<ResponseMetadata><RequestId>${escapeText(requestId)}</RequestId></ResponseMetadata>`);
  }
  sink.write(`</${name}Response>`);
  return sink.bytes();
}

/** An EC2 error document: RequestID in capitals, and no namespace. */
export function encodeEc2Error(code: string, message: string, requestId: string): Uint8Array {
  const error = `<Error><Code>${escapeText(code)}</Code><Message>${escapeText(message)}</Message></Error>`;
  const text = `${declaration}<Response><Errors>${error}</Errors><RequestID>${escapeText(requestId)}</RequestID></Response>`;
  return new TextEncoder().encode(text);
}

/** The error document of the other query services. */
export function encodeQueryError(
  namespace: string,
  fault: "Sender" | "Receiver",
  code: string,
  message: string,
  requestId: string,
): Uint8Array {
  const error = `<Error><Type>${fault}</Type><Code>${escapeText(code)}</Code><Message>${escapeText(message)}</Message></Error>`;
  const text = `${declaration}<ErrorResponse xmlns="${namespace}">${error}<RequestId>${escapeText(requestId)}</RequestId></ErrorResponse>`;
  return new TextEncoder().encode(text);
}

/** Text is turned to bytes piece by piece: flattening one huge string costs more than all the rest. */
const pieceLength = 1 << 14;

class Sink {
  #text = "";
  #size = 0;
  readonly #pieces: Uint8Array[] = [];
  readonly #encoder = new TextEncoder();

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= pieceLength) this.#flush();
  }

  #flush(): void {
    const piece = this.#encoder.encode(this.#text);
    this.#pieces.push(piece);
    this.#size += piece.length;
    this.#text = "";
  }

  bytes(): Uint8Array {
    this.#flush();
    const [only, ...more] = this.#pieces;
    if (only && more.length === 0) return only;
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

function writeValue(sink: Sink, element: string, shape: Shape, value: unknown): void {
  switch (shape.kind) {
    case "structure":
      return writeStructure(sink, element, shape, value);
    case "list":
      return writeList(sink, element, shape, value);
    case "map":
      return writeMap(sink, element, shape, value);
    default:
      sink.write(`<${element}>${escapeText(formatScalar(value))}</${element}>`);
  }
}

function writeStructure(sink: Sink, element: string, shape: Structure, value: unknown): void {
  sink.write(`<${element}>`);
  writeMembers(sink, shape, value);
  sink.write(`</${element}>`);
}

function writeMembers(sink: Sink, shape: Structure, value: unknown): void {
  const values = fieldsOf(value);
  for (const member of shape.members) {
    const field = values[member.name];
    if (field !== undefined && field !== null) writeValue(sink, member.element, member.shape, field);
  }
}

/** An empty list is an empty element. */
function writeList(sink: Sink, element: string, shape: List, value: unknown): void {
  if (!Array.isArray(value)) throw new Error(`an output holds a ${typeof value} where the model has a list`);
  if (value.length === 0) return sink.write(`<${element}/>`);
  sink.write(`<${element}>`);
  for (const item of value as readonly unknown[]) writeValue(sink, shape.elementName, shape.element, item);
  sink.write(`</${element}>`);
}

function writeMap(sink: Sink, element: string, shape: StringMap, value: unknown): void {
  sink.write(`<${element}>`);
  for (const [key, item] of Object.entries(fieldsOf(value))) {
    sink.write(`<entry><key>${escapeText(key)}</key>`);
    writeValue(sink, "value", shape.value, item);
    sink.write("</entry>");
  }
  sink.write(`</${element}>`);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) {
    throw new Error(`an output holds a ${typeof value} where the model has a structure`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** Everything that can't stand in XML 1.0 text as it is. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const special = /[&<>\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

/** Escapes what has an escape; drops the rest, which XML 1.0 can't carry. */
const escapeText = (text: string): string => text.replace(special, (char) => escapes[char] ?? "");
