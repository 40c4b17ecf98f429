import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { deliveryOf } from "../../../src/flow/deliver.ts";
import { openS3, type PutObject, s3Credentials } from "../../../src/io/flow-s3.ts";
import { type Refused, S3Server } from "./s3-server.ts";

const put = (endpoint: string): PutObject => openS3({ endpoint, region: "us-east-1", credentials: { accessKeyId: "key-id", secretAccessKey: "secret" } });

async function serve(t: TestContext): Promise<{ server: S3Server; endpoint: string }> {
  const server = new S3Server();
  const endpoint = await server.listen();
  t.after(() => server.close());
  return { server, endpoint };
}

test("an object is put signed, as it is, with its bucket in the path", async (t) => {
  const { server, endpoint } = await serve(t);
  const body = Buffer.from([0, 1, 2, 253, 254, 255]);
  assert.equal(await put(endpoint)("bucket.with.dots", "a/aws-account-id=1/b c.log.gz", body), undefined);
  assert.deepEqual([...server.objects], [["bucket.with.dots/a/aws-account-id=1/b c.log.gz", body]]);
  assert.deepEqual(server.unsigned, []);
});

const refusals: readonly [refused: Refused, told: string][] = [
  [{ status: 403, code: "AccessDenied", message: "Access Denied" }, "Access error: bucket b: Access Denied (AccessDenied)"],
  [{ status: 403, code: "InvalidAccessKeyId", message: "No such key" }, "Access error: bucket b: No such key (InvalidAccessKeyId)"],
  [{ status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist" }, "bucket b: The specified bucket does not exist (NoSuchBucket)"],
  [{ status: 503, code: "SlowDown", message: "Please reduce your request rate" }, "Rate limited: bucket b: Please reduce your request rate (SlowDown)"],
  [{ status: 500, code: "InternalError", message: "We are sorry" }, "bucket b: We are sorry (InternalError)"],
];
for (const [refused, message] of refusals) {
  test(`a bucket that answers ${refused.code} is asked once: ${message}`, async (t) => {
    const { server, endpoint } = await serve(t);
    server.refuse = refused;
    const failure = await put(endpoint)("b", "key", Buffer.from("body"));
    assert.deepEqual(failure && deliveryOf(failure), { status: "FAILED", message });
    assert.equal(server.requests, 1);
  });
}

test("an S3 that is not there is a failure with the system's reason", async (t) => {
  const { server, endpoint } = await serve(t);
  server.close();
  const failure = await put(endpoint)("b", "key", Buffer.from("body"));
  assert.match(failure?.message ?? "", /^bucket b: .*ECONNREFUSED/);
  assert.equal(failure?.code, "ECONNREFUSED");
});

const own = { accessKeyId: "own-id", secretAccessKey: "own-secret", account: "1" };
const environments: readonly [environment: Record<string, string>, credentials: Record<string, string>][] = [
  [{}, { accessKeyId: "own-id", secretAccessKey: "own-secret" }],
  [{ AWS_ACCESS_KEY_ID: "a" }, { accessKeyId: "own-id", secretAccessKey: "own-secret" }],
  [{ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }, { accessKeyId: "a", secretAccessKey: "b" }],
  [{ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_SESSION_TOKEN: "c" }, { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c" }],
];
for (const [environment, credentials] of environments) {
  test(`with ${Object.keys(environment).join(", ") || "nothing"} in the environment, the keys are ${credentials["accessKeyId"]}`, () =>
    assert.deepEqual(s3Credentials(environment, own), credentials));
}
