import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlowLogs } from "../../../src/api/ec2/create-flow-logs.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { deleteFlowLogs } from "../../../src/api/ec2/delete-flow-logs.ts";
import { deleteNetworkInterface } from "../../../src/api/ec2/delete-network-interface.ts";
import { deleteSubnet } from "../../../src/api/ec2/delete-subnet.ts";
import { deleteVpc } from "../../../src/api/ec2/delete-vpc.ts";
import { describeFlowLogs } from "../../../src/api/ec2/describe-flow-logs.ts";
import { getFlowLogsIntegrationTemplate } from "../../../src/api/ec2/get-flow-logs-integration-template.ts";
import { createTags, describeTags } from "../../../src/api/ec2/tags.ts";
import { attemptOf } from "../../../src/api/idempotency.ts";
import type { Call, Input } from "../../../src/api/operation.ts";
import { loadModel } from "../../../src/io/shapes.ts";
import { flowLogsOf } from "../../../src/model/flow-log.ts";
import { Region } from "./region.ts";

type CreateInput = Input<"CreateFlowLogs">;

const role = "arn:aws:iam::111122223333:role/flow";
const toLogs = { LogGroupName: "flows", DeliverLogsPermissionArn: role };
const toS3 = { LogDestinationType: "s3", LogDestination: "arn:aws:s3:::bucket-one/folder/" } as const;
const defaultText =
  "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

function setting(options: ConstructorParameters<typeof Region>[0] = {}) {
  const region = new Region(options);
  const { vpc, subnet } = region.network();
  const input = (more: Partial<CreateInput> = {}): CreateInput => ({ ResourceIds: [vpc], ResourceType: "VPC", TrafficType: "ALL", ...more });
  const create = (more: Partial<CreateInput> = {}) => region.does(createFlowLogs, input(more));
  const refuses = (more: Partial<CreateInput>) => region.refuses(createFlowLogs, input(more));
  const shown = (more: Input<"DescribeFlowLogs"> = {}) => region.does(describeFlowLogs, more).FlowLogs ?? [];
  return { region, vpc, subnet, input, create, refuses, shown };
}

test("a flow log to a log group, as it is shown", () => {
  const { vpc, create, shown } = setting();
  const tags = [{ Key: "Name", Value: "all of it" }];
  const { FlowLogIds, Unsuccessful, ClientToken } = create({ ...toLogs, ClientToken: "once", TagSpecifications: [{ ResourceType: "vpc-flow-log", Tags: tags }] });
  assert.deepEqual([Unsuccessful, ClientToken], [[], "once"]);
  assert.match(FlowLogIds?.[0] ?? "", /^fl-[0-9a-f]{17}$/);
  const [{ CreationTime, ...flowLog } = {}] = shown();
  assert.equal(CreationTime?.toISOString(), "2026-01-01T00:00:03.000Z");
  assert.deepEqual(flowLog, {
    FlowLogId: FlowLogIds?.[0],
    FlowLogStatus: "ACTIVE",
    ResourceId: vpc,
    TrafficType: "ALL",
    LogFormat: defaultText,
    MaxAggregationInterval: 600,
    DeliverLogsPermissionArn: role,
    DeliverLogsStatus: "SUCCESS",
    DeliverLogsErrorMessage: undefined,
    LogDestinationType: "cloud-watch-logs",
    LogGroupName: "flows",
    LogDestination: undefined,
    TagFieldSpecifications: undefined,
    Tags: tags,
  });
});

const plain = { FileFormat: "plain-text", HiveCompatiblePartitions: false, PerHourPartition: false };
const parquet = { FileFormat: "parquet", HiveCompatiblePartitions: true, PerHourPartition: true } as const;
const groupArn = "arn:aws:logs:us-east-1:111122223333:log-group:/vpc/flows";

