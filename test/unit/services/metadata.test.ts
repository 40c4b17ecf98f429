import assert from "node:assert/strict";
import { test } from "node:test";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { modifyVpcAttribute } from "../../../src/api/ec2/vpc-attribute.ts";
import { crypto } from "../../../src/io/crypto.ts";
import { interfacesOf } from "../../../src/model/network-interface.ts";
import type { MetadataOptions } from "../../../src/model/metadata-options.ts";
import type { Instance } from "../../../src/model/resource.ts";
import { applyChanges, everywhere, need, put } from "../../../src/model/world.ts";
import { answerMetadata, type MetadataRequest } from "../../../src/services/metadata.ts";
import { openTokens } from "../../../src/services/metadata/token.ts";
import { mintId } from "../../../src/values/id.ts";
import { Region } from "../ec2/region.ts";

const tokens = openTokens(crypto, Buffer.from("a secret"));
const now = Date.UTC(2026, 4, 6, 7, 8, 9, 10);
const userData = "#!/bin/sh\necho \u00e9\n";
const open: MetadataOptions = { tokens: "optional", hopLimit: 3, endpoint: true, ipv6: false, tags: true };

/** Two instances in a VPC: `web` with two interfaces, a public address, an elastic one and tags; `other` with nothing. */
function setting(options: Partial<MetadataOptions> = {}) {
  const region = new Region({ account: "444455556666", region: "eu-west-1" });
  const { vpc, subnet } = region.network("10.7.0.0/16", "10.7.3.0/24");
  region.does(modifyVpcAttribute, { VpcId: vpc, EnableDnsHostnames: { Value: true } });
  const [first, second] = [region.group(vpc, "front"), region.group(vpc, "back")];
  const extra = region.does(createNetworkInterface, { SubnetId: subnet, Groups: [second], PrivateIpAddress: "10.7.3.90" }).NetworkInterface?.NetworkInterfaceId;
  const launch = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, InstanceType: "t3.small" as const };
  const web = region.does(runInstances, {
    ...launch,
    KeyName: "my key",
    UserData: Buffer.from(userData).toString("base64"),
    NetworkInterfaces: [
      { DeviceIndex: 0, SubnetId: subnet, Groups: [first, second], PrivateIpAddress: "10.7.3.20", SecondaryPrivateIpAddressCount: 1 },
      { DeviceIndex: 1, NetworkInterfaceId: extra },
    ],
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "the web" }, { Key: "a:b", Value: "" }, { Key: "__proto__", Value: "p" }] }],
  }).Instances?.[0]?.InstanceId ?? "";
  const other = region.does(runInstances, { ...launch, SubnetId: subnet }).Instances?.[0]?.InstanceId ?? "";
  region.lives((world) => {
    const [eni] = interfacesOf(world, { id: web as Instance["id"] });
    assert.ok(eni);
    const birth = { account: eni.account, region: eni.region, tags: {}, created: eni.created };
    const association = { id: mintId("elastic-ip-association", "b".repeat(17)), interface: eni.id, address: eni.addresses[1] ?? "" };
    const elasticIp = { ...birth, kind: "elastic-ip", id: mintId("elastic-ip", "a".repeat(17)), publicIp: "203.0.113.77", association } as const;
    return applyChanges(world, [
      put({ ...eni, publicAddress: "203.0.113.5" }),
      put(elasticIp),
      put({ ...birth, kind: "key-pair", id: mintId("key-pair", "c".repeat(17)), name: "my key", type: "rsa", fingerprint: "1f:51", publicKey: "ssh-rsa AAAA" }),
      ...[web, other].map((id) => put({ ...need(world, "instance", id), metadataOptions: { ...open, ...options } })),
    ]);
  });
  const ask = (instance: string, path: string, request: Partial<MetadataRequest> = {}, device = 0) => {
    const asking = interfacesOf(region.world, { id: instance as Instance["id"] })[device];
    assert.ok(asking);
    return answerMetadata(region.world, asking, { method: "GET", path, headers: {}, family: 4, now, ...request }, tokens);
  };
  const read = (path: string, instance = web) => {
    const { status, body } = ask(instance, path);
    return status === 200 ? Buffer.from(body).toString() : status;
  };
  const [primary, another] = interfacesOf(region.world, { id: web as Instance["id"] });
  assert.ok(primary && another);
  return { region, vpc, subnet, first, second, web, other, ask, read, primary, another };
}

