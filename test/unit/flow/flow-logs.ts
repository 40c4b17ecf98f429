/** Flow logs for tests: every field has its own value. */
import { defaultFormat } from "../../../src/flow/format.ts";
import type { FlowLog } from "../../../src/model/resource.ts";
import { mintId } from "../../../src/values/id.ts";

const files = { fileFormat: "plain-text", hive: false, perHour: false } as const;

export const toLocal = { type: "local", ...files } as const;
export const toBucket = { type: "s3", bucket: "records", prefix: "", arn: "arn:aws:s3:::records", ...files } as const;
export const toGroup = { type: "cloud-watch-logs", group: "/vpc/flows" } as const;

export const flowLogOf = (destination: FlowLog["destination"], rest: Partial<FlowLog> = {}): FlowLog => ({
  kind: "flow-log",
  id: mintId("flow-log", "1234abcd1234abcd1"),
  account: "123456789012",
  region: "us-east-1",
  tags: {},
  created: "2018-06-20T16:00:00.000Z",
  resourceId: mintId("vpc", "0a0b0c0d0e0f01234"),
  resourceType: "VPC",
  traffic: "ALL",
  destination,
  format: defaultFormat.text,
  interval: 60,
  ...rest,
});