test("destinations, as the model has them and as they are shown", () => {
  const cases: [Partial<CreateInput>, object, object][] = [
    [{ LogDestination: groupArn, DeliverLogsPermissionArn: role }, { type: "cloud-watch-logs", group: "/vpc/flows", arn: groupArn }, { LogDestinationType: "cloud-watch-logs", LogGroupName: "/vpc/flows", LogDestination: groupArn }],
    [toS3, { type: "s3", bucket: "bucket-one", prefix: "folder", arn: toS3.LogDestination, fileFormat: "plain-text", hive: false, perHour: false }, { LogDestinationType: "s3", LogDestination: toS3.LogDestination, DestinationOptions: plain }],
    [{ LogDestination: "arn:aws:s3:::bucket-two", DestinationOptions: parquet }, { type: "s3", bucket: "bucket-two", prefix: "", arn: "arn:aws:s3:::bucket-two", fileFormat: "parquet", hive: true, perHour: true }, { LogDestinationType: "s3", LogDestination: "arn:aws:s3:::bucket-two", DestinationOptions: parquet }],
    [{}, { type: "local", fileFormat: "plain-text", hive: false, perHour: false }, { LogDestinationType: "s3", LogDestination: "arn:aws:s3:::local", DestinationOptions: plain }],
    [{ LogDestinationType: "s3", LogDestination: "arn:aws:s3:::local", DestinationOptions: { FileFormat: "parquet" } }, { type: "local", fileFormat: "parquet", hive: false, perHour: false }, { LogDestinationType: "s3", LogDestination: "arn:aws:s3:::local", DestinationOptions: { ...plain, FileFormat: "parquet" } }],
  ];
  for (const [more, destination, view] of cases) {
    const { region, vpc, create, shown } = setting();
    create(more);
    assert.deepEqual(flowLogsOf(region.world, vpc)[0]?.destination, destination);
    const { LogDestinationType, LogGroupName, LogDestination, DestinationOptions } = shown()[0] ?? {};
    const seen = Object.entries({ LogDestinationType, LogGroupName, LogDestination, DestinationOptions }).filter(([, value]) => value !== undefined);
    assert.deepEqual(Object.fromEntries(seen), view);
  }
});

test("what else is chosen is kept", () => {
  const { create, shown, subnet } = setting();
  create({
    ResourceIds: [subnet],
    ResourceType: "Subnet",
    TrafficType: "REJECT",
    MaxAggregationInterval: 60,
    LogFormat: "${srcaddr} ${instance-tag}",
    TagFieldSpecifications: [{ ResourceType: "instance", TagKeys: ["team", "stage"] }],
  });
  const [{ ResourceId, TrafficType, MaxAggregationInterval, LogFormat, TagFieldSpecifications } = {}] = shown();
  assert.deepEqual(
    [ResourceId, TrafficType, MaxAggregationInterval, LogFormat, TagFieldSpecifications],
    [subnet, "REJECT", 60, "${srcaddr} ${instance-tag}", [{ ResourceType: "instance", TagKeys: ["team", "stage"] }]],
  );
});

test("what is wrong with the call is refused, in Amazon's words where they are known", () => {
  const { refuses } = setting();
  const missing = (name: string) => `MissingParameter: The request must include the ${name} parameter. Add the required parameter and retry the request.`;
  const cases: [Partial<CreateInput>, string][] = [
    [{ ResourceIds: [] }, missing("ResourceIds")],
    [{ ResourceIds: Array.from({ length: 301 }, (_, at) => `vpc-${at}`) }, "InvalidParameter: The maximum number of ResourceIds is 300"],
    [{ ResourceType: undefined }, missing("ResourceType")],
    [{ ResourceType: "TransitGateway" }, "UnsupportedOperation: Flow logs of the resource type TransitGateway are not supported."],
    [{ TrafficType: undefined }, missing("TrafficType")],
    [{ MaxAggregationInterval: 61 }, "InvalidParameter: Invalid Flow Log Max Aggregation Interval"],
    [{ LogDestinationType: "kinesis-data-firehose" }, "UnsupportedOperation: Delivery of flow logs to kinesis-data-firehose is not supported."],
    [{ DeliverCrossAccountRole: role }, "UnsupportedOperation: The parameter DeliverCrossAccountRole is not supported."],
    [{ ...toLogs, LogDestinationType: "s3" }, "InvalidParameter: LogDestination type must be cloud-watch-logs if LogGroupName is provided."],
    [{ ...toLogs, LogDestination: groupArn }, "InvalidParameter: Please only provide LogGroupName or only provide LogDestination."],
    [{ LogDestinationType: "cloud-watch-logs" }, "InvalidParameter: LogDestination can't be empty if LogGroupName is not provided."],
    [{ LogDestinationType: "s3" }, "InvalidParameter: LogDestination can't be empty if LogGroupName is not provided."],
    [{ LogGroupName: "flows" }, "InvalidParameter: DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs."],
    [{ LogGroupName: "flows", DeliverLogsPermissionArn: "flow" }, "InvalidParameter: Invalid DeliverLogsPermissionArn: flow"],
    [{ ...toLogs, LogGroupName: "a b" }, "InvalidParameter: Invalid LogGroupName: a b"],
    [{ ...toLogs, DestinationOptions: {} }, "InvalidParameter: DestinationOptions is not applicable for cloud-watch-logs delivery"],
    [
      { LogDestination: `${groupArn}:*`, DeliverLogsPermissionArn: role },
      `InvalidParameter: Access Denied for LogDestination: ${groupArn}:*. Please check LogDestination permission`,
    ],
    [{ ...toS3, DeliverLogsPermissionArn: role }, "InvalidParameter: DeliverLogsPermissionArn is not applicable for s3 delivery"],
    [{ LogDestinationType: "s3", LogDestination: "bucket-one" }, "InvalidParameter: Invalid LogDestination: bucket-one"],
    [
      { ...toS3, LogDestination: "arn:aws:s3:::bucket-one/AWSLogs/" },
      "InvalidParameter: Invalid LogDestination: arn:aws:s3:::bucket-one/AWSLogs/. AWSLogs is reserved and can't be used as a folder",
    ],
    [{ LogFormat: "${srcaddr} " }, "InvalidParameter: 1 validation error detected: Value '${srcaddr} ' at 'logFormat' has an invalid format"],
    [{ TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "a", Value: "b" }] }] }, "InvalidParameterValue: 'vpc' is not a valid taggable resource type for this operation."],
    [
      { TagFieldSpecifications: [{ ResourceType: "instance", TagKeys: ["a", "b", "c"] }] },
      "InvalidParameter: TagKeys of TagFieldSpecifications must be 1 to 2 keys of 1 to 128 characters.",
    ],
    [{ ResourceIds: ["subnet-00000001"] }, "InvalidParameter: Invalid Resource id subnet-00000001 for resource-type VPC"],
    [{ ResourceIds: ["vpc-00000001"] }, "InvalidVpcID.NotFound: The vpc ID 'vpc-00000001' does not exist"],
  ];
  for (const [more, expected] of cases) assert.equal(refuses(more), expected);
});

