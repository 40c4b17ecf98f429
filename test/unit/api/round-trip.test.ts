import assert from "node:assert/strict";
import { test } from "node:test";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as ec2 from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { encodeOutput, readCall } from "../../../src/api/wire/codec.ts";
import { loadModel } from "../../../src/io/shapes.ts";
import { randomValue, seeded } from "./random-value.ts";

/** Raise it for a long run; every seed is every operation once in each direction. */
const seeds = Number(process.env["ROUND_TRIPS"] ?? 4);

const options = { region: "eu-north-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } };

/** The SDK's serialiser and deserialiser of a service; its declared types ask for more than they use. */
interface SdkProtocol {
  serializeRequest(operation: object, input: unknown, context: object): Promise<{ body?: unknown; headers: Record<string, string> }>;
  deserializeResponse(operation: object, context: object, response: object): Promise<Record<string, unknown>>;
}

interface SdkService {
  readonly name: string;
  readonly sdk: object;
  readonly client: { readonly config: object };
  readonly operations: number;
  /** Answer with a stream of events, which Bailey doesn't serve. */
  readonly streams?: readonly string[];
}

const services: readonly SdkService[] = [
  { name: "ec2", sdk: ec2, client: new ec2.EC2Client(options), operations: 823 },
  { name: "iam", sdk: iam, client: new iam.IAMClient(options), operations: 180 },
  { name: "sts", sdk: sts, client: new sts.STSClient(options), operations: 11 },
  {
    name: "logs",
    sdk: logs,
    client: new logs.CloudWatchLogsClient(options),
    operations: 118,
    streams: ["GetLogObject", "StartLiveTail"],
  },
];

const bytesOf = (body: unknown): Uint8Array =>
  body instanceof Uint8Array ? body : new TextEncoder().encode(typeof body === "string" ? body : "");

for (const { name, sdk, client, operations, streams } of services) {
  const model = loadModel(name);
  const { protocol } = client.config as { readonly protocol: SdkProtocol };
  const context = { ...client.config, endpoint: () => Promise.resolve({ hostname: "x", path: "/", protocol: "https:" }) };
  const schemas = (Object.values(sdk) as unknown[]).filter((value) => Array.isArray(value) && value[0] === 9);

  void test(`${name}: every operation's input and output survive the SDK and us`, async () => {
    assert.equal(schemas.length, operations);
    for (const schema of schemas as [9, string, string, object, unknown, unknown][]) {
      const [, namespace, operationName, , inputRef, outputRef] = schema;
      const shape = model.operation(operationName);
      assert.ok(shape, operationName);
      if (streams?.includes(operationName)) continue;
      const operation = { namespace, name: operationName, traits: 0, input: inputRef, output: outputRef };
      for (let seed = 1; seed <= seeds; seed++) {
        const random = seeded(seed * 7919 + operationName.length);
        const label = `${name} ${operationName}, seed ${seed}`;

        const emptyLists = model.protocol !== "ec2Query";
        const fractions = model.protocol !== "ec2Query";
        const input = randomValue(inputRef, random, { depth: 6, emptyLists, fractions }) ?? {};
        const { body, headers } = await protocol.serializeRequest(operation, structuredClone(input), context);
        const call = readCall(model, {
          query: "",
          contentType: headers["content-type"],
          target: headers["x-amz-target"],
          body: bytesOf(body),
        });
        assert.ok(!isRefusal(call), `${label}: ${JSON.stringify(call)}`);
        assert.equal(call.action, operationName);
        assert.deepEqual(call.decode(shape), input, label);

        const output = (randomValue(outputRef, random, { depth: 6, emptyLists: true, fractions: true }) ?? {}) as object;
        const encoded = encodeOutput(model, shape, output, "11111111-2222-4333-8444-555555555555");
        const response = { statusCode: 200, headers: { ...encoded.headers }, body: encoded.body };
        const { $metadata: metadata, ...answer } = await protocol.deserializeResponse(operation, context, response);
        assert.equal((metadata as { requestId?: string }).requestId, "11111111-2222-4333-8444-555555555555", label);
        assert.deepEqual(answer, output, label);
      }
    }
  });
}
