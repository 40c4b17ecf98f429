import assert from "node:assert/strict";
import { test } from "node:test";
import { mostTokens } from "../../../src/api/idempotency.ts";
import { applyChanges, everywhere, put } from "../../../src/model/world.ts";
import { refuse } from "../../../src/values/refuse.ts";
import { type Region, type Signing, type Unsigned, account, codeOf, rootKey, signed, startRegion, textOf } from "./region.ts";

async function call(region: Region, body: string, signing: Signing = {}) {
  const response = await region.serve(await signed({ body }, signing));
  return { ...response, text: textOf(response), code: codeOf(response) };
}

const create = (rest: string): string => `Action=CreateRouteTable&Version=2016-11-15&${rest}`;

void test("a call is answered in Amazon's form, committed, and waited for", async () => {
  const region = startRegion();
  const response = await call(region, create("VpcId=vpc-1"));
  const [made] = everywhere(region.world(), "route-table");
  const requestId = response.headers["x-amzn-requestid"];
  assert.match(requestId ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(response.status, 200);
  assert.equal(response.headers["content-type"], "text/xml;charset=UTF-8");
  assert.equal(
    response.text,
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<CreateRouteTableResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">' +
      `<requestId>${requestId}</requestId><routeTable><routeTableId>${made?.id}</routeTableId><routeSet/>` +
      "<tagSet/><vpcId>vpc-1</vpcId></routeTable></CreateRouteTableResponse>",
  );
  assert.deepEqual([region.world().revision, region.settled], [1, [1]]);
  assert.deepEqual(region.log, [
    {
      time: "2026-05-06T07:08:09.123Z",
      requestId,
      action: "ec2:CreateRouteTable",
      accessKeyId: rootKey.accessKeyId,
      region: "eu-north-1",
      status: 200,
      ms: 0,
    },
  ]);
});

void test("a region is one of its own, told by the signature", async () => {
  const region = startRegion();
  await call(region, create("VpcId=vpc-1"));
  const there = await call(region, "Action=DescribeRouteTables", { region: "us-east-1" });
  assert.match(there.text, /<routeTableSet\/>/);
  const here = await call(region, "Action=DescribeRouteTables");
  assert.match(here.text, /<vpcId>vpc-1</);
  assert.deepEqual(region.settled, [1], "a call that changes nothing waits for nothing");
});

void test("STS says who called", async () => {
  const response = await call(startRegion(), "Action=GetCallerIdentity&Version=2011-06-15", { service: "sts" });
  assert.match(
    response.text,
    /^<\?xml.*>\n<GetCallerIdentityResponse xmlns="https:\/\/sts.amazonaws.com\/doc\/2011-06-15\/"><GetCallerIdentityResult><UserId>123456789012<\/UserId><Account>123456789012<\/Account><Arn>arn:aws:iam::123456789012:root<\/Arn><\/GetCallerIdentityResult><ResponseMetadata><RequestId>/,
  );
});

const ec2Error = (code: string, message: string, requestId: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`;

interface Refused {
  readonly name: string;
  readonly unsigned?: Unsigned;
  readonly body?: string;
  readonly signing?: Signing;
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}

const nobody = { accessKeyId: "AKIANOBODYNOBODYNOBO", secretAccessKey: "x" };
const logsHeaders = (target: string) => ({
  unsigned: { body: "{}", headers: { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" } },
  signing: { service: "logs" },
});

const refused: readonly Refused[] = [
  { name: "an unknown key", body: create("VpcId=v"), signing: { credentials: nobody }, status: 401, code: "AuthFailure", message: "AWS was not able to validate the provided access credentials" },
  { name: "an unknown key before an unknown action", body: "Action=Nothing", signing: { credentials: nobody }, status: 401, code: "AuthFailure" },
  { name: "an old request", body: create("VpcId=v"), signing: { at: Date.parse("2026-05-06T06:00:00Z") }, status: 400, code: "RequestExpired" },
  { name: "a service we don't have", body: "Action=ListBuckets", signing: { service: "s3" }, status: 400, code: "InvalidAction" },
  { name: "no action", body: "Version=2016-11-15", status: 400, code: "MissingAction" },
  { name: "an action nobody has", body: "Action=Frobnicate", status: 400, code: "InvalidAction", message: "The action Frobnicate is not valid for this web service." },
  { name: "an action of JavaScript's", body: "Action=constructor", status: 400, code: "InvalidAction" },
  { name: "an action we don't serve", body: "Action=CreateFleet", status: 400, code: "UnsupportedOperation", message: "Bailey does not serve CreateFleet." },
  { name: "a version that is no date", body: "Action=DescribeVpcs&Version=latest", status: 400, code: "NoSuchVersion" },
  { name: "a required parameter missing", body: create(""), status: 400, code: "MissingParameter", message: "The request must contain the parameter VpcId" },
  { name: "an unknown parameter", body: create("VpcId=v&Vpc=w"), status: 400, code: "UnknownParameter", message: "The parameter Vpc is not recognized" },
  { name: "an unknown parameter before a missing one", body: create("Vpc=w"), status: 400, code: "UnknownParameter" },
  { name: "a malformed value", body: create("VpcId=v&DryRun=perhaps"), status: 400, code: "InvalidParameterValue", message: "Value (perhaps) for parameter DryRun is invalid. Expecting true or false." },
  { name: "what the operation refuses", body: create("VpcId=vpc-missing"), status: 400, code: "InvalidVpcID.NotFound", message: "The vpc ID &apos;vpc-missing&apos; does not exist".replaceAll("&apos;", "'") },
  { name: "a dry run of what would be refused", body: create("VpcId=vpc-missing&DryRun=true"), status: 400, code: "InvalidVpcID.NotFound" },
  { name: "a dry run", body: create("VpcId=vpc-1&DryRun=true"), status: 412, code: "DryRunOperation", message: "Request would have succeeded, but DryRun flag is set." },
  { name: "a bug", body: create("VpcId=vpc-bug"), status: 500, code: "InternalError", message: "An internal error has occurred" },
  { name: "a token with a tab", body: create("VpcId=v&ClientToken=a%09b"), status: 400, code: "InvalidParameterValue" },
  { name: "a token of 65 characters", body: create(`VpcId=v&ClientToken=${"a".repeat(65)}`), status: 400, code: "InvalidParameterValue" },
  { name: "another content type", unsigned: { body: create("VpcId=v"), headers: { "content-type": "application/json" } }, status: 400, code: "MalformedQueryString" },
  { name: "another path", unsigned: { path: "/x", body: create("VpcId=v") }, status: 404, code: "NotFound" },
  { name: "another method", unsigned: { method: "DELETE" }, status: 405, code: "MethodNotAllowed" },
  { name: "STS, a required parameter missing", body: "Action=AssumeRoleWithSAML&Version=2011-06-15", signing: { service: "sts" }, status: 400, code: "UnsupportedOperation" },
  { name: "STS, a wrong secret", body: "Action=GetCallerIdentity", signing: { service: "sts", credentials: { ...rootKey, secretAccessKey: "no" } }, status: 403, code: "SignatureDoesNotMatch" },
  { name: "logs, no target", ...logsHeaders("nothing"), status: 400, code: "UnknownOperationException" },
  { name: "logs, an operation nobody has", ...logsHeaders("Logs_20140328.Frobnicate"), status: 400, code: "UnknownOperationException" },
  { name: "logs, one we don't serve", ...logsHeaders("Logs_20140328.PutLogEvents"), status: 400, code: "UnsupportedOperation" },
];

for (const { name, unsigned, body = "", signing = {}, status, code, message } of refused) {
  void test(`refused, changing nothing: ${name}`, async () => {
    const region = startRegion();
    const response = await region.serve(await signed(unsigned ?? { body }, signing));
    const requestId = response.headers["x-amzn-requestid"] ?? "";
    assert.deepEqual([response.status, codeOf(response)], [status, code], textOf(response));
    if (message !== undefined) assert.equal(textOf(response), ec2Error(code, message, requestId));
    assert.equal(region.world().revision, 0);
    assert.deepEqual(region.log.map((entry) => [entry.status, entry.code, entry.requestId]), [[status, code, requestId]]);
  });
}

void test("the story of a bug goes to the log, and the server lives", async () => {
  const region = startRegion();
  await call(region, create("VpcId=vpc-bug"));
  assert.match(region.log[0]?.story ?? "", /Error: planted\n +at .*region\.ts/);
  assert.equal((await call(region, create("VpcId=vpc-1"))).status, 200);
});

void test("a request without credentials", async () => {
  const region = startRegion();
  const request = await signed({ body: create("VpcId=v") });
  const headers = request.headers.filter(([name]) => name !== "authorization");
  const response = await region.serve({ ...request, headers });
  assert.deepEqual([response.status, codeOf(response)], [403, "MissingAuthenticationToken"]);
});

void test("only root may do anything yet", async () => {
  const region = startRegion();
  const user = { accessKeyId: "AKIAUSERUSERUSERUSER", secretAccessKey: "u" };
  region.keys.set(user.accessKeyId, { secret: "u", account, principal: `arn:aws:iam::${account}:user/eve` });
  const response = await call(region, create("VpcId=v"), { credentials: user });
  assert.deepEqual([response.status, response.code], [403, "UnauthorizedOperation"]);
  assert.match(response.text, /User: arn:aws:iam::123456789012:user\/eve is not authorized to perform: ec2:CreateRouteTable/);
});

void test("what can't be put in force is answered with the reason", async () => {
  const region = startRegion();
  region.unsettled = refuse("Unavailable", "the kernel said no");
  const response = await call(region, create("VpcId=vpc-1"));
  assert.deepEqual([response.status, response.code], [503, "Unavailable"]);
});

void test("a commit that fails is our fault, and the world stays as it was", async () => {
  const region = startRegion({
    commit: () => {
      throw new Error("disk full");
    },
  });
  const response = await call(region, create("VpcId=vpc-1"));
  assert.deepEqual([response.status, response.code, region.world().revision], [500, "InternalError", 0]);
});

void test("a region is prepared before its first call, once, and not for STS", async () => {
  const prepared: string[] = [];
  const region = startRegion({
    prepare: (world, { region: name }, { now }) => {
      if (everywhere(world, "region").some((known) => known.region === name)) return undefined;
      prepared.push(name);
      return [put({ kind: "region", id: name, account, region: name, tags: {}, created: now })];
    },
  });
  await call(region, "Action=GetCallerIdentity&Version=2011-06-15", { service: "sts", region: "us-west-2" });
  for (const name of ["eu-north-1", "eu-north-1", "us-east-2"]) {
    await call(region, "Action=DescribeRouteTables", { region: name });
  }
  assert.deepEqual(prepared, ["eu-north-1", "us-east-2"]);
  assert.equal(region.world().revision, 2);
});

void test("the same call with the same token is answered the same", async () => {
  const region = startRegion();
  const first = await call(region, create("VpcId=vpc-1&ClientToken=t&TagSpecification.1.ResourceType=route-table&TagSpecification.1.Tag.1.Key=a"));
  // Neither the order of parameters nor DryRun is what the caller asks for.
  const again = await call(region, create("TagSpecification.1.Tag.1.Key=a&TagSpecification.1.ResourceType=route-table&ClientToken=t&DryRun=false&VpcId=vpc-1"));
  const idOf = (text: string): string | undefined => /<routeTableId>(.*?)</.exec(text)?.[1];
  assert.ok(idOf(first.text));
  assert.equal(idOf(again.text), idOf(first.text));
  assert.deepEqual([region.world().revision, everywhere(region.world(), "route-table").length], [1, 1]);
  assert.deepEqual(region.settled, [1, 1], "the answer is waited for the second time too");

  const other = await call(region, create("VpcId=vpc-2&ClientToken=t"));
  assert.deepEqual([other.status, other.code], [400, "IdempotentParameterMismatch"]);
  const elsewhere = await call(region, create("VpcId=vpc-2&ClientToken=t"), { region: "us-east-1" });
  assert.equal(elsewhere.status, 200, "a token is its region's");

  region.now += 24 * 60 * 60 * 1000 + 1;
  const later = await call(region, create("VpcId=vpc-2&ClientToken=t"), { at: region.now });
  assert.equal(later.status, 200, "a token is forgotten after a day");
});

void test("a dry run neither uses up a token nor is answered with one's answer", async () => {
  const region = startRegion();
  assert.equal((await call(region, create("VpcId=vpc-1&ClientToken=t&DryRun=true"))).code, "DryRunOperation");
  assert.equal((await call(region, create("VpcId=vpc-1&ClientToken=t"))).status, 200);
  assert.equal((await call(region, create("VpcId=vpc-1&ClientToken=t&DryRun=true"))).code, "DryRunOperation");
});

void test("tokens have an end in number too: the oldest go first", async () => {
  let world = applyChanges(startRegion().world(), tokens(mostTokens));
  const region = startRegion({ world: () => world, commit: (changes) => (world = applyChanges(world, changes)) });
  await call(region, create("VpcId=vpc-1&ClientToken=newest"));
  const left = everywhere(world, "client-token").map(({ id }) => id);
  assert.equal(left.length, mostTokens / 2 + 1);
  assert.ok(left.includes(`${account}/eu-north-1/CreateRouteTable/newest`));
  assert.ok(!left.includes("token-0") && left.includes(`token-${mostTokens - 1}`));
});

const tokens = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    put({
      kind: "client-token",
      id: `token-${index}`,
      account,
      region: "eu-north-1",
      tags: {},
      created: new Date(Date.parse("2026-05-06T00:00:00Z") + index).toISOString(),
      digest: "",
      output: "{}",
    }),
  );

void test("Bailey's own requests: health and, where allowed, reset are anyone's, the rest needs a signature", async () => {
  let resets = 0;
  const region = startRegion({
    reset: () => {
      resets++;
      return Promise.resolve();
    },
  });
  const plain = (method: string, target: string) =>
    region.serve({ method, target, headers: [["host", "x"]], body: new Uint8Array(), tooLarge: false });
  assert.equal(textOf(await plain("GET", "/_bailey/health")), '{"status":"ok","revision":0}');
  assert.equal((await plain("GET", "/_bailey/reset")).status, 405);
  assert.equal(resets, 0);
  assert.equal((await plain("POST", "/_bailey/reset")).status, 200);
  assert.equal(resets, 1);
  assert.equal((await plain("POST", "/_bailey/echo")).status, 403);

  const echo = async (unsigned: Unsigned, signing: Signing) => {
    const response = await region.serve(await signed({ path: "/_bailey/echo", ...unsigned }, signing));
    return [response.status, textOf(response)];
  };
  const bailey = { service: "bailey" };
  assert.deepEqual(await echo({ body: '{"refused":"x"}' }, bailey), [200, '{"echoed":{"refused":"x"}}']);
  assert.deepEqual(await echo({ method: "GET" }, bailey), [200, '{"echoed":{}}']);
  assert.equal((await echo({ body: "{" }, bailey))[0], 400);
  assert.equal((await echo({ body: "{}" }, { service: "ec2" }))[0], 403);
  assert.equal((await echo({ path: "/_bailey/nothing" }, bailey))[0], 404);
});

void test("reset is refused where it isn't allowed", async () => {
  const response = await startRegion().serve({
    method: "POST",
    target: "/_bailey/reset",
    headers: [],
    body: new Uint8Array(),
    tooLarge: false,
  });
  assert.deepEqual([response.status, codeOf(response)], [404, "NotFound"]);
});
