import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalRequest } from "../../../src/iam/canonical.ts";
import { readClaim } from "../../../src/iam/claim.ts";
import { type AccessKey, type Caller, verifySignature } from "../../../src/iam/signature.ts";
import { crypto } from "../../../src/io/crypto.ts";
import { type Refusal, isRefusal } from "../../../src/values/refuse.ts";
import type { HttpRequest } from "../../../src/api/serve.ts";
import { type Signing, type Unsigned, rootKey, signed } from "../api/region.ts";

const signedAt = Date.parse("2026-05-06T07:08:09Z");
const minute = 60_000;

const temporary = { accessKeyId: "ASIATEMPTEMPTEMPTEMP", secretAccessKey: "temporary/secret", sessionToken: "the//token==" };
const keys = new Map<string, AccessKey>([
  [rootKey.accessKeyId, { secret: rootKey.secretAccessKey, account: "111122223333", principal: "root's arn" }],
  [
    temporary.accessKeyId,
    {
      secret: temporary.secretAccessKey,
      account: "444455556666",
      principal: "role's arn",
      sessionToken: temporary.sessionToken,
      expires: new Date(signedAt + 5 * minute).toISOString(),
    },
  ],
]);

function verify(request: HttpRequest, now = signedAt): Refusal | Caller {
  const claim = readClaim(request);
  if (isRefusal(claim)) return claim;
  return verifySignature(request, claim, { crypto, lookup: (id) => keys.get(id) }, now);
}

const refusedAs = (outcome: Refusal | Caller): string => (isRefusal(outcome) ? outcome.refused : "accepted");

const body = "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Value.1=%2A%20a%2Bb";

const accepted: readonly { readonly name: string; readonly unsigned: Unsigned; readonly signing?: Signing }[] = [
  { name: "a form", unsigned: { body } },
  { name: "no body", unsigned: { method: "GET", query: { Action: "DescribeVpcs", b: "2", "a-": "1", a: ["3", "1"] } } },
  { name: "reserved characters in the query", unsigned: { method: "GET", query: { "k!'()*~": "é 語 +%&=/" } } },
  { name: "a path that needs escapes", unsigned: { path: "/a%20b//c/../%25d/", body } },
  { name: "spaces in a header", unsigned: { body, headers: { "x-amz-meta": "  two   words " } } },
  { name: "another service and region", unsigned: { body }, signing: { service: "sts", region: "us-gov-west-1" } },
  { name: "a session token", unsigned: { body }, signing: { credentials: temporary } },
  { name: "an unsigned payload", unsigned: { body, headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } } },
  { name: "a presigned URL", unsigned: { method: "GET", query: { Action: "DescribeVpcs" } }, signing: { presign: 60 } },
  {
    name: "a presigned URL with a session token",
    unsigned: { method: "GET", query: { Action: "DescribeVpcs" } },
    signing: { presign: 60, credentials: temporary },
  },
];

for (const { name, unsigned, signing } of accepted) {
  void test(`Amazon's signer and we agree on ${name}`, async () => {
    const caller = verify(await signed(unsigned, signing));
    const { accessKeyId } = signing?.credentials ?? rootKey;
    assert.deepEqual(caller, {
      accessKeyId,
      account: keys.get(accessKeyId)?.account,
      principal: keys.get(accessKeyId)?.principal,
      region: signing?.region ?? "eu-north-1",
      service: signing?.service ?? "ec2",
    });
  });
}

/** A change made after signing; `ec2` is the code for EC2, `other` for STS. */
interface Tampering {
  readonly name: string;
  readonly unsigned?: Unsigned;
  readonly signing?: Signing;
  readonly change?: (request: HttpRequest) => Partial<HttpRequest>;
  readonly now?: number;
  readonly ec2: string;
  readonly other?: string;
}

const mismatch = { ec2: "AuthFailure", other: "SignatureDoesNotMatch" };
const unknown = { ec2: "AuthFailure", other: "InvalidClientTokenId" };

