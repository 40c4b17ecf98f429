/** VPCs whose names can be asked for, and a client that reads what is answered. */
import { decode, type DecodedPacket, encode, type RecordType } from "dns-packet";
import assert from "node:assert/strict";
import { associateVpcCidrBlock } from "../../../src/api/ec2/vpc-cidr-block.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { modifyVpcAttribute } from "../../../src/api/ec2/vpc-attribute.ts";
import type { Scope } from "../../../src/model/birth.ts";
import type { ElasticIp, PeeringSide, VpcPeeringConnection } from "../../../src/model/resource.ts";
import { applyChanges, need, put, type World } from "../../../src/model/world.ts";
import { answerDns, type Transport } from "../../../src/services/dns.ts";
import { mintId } from "../../../src/values/id.ts";
import { Region } from "../ec2/region.ts";

export const instanceAddress = "10.0.1.7";

export interface DnsWorld {
  readonly world: World;
  /** home: 10.0.0.0/16 and 100.64.8.0/28 with IPv6. peer: 10.1.0.0/16, in eu-west-1. stranger: 10.2.0.0/16. quiet: without names. */
  readonly vpcs: Readonly<Record<"home" | "peer" | "stranger" | "quiet", string>>;
  readonly instance: string;
  /** Of the instance, in home. */
  readonly ipv6: string;
}

const abroad: Scope = { account: "111122223333", region: "eu-west-1" };

/** `shares`: whether the peer lets home see its names. */
export function dnsWorld(shares = true): DnsWorld {
  const region = new Region();
  const vpcOf = (cidr: string, names: boolean, scope: Scope, ipv6 = false): string => {
    const id = region.does(createVpc, { CidrBlock: cidr, AmazonProvidedIpv6CidrBlock: ipv6 }, scope).Vpc?.VpcId ?? "";
    if (names) region.does(modifyVpcAttribute, { VpcId: id, EnableDnsHostnames: { Value: true } }, scope);
    return id;
  };
  const home = vpcOf("10.0.0.0/16", true, region.call, true);
  const vpcs = {
    home,
    peer: vpcOf("10.1.0.0/16", true, abroad),
    stranger: vpcOf("10.2.0.0/16", true, region.call),
    quiet: vpcOf("10.3.0.0/16", false, region.call),
  };
  region.does(associateVpcCidrBlock, { VpcId: home, CidrBlock: "100.64.8.0/28" });
  const block = need(region.world, "vpc", home).ipv6Cidrs[0]?.cidr.replace("/56", "/64");
  const subnetOf = (vpc: string, cidr: string, scope: Scope, ipv6?: string): string =>
    region.does(createSubnet, { VpcId: vpc, CidrBlock: cidr, ...(ipv6 !== undefined && { Ipv6CidrBlock: ipv6 }) }, scope).Subnet?.SubnetId ?? "";
  const interfaceAt = (subnet: string, address: string, scope: Scope): string =>
    region.does(createNetworkInterface, { SubnetId: subnet, PrivateIpAddress: address }, scope).NetworkInterface?.NetworkInterfaceId ?? "";
  const subnet = subnetOf(home, "10.0.1.0/24", region.call, block);
  const enis = {
    home: interfaceAt(subnet, "10.0.1.5", region.call),
    shared: interfaceAt(subnetOf(home, "100.64.8.0/28", region.call), "100.64.8.6", region.call),
    peer: interfaceAt(subnetOf(vpcs.peer, "10.1.1.0/24", abroad), "10.1.1.5", abroad),
    stranger: interfaceAt(subnetOf(vpcs.stranger, "10.2.1.0/24", region.call), "10.2.1.5", region.call),
    quiet: interfaceAt(subnetOf(vpcs.quiet, "10.3.1.0/24", region.call), "10.3.1.5", region.call),
  };
  const launch = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1 };
  const launched = region.does(runInstances, { ...launch, SubnetId: subnet, PrivateIpAddress: instanceAddress, Ipv6AddressCount: 1 });
  const [instance] = launched.Instances ?? [];
  const elastic = (count: number, publicIp: string, scope: Scope, eni?: string, ptr?: string): ElasticIp => ({
    kind: "elastic-ip",
    id: mintId("elastic-ip", String(count).padStart(17, "0")),
    ...scope,
    tags: {},
    created: region.call.now,
    publicIp,
    ...(ptr !== undefined && { ptr }),
    ...(eni !== undefined && {
      association: {
        id: mintId("elastic-ip-association", String(count).padStart(17, "0")),
        interface: need(region.world, "network-interface", eni).id,
        address: need(region.world, "network-interface", eni).addresses[0] ?? "",
      },
    }),
  });
  const { account, region: name } = region.call;
  const here = { account, region: name };
  const side = (vpc: string, scope: Scope, dnsResolution: boolean): PeeringSide => ({ vpc: need(region.world, "vpc", vpc).id, ...scope, dnsResolution });
  const peering: VpcPeeringConnection = {
    kind: "vpc-peering-connection",
    id: mintId("vpc-peering-connection", "7".repeat(17)),
    ...here,
    tags: {},
    created: region.call.now,
    requester: side(vpcs.home, here, false),
    accepter: side(vpcs.peer, abroad, shares),
    state: "active",
    message: "Active",
    stateChanged: region.call.now,
    expires: region.call.now,
    number: 2 ** 24,
  };
  region.lives((world) =>
    applyChanges(world, [
      put(elastic(1, "203.0.113.21", here, enis.home)),
      put(elastic(2, "203.0.113.22", here, undefined, "mail.example.com")),
      put(elastic(3, "203.0.113.23", abroad, enis.peer)),
      put(elastic(4, "203.0.113.24", here, enis.stranger)),
      put(peering),
    ]),
  );
  return { world: region.world, vpcs, instance: instance?.InstanceId ?? "", ipv6: instance?.NetworkInterfaces?.[0]?.Ipv6Addresses?.[0]?.Ipv6Address ?? "" };
}

