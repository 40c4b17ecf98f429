import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeError, encodeOutput, readCall } from "../../../src/api/wire/codec.ts";
import { loadModel } from "../../../src/io/shapes.ts";
import { type Refusal, isRefusal } from "../../../src/values/refuse.ts";

function decode(service: string, action: string, text: string): unknown {
  const model = loadModel(service);
  const json = model.protocol === "awsJson1_1";
  const call = readCall(model, {
    query: "",
    contentType: undefined,
    target: json ? `${model.namespace}.${action}` : undefined,
    body: new TextEncoder().encode(json ? text : `Action=${action}&${text}`),
  });
  const operation = model.operation(action);
  assert.ok(operation);
  return isRefusal(call) ? call : call.decode(operation);
}

const decoded: readonly (readonly [name: string, service: string, action: string, text: string, input: unknown])[] = [
  ["lists from 0", "ec2", "DescribeVpcs", "VpcId.0=a&VpcId.1=b", { VpcIds: ["a", "b"] }],
  ["lists with gaps, in no order", "ec2", "DescribeVpcs", "VpcId.900000000=c&VpcId.10=b&VpcId.2=a", { VpcIds: ["a", "b", "c"] }],
  ["an empty list", "ec2", "DescribeVpcs", "VpcId=", { VpcIds: [] }],
  ["plus and escapes", "ec2", "CreateSecurityGroup", "GroupName=a+b%2Bc&GroupDescription=%E8%AA%9E", { GroupName: "a b+c", Description: "語" }],
  ["a value with an equals sign", "ec2", "DescribeVpcs", "NextToken=a=b==", { NextToken: "a=b==" }],
  ["booleans in any case", "ec2", "DescribeVpcs", "DryRun=True", { DryRun: true }],
  ["empty parts of the form", "ec2", "DescribeVpcs", "&&DryRun=0&", { DryRun: false }],
  ["authentication of the query", "ec2", "DescribeVpcs", "X-Amz-Date=1&AWSAccessKeyId=a&Timestamp=b", {}],
  ["a time without seconds", "ec2", "DescribeSpotPriceHistory", "StartTime=2026-01-02T03:04Z", { StartTime: new Date("2026-01-02T03:04:00Z") }],
  ["a time without a zone", "ec2", "DescribeSpotPriceHistory", "StartTime=2026-01-02T03:04:05", { StartTime: new Date("2026-01-02T03:04:05Z") }],
  [
    "numbers that need not be whole",
    "ec2",
    "PurchaseReservedInstancesOffering",
    "ReservedInstancesOfferingId=r&InstanceCount=2&LimitPrice.Amount=1.5",
    { ReservedInstancesOfferingId: "r", InstanceCount: 2, LimitPrice: { Amount: 1.5 } },
  ],
  ["members of lists", "iam", "TagUser", "UserName=u&Tags.member.1.Key=k&Tags.member.1.Value=v", { UserName: "u", Tags: [{ Key: "k", Value: "v" }] }],
  ["what a query service doesn't know", "iam", "GetUser", "UserName=u&Other.1.Thing=x", { UserName: "u" }],
  ["what a JSON service doesn't know", "logs", "DescribeLogGroups", '{"limit":3,"other":[1]}', { limit: 3 }],
  ["no JSON at all", "logs", "DescribeLogGroups", "", {}],
  ["a JSON null", "logs", "DescribeLogGroups", '{"limit":null}', {}],
  ["a JSON map that looks like a refusal", "logs", "TagLogGroup", '{"logGroupName":"g","tags":{"refused":"x"}}', { logGroupName: "g", tags: { refused: "x" } }],
  ["a JSON map with a strange key", "logs", "TagLogGroup", '{"logGroupName":"g","tags":{"constructor":"x"}}', { logGroupName: "g", tags: { constructor: "x" } }],
];

for (const [name, service, action, text, input] of decoded) {
  void test(`decoded: ${name}`, () => assert.deepEqual(decode(service, action, text), input));
}

const many = (count: number, part: (index: number) => string): string => Array.from({ length: count }, (_, index) => part(index)).join("&");