test("every item", () => {
  const { region, vpc, subnet, first, second, web, read, primary, another } = setting();
  const instance = need(region.world, "instance", web);
  const mac = `network/interfaces/macs/${primary.mac}`;
  const items: readonly [path: string, expected: string | number][] = [
    ["ami-id", instance.image],
    ["ami-launch-index", "0"],
    ["block-device-mapping/root", "/dev/xvda"],
    ["events/maintenance/scheduled", "[]"],
    ["hostname", "ip-10-7-3-20.eu-west-1.compute.internal"],
    ["instance-action", "none"],
    ["instance-id", web],
    ["instance-life-cycle", "on-demand"],
    ["instance-type", "t3.small"],
    ["ipv6", 404],
    ["local-hostname", "ip-10-7-3-20.eu-west-1.compute.internal"],
    ["local-ipv4", "10.7.3.20"],
    ["mac", primary.mac],
    ["placement/availability-zone", "eu-west-1a"],
    ["placement/availability-zone-id", "euw1-az1"],
    ["placement/region", "eu-west-1"],
    ["public-hostname", "ec2-203-0-113-5.eu-west-1.compute.amazonaws.com"],
    ["public-ipv4", "203.0.113.5"],
    ["reservation-id", instance.reservation],
    ["security-groups", "front\nback"],
    ["services/domain", "amazonaws.com"],
    ["services/partition", "aws"],
    ["tags/instance/Name", "the web"],
    ["tags/instance/a:b", ""],
    ["tags/instance/a%3Ab", ""],
    ["tags/instance/__proto__", "p"],
    ["tags/instance/constructor", 404],
    [`${mac}/device-number`, "0"],
    [`${mac}/interface-id`, primary.id],
    [`${mac}/ipv4-associations/203.0.113.5`, "10.7.3.20"],
    [`${mac}/ipv4-associations/203.0.113.77`, primary.addresses[1] ?? ""],
    [`${mac}/ipv6s`, 404],
    [`${mac}/local-hostname`, "ip-10-7-3-20.eu-west-1.compute.internal"],
    [`${mac}/local-ipv4s`, `10.7.3.20\n${primary.addresses[1]}`],
    [`${mac}/mac`, primary.mac],
    [`${mac}/owner-id`, "444455556666"],
    [`${mac}/public-hostname`, "ec2-203-0-113-5.eu-west-1.compute.amazonaws.com"],
    [`${mac}/public-ipv4s`, "203.0.113.5\n203.0.113.77"],
    [`${mac}/security-group-ids`, `${first}\n${second}`],
    [`${mac}/security-groups`, "front\nback"],
    [`${mac}/subnet-id`, subnet],
    [`${mac}/subnet-ipv4-cidr-block`, "10.7.3.0/24"],
    [`${mac}/vpc-id`, vpc],
    [`${mac}/vpc-ipv4-cidr-block`, "10.7.0.0/16"],
    [`${mac}/vpc-ipv4-cidr-blocks`, "10.7.0.0/16"],
    [`${mac}/vpc-ipv6-cidr-blocks`, 404],
    [`network/interfaces/macs/${another.mac}/device-number`, "1"],
    [`network/interfaces/macs/${another.mac}/security-groups`, "back"],
    [`network/interfaces/macs/${another.mac}/public-ipv4s`, 404],
    ["iam/info", 404],
    ["iam/security-credentials/", 404],
    ["spot/instance-action", 404],
    ["__proto__", 404],
    ["instance-id/more", 404],
    ["..", 404],
  ];
  for (const [path, expected] of items) assert.equal(read(`/latest/meta-data/${path}`), expected, path);
});

