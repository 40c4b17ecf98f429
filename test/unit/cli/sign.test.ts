import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { SignatureV4 } from "@smithy/signature-v4";
import { sign } from "../../../src/cli/sign.ts";

/** The hash the signer wants, on node:crypto. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error("a signer makes a new hash each time");
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const now = Date.UTC(2026, 2, 4, 5, 6, 7, 890);

for (const request of [
  { method: "GET", path: "/_bailey/status", body: "" },
  { method: "POST", path: "/_bailey/explain", body: '{"from":"ü"}' },
] as const) {
  test(`signs ${request.method} as Amazon's own signer does`, async () => {
    const host = "127.0.0.1:7443";
    const headers = sign({ ...request, host }, credentials, { region: "eu-west-3", service: "bailey" }, now);
    const oracle = new SignatureV4({ service: "bailey", region: "eu-west-3", credentials, sha256: Sha256 });
    const signed = await oracle.sign(
      { ...request, protocol: "https:", hostname: "127.0.0.1", headers: { host } },
      { signingDate: new Date(now) },
    );
    assert.deepEqual(headers, signed.headers);
  });
}
