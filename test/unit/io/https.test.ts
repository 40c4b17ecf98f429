import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { type SecureVersion, connect } from "node:tls";
import { openCertificate } from "../../../src/io/certificate.ts";
import { type HttpsServer, listenHttps } from "../../../src/io/https.ts";
import { codeOf, signed, startRegion } from "../api/region.ts";
import { seeded } from "../api/random-value.ts";

const state = mkdtempSync(join(tmpdir(), "bailey-https-"));
const region = startRegion();
let server: HttpsServer;
let ca: Buffer;

before(async () => {
  const { cert, key, caPath } = await openCertificate(state, [], new Date());
  ca = readFileSync(caPath);
  server = await listenHttps(region.serve, { cert, key, host: "127.0.0.1", port: 0 });
});
after(async () => {
  await server.close();
  rmSync(state, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly requestId: unknown;
}

/** Sends one request on a connection of its own. */
function send(method: string, headers: OutgoingHttpHeaders, body: string | Uint8Array = "", path = "/"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, server.url), { method, headers, ca, agent: false }, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      buffer(response).then((bytes) => resolve({ status, body: bytes, requestId: answered["x-amzn-requestid"] }), reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function sendSigned(body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { headers: pairs } = await signed({ body, headers });
  return send("POST", Object.fromEntries(pairs), body);
}

/** The server lives if it still answers the next call. */
async function assertAlive(): Promise<void> {
  const answer = await sendSigned("Action=DescribeRouteTables&Version=2016-11-15");
  assert.equal(answer.status, 200, answer.body.toString());
}

/** What a client gets that writes these bytes to the socket and then ends, or stops. */
async function sendRaw(bytes: string | Uint8Array, end = true): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port), ca });
  await once(socket, "secureConnect");
  socket.on("error", () => undefined);
  socket.write(bytes);
  if (end) socket.end();
  else setTimeout(() => socket.destroy(), 20);
  return text(socket).catch(() => "");
}

void test("a signed call over TLS", async () => {
  const answer = await sendSigned("Action=CreateRouteTable&VpcId=vpc-é&Version=2016-11-15", { "x-amz-meta": "é" });
  assert.equal(answer.status, 200);
  assert.match(answer.body.toString(), /<vpcId>vpc-é<\/vpcId>/);
  assert.match(String(answer.requestId), /^[0-9a-f-]{36}$/);
});

const form = "application/x-www-form-urlencoded";

/** Bad requests that are signed well, and what they are answered with. */
const bad: readonly (readonly [name: string, body: string, status: number, code: string, headers?: Record<string, string>])[] = [
  ["deep nesting", `Action=DescribeVpcs&${"a.".repeat(200_000)}b=1`, 400, "MalformedQueryString"],
  ["a huge list", `Action=DescribeRouteTables&${Array.from({ length: 30_000 }, (_, i) => `RouteTableId.${i}=r`).join("&")}`, 400, "MalformedQueryString"],
  ["a huge index", "Action=DescribeRouteTables&RouteTableId.4294967295=r", 400, "UnknownParameter"],
  ["an oversized body", `Action=DescribeRouteTables&a=${"x".repeat(1 << 20)}`, 413, "RequestEntityTooLarge"],
  ["an oversized document", `{"a":"${"x".repeat(6 << 20)}"}`, 413, "RequestEntityTooLarge", { "content-type": "application/x-amz-json-1.1" }],
  ["JSON", '{"Action":"DescribeVpcs"}', 400, "MalformedQueryString", { "content-type": "application/json" }],
  ["a multipart form", "--x", 400, "MalformedQueryString", { "content-type": "multipart/form-data; boundary=x" }],
  ["no form", "%%%", 400, "MalformedQueryString"],
  ["zeroes", "\0\0\0", 400, "MissingAction"],
];

for (const [name, body, status, code, headers] of bad) {
  void test(`${name}: ${status} ${code}, and the server lives`, async () => {
    const answer = await sendSigned(body, { "content-type": form, ...headers });
    assert.deepEqual([answer.status, codeOf(answer)], [status, code]);
    await assertAlive();
  });
}

void test("a body of exactly the limit is read", async () => {
  const start = "Action=DescribeRouteTables&RouteTableId.1=";
  const answer = await sendSigned(start + "x".repeat((1 << 20) - start.length));
  assert.equal(answer.status, 200);
});

void test("methods and paths nobody serves", async () => {
  for (const method of ["PUT", "DELETE", "OPTIONS", "PATCH"]) assert.equal((await send(method, {})).status, 405, method);
  assert.equal((await send("GET", {}, "", "/favicon.ico")).status, 404);
  assert.equal((await send("GET", {})).status, 403);
  assert.equal((await send("GET", {}, "", `/?${"a".repeat(20_000)}`)).status, 431);
  await assertAlive();
});

void test("what is no HTTP is a 400 or nothing, and the server lives", async () => {
  const random = seeded(20260506);
  for (let round = 0; round < 20; round++) {
    const bytes = Uint8Array.from({ length: 1 + random(400) }, () => random(256));
    assert.match(await sendRaw(bytes), /^(?:HTTP\/1.1 400 |$)/);
  }
  const heads = ["GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"];
  for (const head of heads) assert.match(await sendRaw(head), /^HTTP\/1.1 400 /, head);
  const twice = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  assert.match(await sendRaw(twice), /^HTTP\/1.1 400 /);
  await assertAlive();
});

void test("a body that is broken off is nobody's call, and the server lives", async () => {
  const revision = region.world().revision;
  const whole = "Action=CreateRouteTable&VpcId=vpc-1&Version=2016-11-15";
  const { headers } = await signed({ body: whole });
  const head = [...headers, ["content-length", String(whole.length)]].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const sent = `POST / HTTP/1.1\r\n${head}\r\n${whole}`;
  await sendRaw(sent.slice(0, -5), false);
  await sendRaw(sent.slice(0, -5), true);
  await assertAlive();
  assert.equal(region.world().revision, revision);
  const logged = region.log.length;
  assert.match(await sendRaw(sent), /^HTTP\/1.1 200 /);
  assert.equal(region.log.length, logged + 1);
});

/** The cipher agreed on, or undefined when the server refuses the handshake. */
async function handshake(version: SecureVersion, ciphers?: string): Promise<string | undefined> {
  const { hostname, port } = new URL(server.url);
  const options = { minVersion: version, maxVersion: version, ...(ciphers !== undefined && { ciphers }) };
  const socket = connect({ host: hostname, port: Number(port), ca, ...options });
  try {
    await once(socket, "secureConnect");
    return socket.getCipher().name;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

void test("only TLS 1.2 and later, and only forward-secret suites", async () => {
  assert.equal(await handshake("TLSv1.3"), "TLS_AES_128_GCM_SHA256");
  assert.equal(await handshake("TLSv1.2"), "ECDHE-ECDSA-AES128-GCM-SHA256");
  assert.equal(await handshake("TLSv1.1", "DEFAULT@SECLEVEL=0"), undefined);
  for (const cipher of ["AES128-GCM-SHA256", "AES256-SHA", "ECDHE-ECDSA-AES128-SHA"]) {
    assert.equal(await handshake("TLSv1.2", cipher), undefined, cipher);
  }
});
