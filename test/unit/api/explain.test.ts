import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../../src/api/bailey/explain.ts";
import type { ExplainRequest } from "../../../src/api/bailey/explain.ts";
import type { Explanation } from "../../../src/api/bailey/explanation.ts";
import { attachNetworkInterface } from "../../../src/api/ec2/attach-network-interface.ts";
import { authorizeSecurityGroupIngress } from "../../../src/api/ec2/authorize-security-group.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import type { Input } from "../../../src/api/operation.ts";
import type { InstanceState } from "../../../src/model/resource.ts";
import { started, terminated } from "../../../src/model/instance.ts";
import { applyChanges, everywhere, need, put } from "../../../src/model/world.ts";
import { isRefusal } from "../../../src/values/refuse.ts";
import { Region } from "../ec2/region.ts";

type RunInput = Input<"RunInstances">;

/**
 * Two subnets, 10.0.1.0/24 and 10.0.2.0/24, of a VPC 10.0.0.0/16, and another VPC 10.9.0.0/16. The client, with two
 * interfaces in them, and the server, with two groups, have IPv6; the others have not.
 */
function setting() {
  const region = new Region();
  const made = region.does(createVpc, { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }).Vpc;
  const vpc = made?.VpcId ?? "";
  const block = made?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock?.replace("::/56", "") ?? "";
  const [here = "", there = ""] = ["1", "2"].map(
    (at) =>
      region.does(createSubnet, { VpcId: vpc, CidrBlock: `10.0.${at}.0/24`, Ipv6CidrBlock: `${block.slice(0, -2)}0${at}::/64` })
        .Subnet?.SubnetId ?? "",
  );
  const other = region.network("10.9.0.0/16", "10.9.1.0/24");
  const [web, ssh, open] = ["web", "ssh", "open"].map((name) => region.group(vpc, name));
  const anyone = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }], Ipv6Ranges: [{ CidrIpv6: "::/0" }] };
  region.does(authorizeSecurityGroupIngress, { GroupId: open, IpPermissions: [anyone] });
  const run = (SubnetId: string, PrivateIpAddress: string, more: Partial<RunInput> = {}) => {
    const input = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId, PrivateIpAddress, ...more };
    return region.does(runInstances, input).Instances?.[0]?.InstanceId ?? "";
  };
  const v6 = { client: `${block.slice(0, -2)}01::c`, server: `${block.slice(0, -2)}02::5` };
  const ids = {
    vpc,
    other: other.vpc,
    here,
    web: web ?? "",
    ssh: ssh ?? "",
    client: run(here, "10.0.1.10", { Ipv6Addresses: [{ Ipv6Address: v6.client }], SecurityGroupIds: [open ?? ""] }),
    server: run(there, "10.0.2.20", { Ipv6Addresses: [{ Ipv6Address: v6.server }], SecurityGroupIds: [web ?? "", ssh ?? ""] }),
    friend: run(here, "10.0.1.30", { SecurityGroupIds: [open ?? ""] }),
    far: run(other.subnet, "10.9.1.40"),
    loose: region.does(createNetworkInterface, { SubnetId: there, PrivateIpAddress: "10.0.2.50" }).NetworkInterface?.NetworkInterfaceId ?? "",
    second: region.does(createNetworkInterface, { SubnetId: there, PrivateIpAddress: "10.0.2.60", Groups: [open ?? ""] }).NetworkInterface?.NetworkInterfaceId ?? "",
  };
  region.lives((world) => applyChanges(world, everywhere(world, "instance").map((one) => put(started(one, region.call.now)))));
  region.does(attachNetworkInterface, { InstanceId: ids.client, NetworkInterfaceId: ids.second, DeviceIndex: 1 });
  return { region, ids, v6 };
}

const { region, ids, v6 } = setting();
const names: Readonly<Record<string, string>> = { ...ids, client6: v6.client, server6: v6.server };
/** The identifier a short name stands for, else the text itself. */
const idOf = (name: string): string => names[name] ?? name;
/** The text with identifiers as the short names they stand for. */
const short = (text: string): string =>
  Object.entries(names).reduce((left, [name, id]) => left.replaceAll(id, name), text).replaceAll(/eni-[0-9a-f]{17}/g, "eni");

function ask(request: ExplainRequest, world = region.world): Explanation {
  const answer = explain(world, region.call, { ...request, from: idOf(request.from), to: idOf(request.to) });
  return isRefusal(answer) ? assert.fail(`${answer.refused}: ${answer.message}`) : answer;
}

