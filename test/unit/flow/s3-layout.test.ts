import assert from "node:assert/strict";
import { test } from "node:test";
import { liveSuffix, pathOf, slotOf, streamOf } from "../../../src/flow/s3-layout.ts";
import type { FlowLog } from "../../../src/model/resource.ts";
import { flowLogOf, toGroup, toLocal } from "./flow-logs.ts";

/** 2018-06-20T16:20:00Z */
const slot = 1_529_511_600;
const name = "123456789012_vpcflowlogs_us-east-1_fl-1234abcd1234abcd1_20180620T1620Z_fe123456";
const bucket = (rest: Partial<Extract<FlowLog["destination"], { type: "s3" }>>): FlowLog["destination"] => ({
  type: "s3",
  bucket: "b",
  arn: "arn:aws:s3:::b",
  prefix: "",
  fileFormat: "plain-text",
  hive: false,
  perHour: false,
  ...rest,
});

const paths: readonly [what: string, destination: FlowLog["destination"], path: string][] = [
  ["default", bucket({}), `AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/20/${name}.log.gz`],
  ["hourly", bucket({ perHour: true }), `AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/20/16/${name}.log.gz`],
  ["Hive", bucket({ hive: true }), `AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2018/month=06/day=20/${name}.log.gz`],
  ["Hive, hourly", bucket({ hive: true, perHour: true }), `AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2018/month=06/day=20/hour=16/${name}.log.gz`],
  ["in a folder", bucket({ prefix: "a/b" }), `a/b/AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/20/${name}.log.gz`],
  ["Parquet", bucket({ fileFormat: "parquet" }), `AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/20/${name}.log.parquet`],
  ["local", toLocal, `AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/20/${name}.log.gz`],
];
for (const [what, destination, path] of paths) {
  test(`where files lie: ${what}`, () => {
    const flowLog = flowLogOf(destination);
    assert.equal(pathOf(flowLog, { slot, hash: "fe123456" }), path);
    assert.equal(pathOf(flowLog, { slot, hash: "fe123456" }, liveSuffix), path.replace(/\.log\..*$/, ".log"));
  });
}

const slots: readonly [end: number, slot: number][] = [
  [slot, slot],
  [slot + 299, slot],
  [slot + 300, slot + 300],
  [slot - 1, slot - 300],
];
for (const [end, expected] of slots) test(`what ends at ${end} is in the slot of ${expected}`, () => assert.equal(slotOf(end), expected));

test("a stream for each interface, by what is recorded", () => {
  const streams = (["ALL", "ACCEPT", "REJECT"] as const).map((traffic) => streamOf(flowLogOf(toGroup, { traffic }), "eni-1"));
  assert.deepEqual(streams, ["eni-1-all", "eni-1-accept", "eni-1-reject"]);
});