const replaceHeader =
  (name: string, change: (value: string) => string) =>
  ({ headers }: HttpRequest): Partial<HttpRequest> => ({
    headers: headers.map(([given, value]) => [given, given === name ? change(value) : value] as const),
  });
const addHeader =
  (name: string, value: string) =>
  ({ headers }: HttpRequest): Partial<HttpRequest> => ({ headers: [...headers, [name, value]] });
const dropHeader =
  (name: string) =>
  ({ headers }: HttpRequest): Partial<HttpRequest> => ({ headers: headers.filter(([given]) => given !== name) });
const replaceTarget =
  (from: string | RegExp, to: string) =>
  ({ target }: HttpRequest): Partial<HttpRequest> => ({ target: target.replace(from, to) });

const presigned = { unsigned: { method: "GET", query: { Action: "DescribeVpcs" } }, signing: { presign: 600 } };
const incomplete = { ec2: "IncompleteSignature", other: "IncompleteSignature" };
const expired = { ec2: "RequestExpired", other: "RequestExpired" };

const tampered: readonly Tampering[] = [
  { name: "another body", change: () => ({ body: new TextEncoder().encode("Action=DeleteVpc") }), ...mismatch },
  { name: "another method", change: () => ({ method: "PUT" }), ...mismatch },
  { name: "another path", change: () => ({ target: "/x" }), ...mismatch },
  { name: "a query added", change: () => ({ target: "/?Action=DeleteVpc" }), ...mismatch },
  { name: "another host", change: replaceHeader("host", () => "example.org"), ...mismatch },
  { name: "another token header", change: addHeader("X-Amz-Target", "x"), ...mismatch },
  { name: "a second host", change: addHeader("Host", "example.org"), ...mismatch },
  { name: "the host not signed", signing: { unsigned: "host" }, ...mismatch },
  { name: "a signed header gone", change: dropHeader("content-type"), ...mismatch },
  { name: "another signature", change: replaceHeader("authorization", (v) => v.replace(/.$/, (c) => (c === "0" ? "1" : "0"))), ...mismatch },
  { name: "a short signature", change: replaceHeader("authorization", (v) => v.slice(0, -2)), ...mismatch },
  { name: "another region", change: replaceHeader("authorization", (v) => v.replace("eu-north-1", "eu-north-2")), ...mismatch },
  { name: "a region that can't be", signing: { region: "Mars" }, ...mismatch },
  { name: "another day in the scope", change: replaceHeader("authorization", (v) => v.replace("/20260506/", "/20260505/")), ...mismatch },
  { name: "another terminator", change: replaceHeader("authorization", (v) => v.replace("aws4_request", "aws5_request")), ...mismatch },
  {
    name: "a declared hash of another body",
    unsigned: { body, headers: { "x-amz-content-sha256": "0".repeat(64) } },
    ...mismatch,
  },
  { name: "a wrong secret", signing: { credentials: { ...rootKey, secretAccessKey: "no" } }, ...mismatch },
  { name: "an unknown key", signing: { credentials: { ...rootKey, accessKeyId: "AKIANOBODYNOBODYNOBO" } }, ...unknown },
  {
    name: "a temporary key without its token",
    signing: { credentials: { accessKeyId: temporary.accessKeyId, secretAccessKey: temporary.secretAccessKey } },
    ...unknown,
  },
  { name: "another session token", signing: { credentials: { ...temporary, sessionToken: "another" } }, ...unknown },
  { name: "a token with a long-lived key", signing: { credentials: { ...rootKey, sessionToken: "any" } }, ...unknown },
  { name: "a temporary key after its end", signing: { credentials: temporary }, now: signedAt + 5 * minute, ec2: "RequestExpired", other: "ExpiredToken" },
  { name: "a clock 15 minutes behind", now: signedAt + 15 * minute + 1, ...expired },
  { name: "a clock 15 minutes ahead", now: signedAt - 15 * minute - 1, ...expired },
  { name: "a clock just within 15 minutes", now: signedAt + 15 * minute, ec2: "accepted", other: "accepted" },
  { name: "no signature", change: dropHeader("authorization"), ec2: "MissingAuthenticationToken" },
  { name: "two signatures", change: ({ headers }) => ({ headers: [...headers, ["Authorization", "x"]] }), ...incomplete },
  { name: "header and query", change: () => ({ target: "/?X-Amz-Signature=0" }), ...incomplete },
  { name: "another algorithm", change: replaceHeader("authorization", (v) => v.replace("SHA256", "SHA1")), ...incomplete },
  { name: "a field twice", change: replaceHeader("authorization", (v) => `${v}, Signature=0`), ...incomplete },
  { name: "no credential", change: replaceHeader("authorization", (v) => v.replace("Credential", "Debit")), ...incomplete },
  { name: "a credential of four parts", change: replaceHeader("authorization", (v) => v.replace("/aws4_request", "")), ...mismatch },
  { name: "no date", change: dropHeader("x-amz-date"), ...incomplete },
  { name: "a date that can't be", change: replaceHeader("x-amz-date", (v) => v.replace("0506T", "0532T")), ...incomplete },
  { name: "two dates", change: addHeader("x-amz-date", "20260506T070809Z"), ...incomplete },
  { name: "presigned, at its end", ...presigned, now: signedAt + 10 * minute + 15 * minute, ec2: "accepted", other: "accepted" },
  { name: "presigned, after its end", ...presigned, now: signedAt + 10 * minute + 15 * minute + 1, ...expired },
  { name: "presigned, another action", ...presigned, change: replaceTarget("DescribeVpcs", "DeleteVpc"), ...mismatch },
  { name: "presigned, a longer life", ...presigned, change: replaceTarget("Expires=600", "Expires=900"), ...mismatch },
  { name: "presigned for over a week", ...presigned, change: replaceTarget("Expires=600", "Expires=604801"), ...incomplete },
  { name: "presigned for no time", ...presigned, change: replaceTarget("Expires=600", "Expires=0"), ...incomplete },
  { name: "presigned, a parameter twice", ...presigned, change: replaceTarget("&X-Amz-Date", "&X-Amz-Date=1&X-Amz-Date"), ...incomplete },
  { name: "a query that is no UTF-8", change: () => ({ target: "/?%ff" }), ec2: "MalformedQueryString" },
];