const tcp = { protocol: "tcp", port: 80 };
const icmp = { protocol: "icmp" };
const icmpv6 = { protocol: "icmpv6" };

for (const [from, to, packet, headline] of [
  ["10.0.1.10", "server", tcp, "client eni (10.0.1.10) → server eni (10.0.2.20), tcp 80"],
  // An instance reaches its neighbours by the interface beside them.
  ["client", "server", tcp, "client second (10.0.2.60) → server eni (10.0.2.20), tcp 80"],
  ["client", "server6", tcp, "client eni (client6) → server eni (server6), tcp 80"],
  ["client6", "server", tcp, "client eni (client6) → server eni (server6), tcp 80"],
  ["client", "server", icmpv6, "client eni (client6) → server eni (server6), icmpv6 type 128 code 0"],
  ["client", "server", icmp, "client second (10.0.2.60) → server eni (10.0.2.20), icmp type 8 code 0"],
  ["client", "10.0.1.30", { protocol: "47" }, "client eni (10.0.1.10) → friend eni (10.0.1.30), protocol 47"],
  ["friend", "client", tcp, "friend eni (10.0.1.30) → client eni (10.0.1.10), tcp 80"],
  ["second", "friend", tcp, "client second (10.0.2.60) → friend eni (10.0.1.30), tcp 80"],
  ["client", "10.0.2.77", tcp, "client second (10.0.2.60) → 10.0.2.77, tcp 80"],
  ["far", "8.8.8.8", tcp, "far eni (10.9.1.40) → 8.8.8.8, tcp 80"],
] as const) {
  test(`both ends speak one family: ${from} to ${to}, ${packet.protocol}`, () => {
    assert.equal(short(ask({ from, to, ...packet }).text[0] ?? ""), headline);
  });
}

for (const [from, to, packet, message] of [
  ["friend", "server6", tcp, "friend has no IPv6 address."],
  ["client6", "friend", tcp, "friend has no IPv6 address."],
  ["friend", "server", icmpv6, "friend has no IPv6 address."],
  ["client", "loose", icmpv6, "loose has no IPv6 address."],
  ["10.0.1.10", "server6", tcp, "10.0.1.10 and server6 are addresses of different families."],
  ["client", "server6", icmp, "icmp is a protocol of IPv4, and server6 is an IPv6 address."],
  ["10.0.1.10", "server", icmpv6, "icmpv6 is a protocol of IPv6, and 10.0.1.10 is an IPv4 address."],
  ["10.0.2.77", "server", tcp, "No interface has the address 10.0.2.77."],
  ["client", "10.0.1.300", tcp, "'10.0.1.300' is not an instance, a network interface or an address."],
  ["i-0123", "server", tcp, "The instance ID 'i-0123' is malformed"],
  ["client", "i-0123456789abcdef0", tcp, "The instance ID 'i-0123456789abcdef0' does not exist"],
  ["eni-01234567", "server", tcp, "The networkInterface ID 'eni-01234567' does not exist"],
  ["client", "server", { ...tcp, sourcePort: 65536 }, "Value (65536) for parameter sourcePort is invalid. Ports are 0 to 65535."],
] as const) {
  test(`refuses: ${from} to ${to}, ${packet.protocol}: ${message}`, () => {
    const answer = explain(region.world, region.call, { from: idOf(from), to: idOf(to), ...packet });
    assert.equal(isRefusal(answer) && short(answer.message), message);
  });
}

