/** Worlds of a size: one VPC with many interfaces, groups and rules, made without the API's checks. */
import type { Instance, NetworkInterface, Resource, SecurityGroup, SecurityGroupRule } from "../src/model/resource.ts";
import { applyChanges, emptyWorld, put, type World } from "../src/model/world.ts";
import { makeVpc } from "../src/model/vpc.ts";
import { makeSubnet } from "../src/model/subnet.ts";
import { type IdKind, mintId } from "../src/values/id.ts";
import { formatIp } from "../src/values/ip.ts";

export const owner = { account: "111122223333", region: "us-east-1" };
const now = "2026-01-01T00:00:00.000Z";
let serial = 0;
export const mint = <K extends IdKind>(kind: K) => mintId(kind, (++serial).toString(16).padStart(17, "0"));
const born = { ...owner, tags: {}, created: now };

export interface LargeWorld {
  readonly world: World;
  readonly vpc: string;
  readonly groups: readonly SecurityGroup[];
  readonly interfaces: readonly NetworkInterface[];
}

export function ruleOf(group: SecurityGroup, port: number, peer: SecurityGroupRule["peer"]): SecurityGroupRule {
  return { ...born, kind: "security-group-rule", id: mint("security-group-rule"), group: group.id, egress: false, protocol: "tcp", from: port, to: port, peer };
}

export function interfaceOf(like: Pick<NetworkInterface, "vpc" | "subnet" | "groups">, at: number): NetworkInterface {
  const { vpc, subnet, groups } = like;
  return {
    ...born,
    kind: "network-interface",
    id: mint("network-interface"),
    vpc,
    subnet,
    groups,
    number: 16 + at,
    mac: `02:00:${[24, 16, 8, 0].map((shift) => ((at >> shift) & 255).toString(16).padStart(2, "0")).join(":")}`,
    description: "",
    addresses: [formatIp({ family: 4, bits: 0x0a000100n + BigInt(at) })],
    ipv6Addresses: [],
    sourceDestCheck: true,
  };
}

/** `interfaces` interfaces in one /16 subnet, each in one of `groups` groups with `rulesPerGroup` rules each. */
export function largeWorld(interfaces: number, groups: number, rulesPerGroup: number): LargeWorld {
  const call = { ...owner, now, mint, random: (count: number) => (++serial).toString(16).padStart(count * 2, "0") };
  const made = makeVpc(emptyWorld, call, { cidr: "10.0.0.0/16", isDefault: false, tenancy: "default", ipv6: false, dhcpOptions: "default", tags: {} });
  let world = applyChanges(emptyWorld, made.changes);
  const subnet = makeSubnet(call, made.vpc, { zone: "us-east-1a", cidr: "10.0.0.0/16", defaultForZone: false, tags: {} });
  world = applyChanges(world, [put(subnet)]);
  const resources: Resource[] = [];
  const all = Array.from({ length: groups }, (_, at): SecurityGroup => ({
    ...born, kind: "security-group", id: mint("security-group"), vpc: made.vpc.id, name: `g${at}`, description: "bench",
  }));
  for (const group of all) {
    resources.push(group);
    for (let at = 0; at < rulesPerGroup; at++) {
      resources.push(ruleOf(group, 1000 + at, { type: "cidr", cidr: `172.${16 + (at % 16)}.${at % 256}.0/24` }));
    }
  }
  const enis = Array.from({ length: interfaces }, (_, at) =>
    interfaceOf({ vpc: made.vpc.id, subnet: subnet.id, groups: [all[at % groups]?.id ?? made.vpc.defaultGroup] }, at),
  );
  resources.push(...enis);
  return { world: applyChanges(world, resources.map(put)), vpc: made.vpc.id, groups: all, interfaces: enis };
}

/** The same world with its interfaces attached to so many instances, in turn: each then has a link in the kernel. */
export function attached(large: LargeWorld, count: number): LargeWorld & { readonly instances: readonly Instance[] } {
  const subnet = large.interfaces[0]?.subnet ?? mint("subnet");
  const instances = Array.from({ length: count }, (_, launchIndex): Instance => ({
    ...born,
    kind: "instance",
    id: mint("instance"),
    reservation: mint("reservation"),
    launchIndex,
    image: mint("image"),
    type: "t3.micro",
    state: "running",
    stateChanged: now,
    launched: now,
    vpc: large.interfaces[0]?.vpc ?? mint("vpc"),
    subnet,
    terminationProtected: false,
    shutdownBehavior: "stop",
  }));
  const interfaces = large.interfaces.map((each, at): NetworkInterface => {
    const instance = instances[at % count]?.id ?? mint("instance");
    const attachment = { id: mint("network-interface-attachment"), instance, deviceIndex: Math.floor(at / count), deleteOnTermination: true, attached: now };
    return { ...each, attachment };
  });
  return { ...large, interfaces, instances, world: applyChanges(large.world, [...instances, ...interfaces].map(put)) };
}