for (const { name, unsigned = { body }, signing, change = () => ({}), now, ec2, other = ec2 } of tampered) {
  for (const [service, code] of [
    ["ec2", ec2],
    ["sts", other],
  ] as const) {
    void test(`${service}, ${name}: ${code}`, async () => {
      const request = await signed(unsigned, { service, ...signing });
      const outcome = verify({ ...request, ...change(request) }, now);
      assert.equal(refusedAs(outcome), code, JSON.stringify(outcome));
    });
  }
}

void test("the CloudWatch Logs API has names of its own", async () => {
  const request = await signed({ body: "{}" }, { service: "logs", credentials: { ...rootKey, secretAccessKey: "no" } });
  assert.equal(refusedAs(verify(request)), "InvalidSignatureException");
});

void test("a date of another day than the scope's is told apart", async () => {
  const request = await signed({ body }, { service: "sts" });
  const moved = replaceHeader("authorization", (value) => value.replace("/20260506/", "/20260505/"))(request);
  const outcome = verify({ ...request, ...moved });
  assert.match(isRefusal(outcome) ? outcome.message : "", /^Date in Credential scope does not match YYYYMMDD/);
});

void test("the canonical request of Amazon's presigning example", () => {
  const parameters = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
    "X-Amz-Date=20130524T000000Z",
    "X-Amz-Expires=86400",
    "X-Amz-SignedHeaders=host",
    "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  ];
  const request = {
    method: "GET",
    target: `/test.txt?${parameters.join("&")}`,
    headers: [["Host", "examplebucket.s3.amazonaws.com"]] as const,
    body: new Uint8Array(),
  };
  const canonical = canonicalRequest(request, ["host"], "UNSIGNED-PAYLOAD");
  assert.equal(
    crypto.sha256hex(canonical),
    "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04",
  );
});
