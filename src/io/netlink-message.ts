/** Netlink messages as bytes: headers, attributes, and back. Host byte order, which is little-endian on what we run on. */

const align = (length: number): number => (length + 3) & ~3;

/** An attribute: type and payload; a list of attributes nests. */
export type Attribute = readonly [type: number, payload: Buffer | number | string | readonly Attribute[]];

function payloadBytes(payload: Attribute[1]): Buffer {
  if (typeof payload === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(payload >>> 0);
    return bytes;
  }
  if (typeof payload === "string") return Buffer.from(`${payload}\0`);
  return Buffer.isBuffer(payload) ? payload : attributeBytes(payload as readonly Attribute[]);
}

export function attributeBytes(attributes: readonly Attribute[]): Buffer {
  return Buffer.concat(
    attributes.map(([type, payload]) => {
      const body = payloadBytes(payload);
      const bytes = Buffer.alloc(align(4 + body.length));
      bytes.writeUInt16LE(4 + body.length, 0);
      bytes.writeUInt16LE(type, 2);
      body.copy(bytes, 4);
      return bytes;
    }),
  );
}

/** nlmsghdr: length, type, flags, sequence, port. */
export function messageBytes(type: number, flags: number, sequence: number, header: Buffer, attributes: readonly Attribute[]): Buffer {
  const body = Buffer.concat([header, attributeBytes(attributes)]);
  const bytes = Buffer.alloc(16 + body.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(sequence, 8);
  body.copy(bytes, 16);
  return bytes;
}

export interface Message {
  readonly type: number;
  readonly sequence: number;
  readonly body: Buffer;
}

/** The messages of one datagram. */
export function* messagesOf(datagram: Buffer): Generator<Message> {
  for (let at = 0; at + 16 <= datagram.length; ) {
    const length = datagram.readUInt32LE(at);
    if (length < 16 || at + length > datagram.length) return;
    yield {
      type: datagram.readUInt16LE(at + 4),
      sequence: datagram.readUInt32LE(at + 8),
      body: datagram.subarray(at + 16, at + length),
    };
    at += align(length);
  }
}

/** The attributes after a message's own header, by type; a repeated one keeps its last value. */
export function attributesOf(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) break;
    // The two highest bits of the type are flags: nested, and network byte order.
    found.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += align(length);
  }
  return found;
}
