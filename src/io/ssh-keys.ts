/** Key pairs as OpenSSH has them. */
import { createHash, createPrivateKey, generateKeyPairSync, type JsonWebKey, randomBytes } from "node:crypto";
import type { KeyMaterial, Keys } from "../api/operation.ts";

const rsaBits = 2048;

export const sshKeys: Keys = {
  make: (type) => (type === "rsa" ? makeRsa() : makeEd25519()),
  digest: (algorithm, data) => createHash(algorithm).update(data).digest(),
};

/** A length and so many octets, as the SSH protocol writes strings (RFC 4251). */
function string(data: string | Uint8Array): Buffer {
  const bytes = Buffer.from(data);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive whole number: an octet of zero comes first where the first bit is set. */
function mpint(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, "base64url");
  return string((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

function makeRsa(): KeyMaterial {
  const { privateKey: pem } = generateKeyPairSync("rsa", {
    modulusLength: rsaBits,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const key = createPrivateKey(pem);
  const { n = "", e = "" }: JsonWebKey = key.export({ format: "jwk" });
  const blob = Buffer.concat([string("ssh-rsa"), mpint(e), mpint(n)]);
  return { privateKey: pem, pkcs8: key.export({ type: "pkcs8", format: "der" }), publicKey: `ssh-rsa ${blob.toString("base64")}` };
}

function makeEd25519(): KeyMaterial {
  const { privateKey: pkcs8 } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "der" },
    publicKeyEncoding: { type: "spki", format: "der" },
  });
  const { d = "", x = "" }: JsonWebKey = createPrivateKey({ key: pkcs8, type: "pkcs8", format: "der" }).export({ format: "jwk" });
  const [seed, point] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
  const blob = Buffer.concat([string("ssh-ed25519"), string(point)]);
  return { privateKey: opensshPrivateKey(seed, point, blob), pkcs8, publicKey: `ssh-ed25519 ${blob.toString("base64")}` };
}

/** OpenSSH's own format (its PROTOCOL.key), without a passphrase: the only one it reads Ed25519 keys in. */
function opensshPrivateKey(seed: Buffer, point: Buffer, blob: Buffer): string {
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, blob, string(Buffer.concat([seed, point])), string("")]);
  const padding = Uint8Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1);
  const one = Buffer.of(0, 0, 0, 1);
  const all = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    string("none"),
    string("none"),
    string(""),
    one,
    string(blob),
    string(Buffer.concat([secret, padding])),
  ]);
  const lines = all.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}