test("one flow log for each resource; those that can't have it are said beside the others", () => {
  const { region, subnet, create, refuses, shown } = setting();
  const of = (...ResourceIds: string[]) => ({ ResourceIds, ResourceType: "Subnet" }) as const;
  const { FlowLogIds, Unsuccessful } = create(of(subnet, "subnet-00000009", subnet));
  assert.equal(FlowLogIds?.length, 1);
  assert.deepEqual(Unsuccessful, [
    { ResourceId: "subnet-00000009", Error: { Code: "InvalidSubnetID.NotFound", Message: "The subnet ID 'subnet-00000009' does not exist" } },
  ]);
  const exists = "FlowLogAlreadyExists: Error. There is an existing Flow Log with the same configuration and log destination.";
  assert.equal(refuses(of(subnet)), exists);
  assert.equal(refuses({ ...of(subnet), LogFormat: "${dstaddr}" }), exists);
  create({ ...of(subnet), TrafficType: "ACCEPT" });
  create({ ...of(subnet), ...toLogs });
  create({ ...of(subnet), ...toS3 });
  assert.equal(refuses({ ...of(subnet), ...toS3, LogDestination: "arn:aws:s3:::bucket-one/folder" }), exists);
  const { subnet: other } = region.network("10.1.0.0/16", "10.1.1.0/24");
  const second = create(of(subnet, other));
  assert.deepEqual(second.Unsuccessful?.map(({ ResourceId, Error }) => [ResourceId, Error?.Code]), [[subnet, "FlowLogAlreadyExists"]]);
  assert.equal(shown({ Filter: [{ Name: "resource-id", Values: [other] }] }).length, 1);
});

test("a resource has as many as its quota says", () => {
  const { create, refuses, vpc } = setting({ quotas: { flowLogsPerResource: 2 } });
  create({ TrafficType: "ACCEPT" });
  create({ TrafficType: "REJECT" });
  assert.equal(refuses({ TrafficType: "ALL" }), `FlowLogsLimitExceeded: The maximum number of flow logs for '${vpc}' is 2`);
});

