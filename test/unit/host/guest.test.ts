import assert from "node:assert/strict";
import { test } from "node:test";
import { guestOf } from "../../../src/host/guest.ts";
import type { DhcpOptions, Instance, NetworkInterface, Resource, Vpc } from "../../../src/model/resource.ts";
import { applyChanges, emptyWorld, put } from "../../../src/model/world.ts";
import { mintId } from "../../../src/values/id.ts";

const digits = (last: string): string => `0123456789abcde${last.padStart(2, "0")}`;
const owned = { account: "210987654321", region: "us-east-1", tags: {}, created: "2026-01-02T03:04:05.006Z" };

const options: DhcpOptions = {
  ...owned,
  kind: "dhcp-options",
  id: mintId("dhcp-options", digits("1")),
  options: [
    { key: "domain-name", values: ["ec2.internal"] },
    { key: "domain-name-servers", values: ["AmazonProvidedDNS"] },
  ],
};

const vpc: Vpc = {
  ...owned,
  kind: "vpc",
  id: mintId("vpc", digits("2")),
  isDefault: false,
  cidrs: [{ association: "vpc-cidr-assoc-1", cidr: "10.7.0.0/16" }],
  ipv6Cidrs: [],
  dhcpOptions: options.id,
  defaultGroup: mintId("security-group", digits("3")),
  defaultAcl: mintId("network-acl", digits("4")),
  mainRouteTable: mintId("route-table", digits("5")),
  tenancy: "default",
  dnsSupport: true,
  dnsHostnames: false,
  addressUsageMetrics: false,
};

const instance: Instance = {
  ...owned,
  kind: "instance",
  id: mintId("instance", digits("6")),
  reservation: mintId("reservation", digits("7")),
  launchIndex: 0,
  image: mintId("image", digits("8")),
  type: "t3.micro",
  state: "running",
  stateChanged: owned.created,
  launched: owned.created,
  vpc: vpc.id,
  subnet: mintId("subnet", digits("9")),
  userData: Buffer.from([0x23, 0x21, 0x00, 0xff]).toString("base64"),
  terminationProtected: false,
  shutdownBehavior: "stop",
};

const attached = (deviceIndex: number, ...addresses: string[]): NetworkInterface => ({
  ...owned,
  kind: "network-interface",
  id: mintId("network-interface", digits(`a${deviceIndex}`)),
  number: 16 + deviceIndex,
  vpc: vpc.id,
  subnet: instance.subnet,
  mac: "02:00:00:00:00:0a",
  description: "",
  groups: [vpc.defaultGroup],
  addresses,
  ipv6Addresses: [],
  sourceDestCheck: true,
  attachment: {
    id: mintId("network-interface-attachment", digits(`b${deviceIndex}`)),
    instance: instance.id,
    deviceIndex,
    deleteOnTermination: true,
    attached: owned.created,
  },
});

const guestIn = (guest: Instance, ...resources: Resource[]) =>
  guestOf(applyChanges(emptyWorld, [options, vpc, guest, ...resources].map(put)), guest, "f00d");

test("an instance is named after the first address of its first interface", () => {
  const guest = guestIn(instance, attached(1, "10.7.2.22"), attached(0, "10.7.1.10", "10.7.1.11"));
  assert.equal(guest.id, instance.id);
  assert.equal(guest.netns, `bailey-f00d-${instance.id}`);
  assert.equal(guest.hostname, "ip-10-7-1-10");
  assert.equal(
    guest.hosts,
    "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n10.7.1.10 ip-10-7-1-10.ec2.internal ip-10-7-1-10\n",
  );
});

test("the region is part of the domain everywhere but in us-east-1", () => {
  const guest = guestIn({ ...instance, region: "eu-central-1" }, attached(0, "10.7.1.10"));
  assert.match(guest.hosts, / ip-10-7-1-10\.eu-central-1\.compute\.internal /);
});

test("an instance without an interface is named after itself", () => {
  const guest = guestIn(instance);
  assert.equal(guest.hostname, instance.id);
  assert.doesNotMatch(guest.hosts, /internal/);
});

test("user data is passed on byte for byte, and may be absent", () => {
  assert.deepEqual([...guestIn(instance).userData], [0x23, 0x21, 0x00, 0xff]);
  const { userData: _, ...bare } = instance;
  assert.equal(guestIn(bare).userData.length, 0);
});

for (const { name, change, expected } of [
  { name: "Amazon's resolver is at base plus two", change: {}, expected: "nameserver 10.7.0.2\nsearch ec2.internal\n" },
  { name: "no DNS support, no resolver", change: { dnsSupport: false }, expected: "search ec2.internal\n" },
  { name: "no DHCP options, nothing", change: { dhcpOptions: "default" as const }, expected: "" },
]) {
  test(`resolv.conf: ${name}`, () => assert.equal(guestIn(instance, { ...vpc, ...change }).resolvConf, expected));
}

test("resolv.conf: an option set of one's own", () => {
  const own: DhcpOptions = {
    ...options,
    options: [
      { key: "domain-name-servers", values: ["192.0.2.53", "AmazonProvidedDNS"] },
      { key: "domain-name", values: ["corp.example lab.example"] },
    ],
  };
  assert.equal(
    guestIn(instance, own).resolvConf,
    "nameserver 192.0.2.53\nnameserver 10.7.0.2\nsearch corp.example lab.example\n",
  );
});