for (const [from, to, packet, verdict] of [
  ["loose", "server", tcp, "REJECT: interface at loose, loose is attached to nothing"],
  ["client", "loose", tcp, "REJECT: interface at loose, loose is attached to nothing"],
  ["client", "10.0.2.50", tcp, "REJECT: interface at loose, loose is attached to nothing"],
  ["client", "10.0.2.77", tcp, "REJECT: route at vpc, no interface of vpc has 10.0.2.77"],
  ["client", "8.8.8.8", icmp, "REJECT: route at vpc, no route to 8.8.8.8"],
  ["client", "10.9.1.40", tcp, "REJECT: route at vpc, no route to 10.9.1.40"],
  ["client", "2001:db8::8", tcp, "REJECT: route at vpc, no route to 2001:db8::8"],
  ["far", "client", tcp, "REJECT: route at other, other and vpc are not connected"],
  ["server", "10.0.1.1", icmp, "ACCEPT: router at here, the router answers ping"],
  ["client", "10.0.1.1", { ...icmp, type: 13 }, "REJECT: router at here, the router answers nothing but ping"],
  ["client", "10.0.1.1", { ...icmp, code: 1 }, "REJECT: router at here, the router answers nothing but ping"],
  ["client", "10.0.1.1", { protocol: "udp", port: 53 }, "REJECT: router at here, the router answers nothing but ping"],
  ["server", "server", tcp, "ACCEPT: loopback at eni, never leaves the instance"],
  ["10.0.1.10", "10.0.2.60", tcp, "ACCEPT: loopback at eni, never leaves the instance"],
  ["client6", "client", tcp, "ACCEPT: loopback at eni, never leaves the instance"],
  ["server", "127.0.0.53", tcp, "ACCEPT: loopback at eni, never leaves the instance"],
  ["server", "::1", tcp, "ACCEPT: loopback at eni, never leaves the instance"],
] as const) {
  test(`one step decides: ${from} to ${to}, ${JSON.stringify(packet)}`, () => {
    const { there, decided, text, back, verdict: word } = ask({ from, to, ...packet });
    assert.equal(short(text.at(-1) ?? ""), verdict);
    assert.deepEqual([there, back, text.length, word], [[decided], undefined, 3, verdict.slice(0, 6)]);
  });
}

for (const state of ["pending", "stopping", "stopped", "shutting-down"] as const satisfies InstanceState[]) {
  test(`an instance that is ${state} neither sends nor receives, not even to itself`, () => {
    const world = applyChanges(region.world, [put({ ...need(region.world, "instance", ids.server), state })]);
    for (const [from, to] of [["server", "client"], ["client", "10.0.2.20"], ["server", "server"], ["far", "server"], ["server", "8.8.8.8"]] as const) {
      const { verdict, there } = ask({ from, to, ...tcp }, world);
      assert.deepEqual([verdict, there.map(({ gate, because }) => `${gate}: ${short(because)}`)], ["REJECT", [`interface: server is ${state}`]], `${from} to ${to}`);
    }
  });
}

test("an instance that is terminated has no interface to speak of", () => {
  const world = applyChanges(region.world, terminated(region.world, need(region.world, "instance", ids.server), region.call.now));
  for (const [from, to] of [["server", "client"], ["client6", "server"], ["server", "server"]] as const) {
    const { verdict, decided } = ask({ from, to, ...tcp }, world);
    assert.deepEqual([verdict, decided.gate, short(decided.at), short(decided.because)], ["REJECT", "interface", "server", "server is terminated"]);
  }
  assert.equal(short(ask({ from: "client", to: "server", ...tcp }, world).text[0] ?? ""), "client eni (10.0.1.10) → server, tcp 80");
  assert.equal(ask({ from: "client", to: "10.0.2.20", ...tcp }, world).decided.gate, "route");
});

test("where an end has IPv6 alone, so has the other", () => {
  const only6 = everywhere(region.world, "network-interface").filter((eni) => eni.ipv6Addresses.includes(v6.server));
  const world = applyChanges(region.world, only6.map((eni) => put({ ...eni, addresses: [] })));
  assert.equal(short(ask({ from: "client", to: "server", ...tcp }, world).text[0] ?? ""), "client eni (client6) → server eni (server6), tcp 80");
});

test("a refusal by groups names every one of them", () => {
  const { decided, text } = ask({ from: "friend", to: "server", protocol: "47" });
  assert.deepEqual([decided.because, decided.groups], ["no rule matches", [ids.web, ids.ssh]]);
  assert.match(short(text.at(-2) ?? ""), /^ {2}groups in +eni +deny +no rule of web, ssh matches$/);
  assert.equal(short(text.at(-1) ?? ""), "REJECT: groups in at eni, no rule of web, ssh matches");
});

test("a rule's protocol without a name is a number", () => {
  const any = [{ IpProtocol: "50", IpRanges: [{ CidrIp: "10.0.1.0/24" }] }];
  const changed = setting();
  changed.region.does(authorizeSecurityGroupIngress, { GroupId: changed.ids.ssh, IpPermissions: any });
  const { decided, back } = ask({ from: "friend", to: "server", protocol: "50" }, changed.region.world);
  assert.equal(decided.rule, "allow protocol 50 from 10.0.1.0/24");
  assert.equal(back?.at(-1)?.because, "tracked connection");
});