test("filters, pages, and how delivery goes", () => {
  const { region, vpc, subnet, create, shown } = setting();
  const [a] = create({ ...toLogs, TrafficType: "REJECT", TagSpecifications: [{ ResourceType: "vpc-flow-log", Tags: [{ Key: "team", Value: "red" }] }] }).FlowLogIds ?? [];
  const [b] = create({ ...toS3, ResourceType: "Subnet", ResourceIds: [subnet] }).FlowLogIds ?? [];
  const failing: Call = { ...region.call, delivery: (id) => (id === b ? { status: "FAILED", message: "Access error" } : undefined) };
  const ids = (Filter: Input<"DescribeFlowLogs">["Filter"]) => {
    const outcome = describeFlowLogs.run(region.world, { Filter }, failing);
    return "output" in outcome ? outcome.output.FlowLogs?.map(({ FlowLogId }) => FlowLogId) : outcome.message;
  };
  const cases: [string, string, (string | undefined)[]][] = [
    ["deliver-log-status", "FAILED", [b]],
    ["deliver-log-status", "SUCCESS", [a]],
    ["log-destination-type", "s3", [b]],
    ["flow-log-id", a ?? "", [a]],
    ["log-group-name", "fl*", [a]],
    ["resource-id", vpc, [a]],
    ["traffic-type", "ALL", [b]],
    ["tag:team", "red", [a]],
    ["tag-key", "team", [a]],
  ];
  for (const [Name, value, expected] of cases) assert.deepEqual(ids([{ Name, Values: [value] }]), expected, Name);
  const outcome = describeFlowLogs.run(region.world, { FlowLogIds: [b ?? ""] }, failing);
  const failed = "output" in outcome ? outcome.output.FlowLogs?.[0] : undefined;
  assert.deepEqual([failed?.DeliverLogsStatus, failed?.DeliverLogsErrorMessage], ["FAILED", "Access error"]);

  const first = region.does(describeFlowLogs, { MaxResults: 1 });
  assert.deepEqual(first.FlowLogs?.map(({ FlowLogId }) => FlowLogId), [a]);
  assert.deepEqual(shown({ MaxResults: 1, NextToken: first.NextToken }).map(({ FlowLogId }) => FlowLogId), [b]);
});

test("unknown and malformed identifiers", () => {
  const { region, create } = setting();
  const [id = ""] = create().FlowLogIds ?? [];
  const gone = "InvalidFlowLogId.NotFound: These flow log ids in the input list are not found: [TotalCount: 2] fl-00000001 fl-00000002";
  assert.equal(region.refuses(deleteFlowLogs, { FlowLogIds: ["fl-00000001", id, "fl-00000002"] }), gone);
  assert.equal(region.refuses(describeFlowLogs, { FlowLogIds: ["fl-00000001", "fl-00000002"] }), gone);
  assert.equal(region.refuses(describeFlowLogs, { FlowLogIds: [id] }, { account: region.call.account, region: "eu-west-1" }), `InvalidFlowLogId.NotFound: These flow log ids in the input list are not found: [TotalCount: 1] ${id}`);
  assert.equal(region.refuses(deleteFlowLogs, { FlowLogIds: ["fl-1"] }), "InvalidParameterValue: The flow log ID 'fl-1' is malformed");
  assert.equal(region.refuses(deleteFlowLogs, { FlowLogIds: [] }), "MissingParameter: The request must contain the parameter FlowLogId");
  assert.match(region.refuses(getFlowLogsIntegrationTemplate, { FlowLogId: id, ConfigDeliveryS3DestinationArn: "arn:aws:s3:::x", IntegrateServices: {} }), /^UnsupportedOperation: There is no Athena/);
  region.does(deleteFlowLogs, { FlowLogIds: [id] });
  assert.deepEqual(region.does(describeFlowLogs, {}).FlowLogs, []);
});

test("a resource's flow logs go with it, and only those", () => {
  const { region, vpc, subnet, create, shown } = setting();
  const eni = region.does(createNetworkInterface, { SubnetId: subnet }).NetworkInterface?.NetworkInterfaceId ?? "";
  create();
  create({ ResourceType: "Subnet", ResourceIds: [subnet] });
  create({ ResourceType: "NetworkInterface", ResourceIds: [eni] });
  const left = () => shown().map(({ ResourceId }) => ResourceId);
  assert.deepEqual(left(), [vpc, subnet, eni]);
  region.does(deleteNetworkInterface, { NetworkInterfaceId: eni });
  assert.deepEqual(left(), [vpc, subnet]);
  region.does(deleteSubnet, { SubnetId: subnet });
  assert.deepEqual(left(), [vpc]);
  region.does(deleteVpc, { VpcId: vpc });
  assert.deepEqual(left(), []);
});

test("flow logs can be tagged, as vpc-flow-log", () => {
  const { region, create } = setting();
  const [id = ""] = create().FlowLogIds ?? [];
  region.does(createTags, { Resources: [id], Tags: [{ Key: "owner", Value: "net" }] });
  assert.deepEqual(region.does(describeTags, {}).Tags, [{ ResourceId: id, ResourceType: "vpc-flow-log", Key: "owner", Value: "net" }]);
});

test("the client token makes the call idempotent, although Amazon's model does not say so", () => {
  const { region } = setting();
  const shape = loadModel("ec2").operation("CreateFlowLogs") ?? assert.fail();
  const attempt = attemptOf(shape, { ClientToken: "again", ResourceIds: ["vpc-1"] }, region.call);
  assert.ok(attempt && "id" in attempt);
  assert.equal(attempt.id, "111122223333/us-east-1/CreateFlowLogs/again");
});