const refused: readonly (readonly [name: string, service: string, action: string, text: string, code: string, message?: string])[] = [
  ["an unknown parameter below", "ec2", "DescribeVpcs", "Filter.1.Value.1=x&Filter.1.Nome=y", "UnknownParameter", "The parameter Filter.1.Nome is not recognized"],
  ["an unknown tree", "ec2", "DescribeVpcs", "Nome.2.Value=y", "UnknownParameter", "The parameter Nome.2.Value is not recognized"],
  ["a list member without a number", "ec2", "DescribeVpcs", "VpcId.x=y", "UnknownParameter", "The parameter VpcId.x is not recognized"],
  ["a huge number", "ec2", "DescribeVpcs", "VpcId.99999999999=y", "UnknownParameter"],
  ["a negative number", "ec2", "DescribeVpcs", "VpcId.-1=y", "UnknownParameter"],
  ["a list as a value", "ec2", "DescribeVpcs", "VpcId=y", "UnknownParameter", "The parameter VpcId is not recognized"],
  ["a value as a list", "ec2", "DescribeVpcs", "DryRun.1=true", "UnknownParameter", "The parameter DryRun.1 is not recognized"],
  ["a value both ways", "ec2", "DescribeVpcs", "NextToken=a&NextToken.1=b", "UnknownParameter"],
  ["a member of JavaScript's", "ec2", "DescribeVpcs", "__proto__.x=1", "UnknownParameter"],
  ["a parameter twice", "ec2", "DescribeVpcs", "NextToken=a&NextToken=b", "MalformedQueryString"],
  ["half an escape", "ec2", "DescribeVpcs", "NextToken=%4", "MalformedQueryString"],
  ["an escape that is no UTF-8", "ec2", "DescribeVpcs", "NextToken=%ff", "MalformedQueryString"],
  ["a value without a name", "ec2", "DescribeVpcs", "=x", "MalformedQueryString"],
  ["deep nesting", "ec2", "DescribeVpcs", `${"a.".repeat(200_000)}a=1`, "MalformedQueryString"],
  ["too many parameters", "ec2", "DescribeVpcs", many(20_001, (index) => `VpcId.${index}=v`), "MalformedQueryString"],
  ["a required parameter below", "ec2", "CreateTags", "ResourceId.1=i&Tag.1.Value=v&DryRun=maybe", "InvalidParameterValue"],
  ["text for a number", "ec2", "DescribeVpcs", "MaxResults=many", "InvalidParameterValue", "Value (many) for parameter MaxResults is invalid. Expecting a number."],
  ["half a number", "ec2", "DescribeVpcs", "MaxResults=5.5", "InvalidParameterValue", "Value (5.5) for parameter MaxResults is invalid. Expecting an integer."],
  ["infinity", "ec2", "DescribeVpcs", "MaxResults=1e999", "InvalidParameterValue"],
  ["hexadecimal", "ec2", "DescribeVpcs", "MaxResults=0x10", "InvalidParameterValue"],
  ["no number at all", "ec2", "DescribeVpcs", "MaxResults=", "InvalidParameterValue"],
  ["a day that isn't", "ec2", "DescribeSpotPriceHistory", "StartTime=2026-13-40", "InvalidParameterValue"],
  ["no base64", "ec2", "ImportKeyPair", "KeyName=k&PublicKeyMaterial=*", "InvalidParameterValue"],
  ["a required parameter of IAM", "iam", "CreateUser", "", "ValidationError", "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null"],
  ["text for a number of IAM", "iam", "ListUsers", "MaxItems=all", "ValidationError", "1 validation error detected: Value 'all' at 'maxItems' failed to satisfy constraint: Member must be a number"],
  ["no JSON", "logs", "DescribeLogGroups", "{", "SerializationException"],
  ["JSON that is no object", "logs", "DescribeLogGroups", "[]", "SerializationException"],
  ["JSON nested deeply", "logs", "DescribeLogGroups", "[".repeat(500_000), "SerializationException"],
  ["JSON of another type", "logs", "DescribeLogGroups", '{"limit":"3"}', "SerializationException", "limit must be a number."],
  ["JSON without a required member", "logs", "CreateLogGroup", "{}", "InvalidParameterException", "1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null"],
];

for (const [name, service, action, text, code, message] of refused) {
  void test(`refused: ${name}`, () => {
    const refusal = decode(service, action, text) as Refusal;
    assert.equal(refusal.refused, code, JSON.stringify(refusal).slice(0, 200));
    if (message !== undefined) assert.equal(refusal.message, message);
  });
}

void test("bytes that are no UTF-8 are refused", () => {
  const body = Buffer.from("Action=DescribeVpcs&NextToken=\u00ff", "latin1");
  const request = { query: "", contentType: undefined, target: "Logs_20140328.DescribeLogGroups", body };
  for (const [service, code] of [
    ["ec2", "MalformedQueryString"],
    ["logs", "SerializationException"],
  ] as const) {
    const call = readCall(loadModel(service), request);
    assert.ok(isRefusal(call) && call.refused === code, service);
  }
});

