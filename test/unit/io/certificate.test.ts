import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openCertificate } from "../../../src/io/certificate.ts";
import { openCredentials } from "../../../src/io/credentials.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const root = mkdtempSync(join(tmpdir(), "bailey-state-"));
after(() => rmSync(root, { recursive: true }));
const newState = (): string => mkdtempSync(join(root, "s-"));

const now = new Date("2026-05-06T07:08:09Z");
const days = (count: number): Date => new Date(now.getTime() + count * 24 * 60 * 60 * 1000);
const modeOf = (path: string): number => statSync(path).mode & 0o777;

void test("a certificate is made once, by an authority of its own, for every name of this machine", async () => {
  const state = newState();
  const made = await openCertificate(state, ["10.9.8.7", "bailey.example"], now);
  const leaf = new X509Certificate(made.cert);
  const authority = new X509Certificate(readFileSync(made.caPath));
  assert.ok(leaf.verify(authority.publicKey) && leaf.checkIssued(authority));
  assert.ok(authority.ca && !leaf.ca);
  assert.equal(
    leaf.subjectAltName,
    "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:10.9.8.7, DNS:bailey.example",
  );
  assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
  const life = leaf.validToDate.getTime() - leaf.validFromDate.getTime();
  assert.ok(life <= 825 * 24 * 60 * 60 * 1000, `${life} ms`);
  assert.ok(leaf.validFromDate < now && authority.validToDate > days(3640));
  assert.deepEqual([modeOf(join(state, "ca.key")), modeOf(join(state, "server.key"))], [0o600, 0o600]);
  assert.deepEqual(await openCertificate(state, ["10.9.8.7"], days(700)), made, "what is good is kept");
});

void test("a certificate is made again for new names, near its end, and without its key; the authority stays", async () => {
  const state = newState();
  let before = await openCertificate(state, [], now);
  const authority = readFileSync(before.caPath, "utf8");
  const changes: readonly (() => Promise<typeof before>)[] = [
    () => openCertificate(state, ["192.0.2.1"], now),
    () => openCertificate(state, [], days(800)),
    () => {
      writeFileSync(join(state, "server.key"), readFileSync(join(state, "ca.key")));
      return openCertificate(state, [], days(800));
    },
  ];
  for (const change of changes) {
    const renewed = await change();
    assert.notEqual(renewed.cert, before.cert);
    assert.equal(readFileSync(renewed.caPath, "utf8"), authority);
    before = renewed;
  }
});

void test("root credentials are made once, for their owner's eyes only", () => {
  const state = newState();
  const made = openCredentials(state, { account: "111122223333", region: "eu-north-1" });
  assert.ok(!isRefusal(made));
  assert.match(made.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
  assert.match(made.secretAccessKey, /^[A-Za-z0-9+/]{40}$/);
  assert.deepEqual([made.account, made.region], ["111122223333", "eu-north-1"]);
  assert.equal(modeOf(join(state, "credentials.json")), 0o600);
  assert.deepEqual(openCredentials(state, { account: "444455556666", region: "us-east-1" }), made);
  assert.notDeepEqual(openCredentials(newState(), made), made);
});

void test("a file without credentials is refused by its path", () => {
  for (const text of ["", "{", "null", '{"accessKeyId":"AKIA"}']) {
    const state = newState();
    const path = join(state, "credentials.json");
    writeFileSync(path, text);
    const refusal = openCredentials(state, { account: "111122223333", region: "eu-north-1" });
    assert.ok(isRefusal(refusal) && refusal.message.includes(path), text);
    assert.equal(readFileSync(path, "utf8"), text);
  }
});
