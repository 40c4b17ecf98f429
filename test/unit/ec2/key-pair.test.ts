import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createKeyPair, deleteKeyPair, describeKeyPairs, importKeyPair } from "../../../src/api/ec2/key-pair.ts";
import { describeTags } from "../../../src/api/ec2/tags.ts";
import { parsePublicKey } from "../../../src/api/ssh-public-key.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { Region } from "./region.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What OpenSSH's own tool reads a private key as; undefined where that tool isn't there. */
function publicHalf(privateKey: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "key-"));
  try {
    writeFileSync(join(folder, "key"), privateKey, { mode: 0o600 });
    return execFileSync("ssh-keygen", ["-y", "-P", "", "-f", join(folder, "key")], { encoding: "utf8" }).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("keys of both types: made, given away once, and read by OpenSSH", () => {
  const region = new Region();
  for (const KeyType of ["rsa", "ed25519"] as const) {
    const Tags = [{ Key: "for", Value: KeyType }];
    const made = region.does(createKeyPair, { KeyName: `my ${KeyType}`, KeyType, TagSpecifications: [{ ResourceType: "key-pair", Tags }] });
    assert.match(made.KeyPairId ?? "", /^key-[0-9a-f]{17}$/);
    assert.deepEqual([made.KeyName, made.Tags], [`my ${KeyType}`, Tags]);
    const { KeyMaterial: pem = "", KeyFingerprint } = made;
    assert.match(pem, KeyType === "rsa" ? /^-----BEGIN RSA PRIVATE KEY-----\n/ : /^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
    const [shown] = region.does(describeKeyPairs, { KeyNames: [`my ${KeyType}`], IncludePublicKey: true }).KeyPairs ?? [];
    assert.deepEqual([shown?.KeyPairId, shown?.KeyType, shown?.KeyFingerprint, shown?.Tags], [made.KeyPairId, KeyType, KeyFingerprint, Tags]);
    const [type, blob = "", comment] = shown?.PublicKey?.split(" ") ?? [];
    assert.deepEqual([type, comment], [KeyType === "rsa" ? "ssh-rsa" : "ssh-ed25519", "my"]);
    assert.equal(publicHalf(pem) ?? `${type} ${blob}`, `${type} ${blob}`);
    if (KeyType === "ed25519") {
      assert.equal(KeyFingerprint, createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64"));
    } else {
      const der = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
      assert.equal(KeyFingerprint?.replaceAll(":", ""), createHash("sha1").update(der).digest("hex"));
    }
  }
  assert.equal(region.does(describeKeyPairs, {}).KeyPairs?.[0]?.PublicKey, undefined);
  assert.ok(![...JSON.stringify([...region.world.tables.get("key-pair")?.values() ?? []]).matchAll(/PRIVATE/g)].length, "nobody keeps it");
});

const rsa = publicRsa();
const modulus = Buffer.concat([Buffer.of(0), Buffer.from("e5".repeat(128), "hex")]);

function publicRsa(): { blob: Buffer; text: string } {
  const string = (data: Buffer) => Buffer.concat([Buffer.from([0, 0, data.length >> 8, data.length & 255]), data]);
  const number = Buffer.concat([Buffer.of(0), Buffer.from("e5".repeat(128), "hex")]);
  const blob = Buffer.concat([string(Buffer.from("ssh-rsa")), string(Buffer.of(1, 0, 1)), string(number)]);
  return { blob, text: blob.toString("base64") };
}

test("public keys in each form are the same key", () => {
  const lines = rsa.text.match(/.{1,70}/g)?.join("\n") ?? "";
  const framed = (headers: string) => `---- BEGIN SSH2 PUBLIC KEY ----\n${headers}${lines}\n---- END SSH2 PUBLIC KEY ----\n`;
  const forms = [
    `ssh-rsa ${rsa.text}`,
    `ssh-rsa ${rsa.text} me@example.com\n`,
    `ssh-rsa ${rsa.text.slice(0, 30)}\\${rsa.text.slice(30)} a stray backslash`,
    framed(""),
    framed("cOmmENt: me@example.com\n"),
    framed('Comment: "1024-bit RSA"\nx-command: /bin/true\n'),
    framed("Comment: This is my key for use on \\\nservers which I don't like.\n"),
  ];
  for (const form of forms) {
    const key = parsePublicKey(form);
    if (isRefusal(key)) assert.fail(form);
    assert.deepEqual([key.type, Buffer.from(key.blob)], ["rsa", rsa.blob], form);
    assert.deepEqual(key.numbers.map((each) => Buffer.from(each)), [Buffer.of(1, 0, 1), modulus]);
  }
  const wrong = ["", "garbage", "ssh-rsa garbage", `ssh-dss ${rsa.text.slice(4)}`, `ssh-rsa ${rsa.text.slice(0, 40)}`, "---- BEGIN SSH2 PUBLIC KEY ----\nsth"];
  for (const form of wrong) assert.ok(isRefusal(parsePublicKey(form)), form);
});

test("keys are imported with Amazon's fingerprint, found, and deleted", () => {
  const region = new Region();
  const KeyMaterial = region.does(createKeyPair, { KeyName: "made" }).KeyMaterial ?? "";
  const publicKey = region.does(describeKeyPairs, { IncludePublicKey: true }).KeyPairs?.[0]?.PublicKey ?? "";
  const imported = region.does(importKeyPair, { KeyName: "mine", PublicKeyMaterial: bytes(publicKey) });
  const spki = createHash("md5").update(createPublicOf(KeyMaterial)).digest("hex");
  assert.equal(imported.KeyFingerprint?.replaceAll(":", ""), spki);
  assert.equal(imported.Tags, undefined);
  const found = (Name: string, value: string) => region.does(describeKeyPairs, { Filters: [{ Name, Values: [value] }] }).KeyPairs?.map((pair) => pair.KeyName);
  for (const [name, value] of [["fingerprint", imported.KeyFingerprint], ["key-name", "mine"], ["key-pair-id", imported.KeyPairId]] as const) {
    assert.deepEqual(found(name, value ?? ""), ["mine"], name);
  }
  assert.deepEqual(region.does(describeTags, {}).Tags, []);
  assert.deepEqual(region.does(deleteKeyPair, { KeyName: "mine" }), { Return: true, KeyPairId: imported.KeyPairId });
  assert.deepEqual(region.does(deleteKeyPair, { KeyName: "mine" }), { Return: true });
  const [made] = region.does(describeKeyPairs, {}).KeyPairs ?? [];
  region.does(deleteKeyPair, { KeyPairId: made?.KeyPairId });
  assert.deepEqual(region.does(describeKeyPairs, {}).KeyPairs, []);
});

const createPublicOf = (pem: string): Buffer => createPublicKey(pem).export({ type: "spki", format: "der" });

test("what is wrong with a key pair", () => {
  const region = new Region({ quotas: { keyPairs: 1 } });
  region.does(createKeyPair, { KeyName: "taken", KeyType: "ed25519" });
  const before = region.world;
  const key = bytes(`ssh-rsa ${rsa.text}`);
  const cases: [string, RegExp][] = [
    [region.refuses(createKeyPair, { KeyName: "new", KeyType: "dsa" as string as "rsa" }), /^InvalidParameterValue: Value \(dsa\) for parameter keyType/],
    [region.refuses(createKeyPair, { KeyName: "new", KeyFormat: "ppk" }), /^UnsupportedOperation: /],
    [region.refuses(createKeyPair, { KeyName: "" }), /^InvalidParameterValue: .*keyName/],
    [region.refuses(createKeyPair, { KeyName: "ä" }), /^InvalidParameterValue: .*keyName/],
    [region.refuses(createKeyPair, { KeyName: "taken" }), /^InvalidKeyPair.Duplicate: The keypair 'taken' already exists\.$/],
    [region.refuses(createKeyPair, { KeyName: "new" }), /^LimitExceededException: /],
    [region.refuses(importKeyPair, { KeyName: "new", PublicKeyMaterial: bytes("garbage") }), /^InvalidKeyPair.Format: Key is not in valid OpenSSH public key format$/],
    [region.refuses(importKeyPair, { KeyName: "taken", PublicKeyMaterial: key }), /^InvalidKeyPair.Duplicate: /],
    [region.refuses(deleteKeyPair, {}), /^MissingParameter: /],
    [region.refuses(describeKeyPairs, { KeyNames: ["new"] }), /^InvalidKeyPair.NotFound: The key pair 'new' does not exist$/],
    [region.refuses(describeKeyPairs, { KeyPairIds: ["key-0fffffffffffffff1"] }), /^InvalidKeyPair.NotFound: /],
  ];
  for (const [said, expected] of cases) assert.match(said, expected);
  assert.equal(region.world, before);
});