export interface Ask {
  readonly flags?: number;
  readonly class?: "IN" | "CH" | "ANY";
  readonly edns?: { readonly size: number; readonly version?: number; readonly dnssecOk?: boolean };
}

/** A question as a client puts it on the wire. */
export const question = (name: string, type: RecordType, { flags = 0x100, class: kind = "IN", edns }: Ask = {}): Buffer =>
  encode({
    type: "query",
    id: 0x5a17,
    flags,
    questions: [{ name, type, class: kind }],
    additionals: edns
      ? [{ type: "OPT", name: ".", udpPayloadSize: edns.size, extendedRcode: 0, ednsVersion: edns.version ?? 0, flags: edns.dnssecOk ? 0x8000 : 0, flag_do: false, options: [] }]
      : [],
  });

export const rcodeOf = (message: Buffer): number => message.readUInt16BE(2) & 15;
const rcodeNames = ["", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

/** What is answered, in short: records, or the zone that says there are none; "elsewhere" when others are to be asked. */
export function asked({ world }: DnsWorld, vpc: string, message: Buffer, transport: Transport = "udp"): string {
  const verdict = answerDns(world, need(world, "vpc", vpc), message, transport);
  if (!verdict) return "silence";
  return "elsewhere" in verdict ? "elsewhere" : inShort(verdict.answer);
}

export function inShort(answer: Buffer): string {
  const packet: DecodedPacket = decode(answer);
  const records = (packet.answers ?? []).map((each) => ("data" in each ? `${each.type} ${textOf(each.data)}` : each.type));
  const zones = (packet.authorities ?? []).map(({ name, type }) => `${type} of ${name}`);
  return [rcodeNames[rcodeOf(answer)], packet.flag_tc ? "TC" : "", ...records, ...zones].filter((part) => part !== "").join(" ");
}

const textOf = (data: unknown): string =>
  typeof data === "string" ? data : typeof data === "object" && data !== null && "mname" in data ? String(data.mname) : assert.fail("data");