test("listings: slashes after folders, none above the categories, nothing that is not there", () => {
  const { read, other, primary, another } = setting();
  assert.match(String(read("/")), /^1\.0\n2007-01-19\n[-\d\n]+\nlatest$/);
  for (const root of ["/latest", "/latest/", "/1.0", "/2009-04-04/", "//latest//", "/latest?a=b"]) assert.equal(read(root), "dynamic\nmeta-data\nuser-data", root);
  assert.equal(read("/latest", other), "dynamic\nmeta-data");
  assert.equal(read("/latest/dynamic"), "instance-identity/");
  const names = [
    "ami-id", "ami-launch-index", "ami-manifest-path", "block-device-mapping/", "events/", "hostname", "instance-action", "instance-id",
    "instance-life-cycle", "instance-type", "local-hostname", "local-ipv4", "mac", "network/", "placement/", "profile", "public-hostname",
    "public-ipv4", "public-keys/", "reservation-id", "security-groups", "services/", "tags/",
  ];
  assert.equal(read("/latest/meta-data/"), names.join("\n"));
  const bare = names.filter((name) => !/^(?:public|tags)/.test(name));
  assert.equal(read("/2016-09-02/meta-data", other), bare.join("\n"));
  assert.equal(read("/latest/meta-data/tags/instance", other), 404);
  assert.equal(read("/latest/meta-data/network/interfaces/macs"), [primary.mac, another.mac].toSorted().map((mac) => `${mac}/`).join("\n"));
  assert.equal(read(`/latest/meta-data/network/interfaces/macs/${primary.mac}/ipv4-associations`), "203.0.113.5\n203.0.113.77");
  assert.equal(read("/latest/meta-data/tags/instance/"), "Name\n__proto__\na:b");
});

test("the public key of an instance's key pair, in OpenSSH's form whichever it was given in", () => {
  const rfc4716 = ["---- BEGIN SSH2 PUBLIC KEY ----", "Comment: \"a key: of\\", "somebody\"", "x-more: 1", "AAAAB3Nza", "C1yc2E=", "---- END SSH2 PUBLIC KEY ----", ""].join("\r\n");
  for (const publicKey of ["ssh-rsa AAAAB3NzaC1yc2E= me@home\n", rfc4716]) {
    const { region, other, read } = setting();
    region.lives((world) => {
      const [pair] = everywhere(world, "key-pair");
      assert.ok(pair);
      return applyChanges(world, [put({ ...pair, publicKey })]);
    });
    assert.equal(read("/latest/meta-data/public-keys/"), "0=my key");
    assert.equal(read("/latest/meta-data/public-keys/0/"), "openssh-key");
    assert.equal(read("/latest/meta-data/public-keys/0/openssh-key"), "ssh-rsa AAAAB3NzaC1yc2E= my key");
    assert.equal(read("/latest/meta-data/public-keys/", other), 404);
  }
});