function encode(service: string, action: string, output: object): string {
  const model = loadModel(service);
  const operation = model.operation(action);
  assert.ok(operation);
  return new TextDecoder().decode(encodeOutput(model, operation, output, "id").body).split("\n").slice(1).join("\n");
}

const xmlns = "http://ec2.amazonaws.com/doc/2016-11-15/";

void test("an operation without an output answers true", () => {
  assert.equal(
    encode("ec2", "DeleteVpc", {}),
    `<DeleteVpcResponse xmlns="${xmlns}"><requestId>id</requestId><return>true</return></DeleteVpcResponse>`,
  );
  assert.equal(
    encode("iam", "DeleteUser", {}),
    '<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DeleteUserResponse>',
  );
});

void test("an ACL entry has its ICMP type and code", () => {
  const entries = [{ RuleNumber: 120, Egress: false, IcmpTypeCode: { Code: 4, Type: 3 } }];
  assert.match(
    encode("ec2", "DescribeNetworkAcls", { NetworkAcls: [{ Entries: entries }] }),
    /<entrySet><item><egress>false<\/egress><icmpTypeCode><code>4<\/code><type>3<\/type><\/icmpTypeCode><ruleNumber>120<\/ruleNumber><\/item><\/entrySet>/,
  );
});

void test("text is escaped, and what XML can't carry is dropped", () => {
  const text = "<a> & \"b\" 'c' \r\n\t\u0000\u000b\uffff é 語 😀";
  assert.match(
    encode("ec2", "DescribeVpcs", { NextToken: text }),
    /<nextToken>&lt;a&gt; &amp; "b" 'c' &#13;\n\t é 語 😀<\/nextToken>/,
  );
});

void test("dates may be text, and absent members are left out", () => {
  const instance = { InstanceId: "i-1", LaunchTime: "2026-01-02T03:04:05.000Z", KeyName: undefined };
  assert.match(
    encode("ec2", "DescribeInstances", { Reservations: [{ Instances: [instance] }] }),
    /<instancesSet><item>(<instanceId>i-1<\/instanceId>|<launchTime>2026-01-02T03:04:05.000Z<\/launchTime>){2}<\/item>/,
  );
});

void test("an output of many pieces is whole", () => {
  const SecurityGroups = Array.from({ length: 3000 }, (_, index) => ({ GroupId: `sg-${index}`, GroupName: "語".repeat(9) }));
  const text = encode("ec2", "DescribeSecurityGroups", { SecurityGroups });
  assert.deepEqual([...text.matchAll(/<groupId>(.*?)</g)].map((match) => match[1]), SecurityGroups.map(({ GroupId }) => GroupId));
  assert.equal(text.split("語".repeat(9)).length, 3001);
});

void test("an output that isn't the model's is a bug", () => {
  assert.throws(() => encode("ec2", "DescribeVpcs", { Vpcs: "vpc-1" }), /a string where the model has a list/);
  assert.throws(() => encode("ec2", "DescribeVpcs", { Vpcs: ["vpc-1"] }), /a string where the model has a structure/);
  assert.throws(() => encode("ec2", "DescribeVpcs", { NextToken: {} }), /a object where the model has a scalar/);
});

void test("errors are in the form of their service", () => {
  const error = { code: "A.B", message: "<x>", status: 400 };
  const textOf = (service: string | undefined, status = 400): string =>
    new TextDecoder().decode(encodeError(service === undefined ? undefined : loadModel(service), { ...error, status }, "id").body);
  const ec2 = '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>A.B</Code><Message>&lt;x&gt;</Message></Error></Errors><RequestID>id</RequestID></Response>';
  assert.equal(textOf("ec2"), ec2);
  assert.equal(textOf(undefined), ec2);
  const query = (type: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>${type}</Type><Code>A.B</Code><Message>&lt;x&gt;</Message></Error><RequestId>id</RequestId></ErrorResponse>`;
  assert.equal(textOf("sts"), query("Sender"));
  assert.equal(textOf("sts", 500), query("Receiver"));
  assert.equal(textOf("logs"), '{"__type":"A.B","message":"<x>"}');
});

void test("the model names the member that makes a call idempotent", () => {
  const ec2 = loadModel("ec2");
  const tokenOf = (action: string): string | undefined => ec2.operation(action)?.input?.token;
  assert.deepEqual(["RunInstances", "CreateRouteTable", "CreateVpc", "DescribeVpcs"].map(tokenOf), ["ClientToken", "ClientToken", undefined, undefined]);
});