test("the identity document says what the API says; nobody signs it", () => {
  const { region, web, read } = setting();
  const text = String(read("/latest/dynamic/instance-identity/document"));
  assert.match(text, /^\{\n {2}"accountId" : "444455556666",\n/);
  const { image } = need(region.world, "instance", web);
  assert.deepEqual(JSON.parse(text), {
    accountId: "444455556666", architecture: "x86_64", availabilityZone: "eu-west-1a", billingProducts: null, devpayProductCodes: null,
    marketplaceProductCodes: null, imageId: image, instanceId: web, instanceType: "t3.small", kernelId: null,
    pendingTime: `${need(region.world, "instance", web).launched.slice(0, 19)}Z`, privateIp: "10.7.3.20", ramdiskId: null, region: "eu-west-1", version: "2017-09-30",
  });
  for (const name of ["signature", "pkcs7", "rsa2048"]) assert.equal(read(`/latest/dynamic/instance-identity/${name}`), 404);
});

test("user data is the bytes given, and not there when none were", () => {
  const { web, other, ask } = setting();
  const { status, headers, body } = ask(web, "/latest/user-data");
  assert.deepEqual([status, headers["content-type"], Buffer.from(body)], [200, "application/octet-stream", Buffer.from(userData)]);
  assert.equal(ask(other, "/latest/user-data").status, 404);
});

test("every interface of an instance speaks for it, and for no other", () => {
  const { web, other, ask } = setting();
  const id = (instance: string, device = 0) => ask(instance, "/latest/meta-data/instance-id", {}, device).body;
  assert.deepEqual([id(web, 0), id(web, 1), id(other)], [web, web, other]);
  assert.equal(ask(web, "/latest/meta-data/local-ipv4", {}, 1).body, "10.7.3.20");
});

test("tags are shown to those who may see them", () => {
  const { read } = setting({ tags: false });
  assert.equal(read("/latest/meta-data/tags/instance/Name"), 404);
  assert.doesNotMatch(String(read("/latest/meta-data")), /tags/);
});

test("methods, paths and options that are refused", () => {
  const path = "/latest/meta-data/instance-id";
  const cases: readonly [options: Partial<MetadataOptions>, path: string, request: Partial<MetadataRequest>, status: number][] = [
    [{}, path, {}, 200],
    [{}, path, { method: "HEAD" }, 200],
    [{}, path, { method: "POST" }, 405],
    [{}, path, { method: "PUT" }, 405],
    [{}, path, { method: "DELETE" }, 405],
    [{}, path, { method: "OPTIONS" }, 405],
    [{}, "/latest/api/token", {}, 405],
    [{}, "/latest/api", {}, 404],
    [{}, "/nowhere/meta-data/", {}, 404],
    [{}, "/latest/meta-data/%zz", {}, 400],
    [{}, "latest/meta-data", {}, 400],
    [{}, "http://169.254.169.254/latest", {}, 400],
    [{}, path, { family: 6 }, 403],
    [{ ipv6: true }, path, { family: 6 }, 200],
    [{ endpoint: false }, path, {}, 403],
    [{ endpoint: false }, "/latest/api/token", { method: "PUT", headers: { "x-aws-ec2-metadata-token-ttl-seconds": "60" } }, 403],
    [{ tokens: "required" }, path, {}, 401],
    [{ tokens: "required" }, "/nowhere", {}, 401],
    [{ tokens: "required" }, path, { method: "HEAD" }, 401],
  ];
  for (const [options, target, request, status] of cases) {
    const { web, ask } = setting(options);
    assert.equal(ask(web, target, request).status, status, JSON.stringify([options, target, request]));
  }
});

const seconds = "x-aws-ec2-metadata-token-ttl-seconds";
const header = "x-aws-ec2-metadata-token";

test("a token is given for 1 to 21,600 seconds, to whom asks for itself", () => {
  const { web, ask } = setting();
  const put = (headers: MetadataRequest["headers"], path = "/latest/api/token") => ask(web, path, { method: "PUT", headers });
  for (const text of ["1", "60", "21600"]) {
    const given = put({ [seconds]: text });
    assert.deepEqual([given.status, given.headers[seconds], given.hopLimit, String(given.body).length], [200, text, 3, 56]);
  }
  for (const text of [undefined, "", "0", "21601", "-1", "1.5", "1e3", "60, 60", " 60", "99999999999"]) assert.equal(put({ [seconds]: text }).status, 400, text);
  assert.equal(put({ [seconds]: "60", "x-forwarded-for": "10.0.0.1" }).status, 403);
  assert.equal(put({ [seconds]: "60", "x-forwarded-for": "" }).status, 403);
  assert.equal(put({ [seconds]: "60" }, "/2021-07-15/api/token").status, 403);
  assert.equal(put({ [seconds]: "60" }, "/latest//api/token/").status, 200);
});

test("a token is good for its instance until its end, and nothing else is a token", () => {
  for (const options of [{ tokens: "required" }, { tokens: "optional" }] as const) {
    const { web, other, ask } = setting(options);
    const token = String(ask(web, "/latest/api/token", { method: "PUT", headers: { [seconds]: "100" } }).body);
    const status = (text: string, at = now, instance = web) => ask(instance, "/latest/meta-data/mac", { headers: { [header]: text }, now: at }).status;
    assert.equal(status(token), 200);
    assert.equal(status(token, now + 99_999), 200);
    assert.equal(status(token, now + 100_000), 401);
    assert.equal(status(token, now, other), 401);
    const answer = ask(web, "/latest/meta-data/mac", { headers: { [header]: token }, now: now + 40_500 });
    assert.equal(answer.headers[seconds], "60");
    const later = openTokens(crypto, Buffer.from("another secret")).mint(web, 100, now);
    for (const wrong of ["", "x", "A".repeat(56), later, token.slice(0, -1), `${token}=`, token.toLowerCase(), `B${token.slice(1)}`]) {
      assert.equal(status(wrong), 401, wrong);
    }
    // The end is part of what is proved.
    const bytes = Buffer.from(token, "base64url");
    bytes.writeBigUInt64BE(BigInt(now + 1e9));
    assert.equal(status(`${bytes.toString("base64url")}==`), 401);
  }
});
