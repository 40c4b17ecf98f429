import { covers, formatCidr, overlaps, cidrOf } from "../values/ip.ts";
import type { Cidr } from "../values/ip.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import { forgetExclusions } from "./block-public-access.ts";
import { forgetFlowLogs } from "./flow-log.ts";
import { makeAcl, openListsToIpv6 } from "./network-acl.ts";
import type { CidrAssociation, Vpc } from "./resource.ts";
import { addLocalRoutes, dropLocalRoutes, makeMainRouteTable } from "./route-table.ts";
import { deleteGroup, makeGroup, openGroupsToIpv6 } from "./security-group.ts";
import { blocksOfSubnet } from "./subnet.ts";
import { everywhere, listed, need, put, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

export interface VpcPlan {
  /** Canonical. */
  readonly cidr: string;
  readonly isDefault: boolean;
  readonly tenancy: Vpc["tenancy"];
  readonly ipv6: boolean;
  readonly dhcpOptions: Vpc["dhcpOptions"];
  readonly tags: Tags;
}

/** A VPC with what Amazon puts into it: a default group, a default ACL and a main route table. */
export function makeVpc(world: World, birth: Birth, plan: VpcPlan): { vpc: Vpc; changes: Change[] } {
  const vpc: Vpc = {
    ...owned(birth, plan.tags),
    kind: "vpc",
    id: birth.mint("vpc"),
    isDefault: plan.isDefault,
    cidrs: [blockOf(birth, plan.cidr)],
    ipv6Cidrs: plan.ipv6 ? [blockOf(birth, freeIpv6Block(world, birth))] : [],
    dhcpOptions: plan.dhcpOptions,
    defaultGroup: birth.mint("security-group"),
    defaultAcl: birth.mint("network-acl"),
    mainRouteTable: birth.mint("route-table"),
    tenancy: plan.tenancy,
    dnsSupport: true,
    dnsHostnames: plan.isDefault,
    addressUsageMetrics: false,
  };
  const group = { id: vpc.defaultGroup, name: "default", description: "default VPC security group", membersMayEnter: true };
  const cidrs = [...vpc.cidrs, ...vpc.ipv6Cidrs].map((block) => block.cidr);
  return {
    vpc,
    changes: [
      put(vpc),
      ...makeGroup(birth, vpc, group).changes,
      put(makeAcl(birth, { id: vpc.defaultAcl, vpc: vpc.id, isDefault: true, ipv6: plan.ipv6 })),
      put(makeMainRouteTable(birth, { id: vpc.mainRouteTable, vpc: vpc.id, cidrs })),
    ],
  };
}

const blockOf = (birth: Birth, cidr: string): CidrAssociation => ({ association: birth.mint("vpc-cidr-association"), cidr });

/** A /56 of the documentation prefix 2001:db8::/32 that no VPC of this world has. */
function freeIpv6Block(world: World, birth: Birth): string {
  const taken = new Set(everywhere(world, "vpc").flatMap((vpc) => vpc.ipv6Cidrs.map((block) => block.cidr)));
  for (;;) {
    const base = (0x20010db8n << 96n) | (BigInt(`0x${birth.random(3)}`) << 72n);
    const text = formatCidr({ family: 6, base, length: 56 });
    if (!taken.has(text)) return text;
  }
}

/** All blocks of a VPC as values, IPv4 first, the primary one first of all. */
export const blocksOf = (vpc: Vpc): Cidr[] => [...vpc.cidrs, ...vpc.ipv6Cidrs].map((block) => cidrOf(block.cidr));

/** Joins an IPv4 block to the VPC. */
export function joinBlock(world: World, birth: Birth, vpc: Vpc, cidr: string): { block: CidrAssociation; changes: Change[] } {
  const block = blockOf(birth, cidr);
  return {
    block,
    changes: [put({ ...vpc, cidrs: [...vpc.cidrs, block] }), ...addLocalRoutes(world, vpc.id, cidr)],
  };
}

/** Joins a fresh IPv6 block; with the first one, groups and lists nobody changed are opened to IPv6. */
export function joinIpv6Block(world: World, birth: Birth, vpc: Vpc): { block: CidrAssociation; changes: Change[] } {
  const block = blockOf(birth, freeIpv6Block(world, birth));
  const opened = vpc.ipv6Cidrs.length > 0 ? [] : [...openListsToIpv6(world, vpc.id), ...openGroupsToIpv6(world, birth, vpc.id)];
  return {
    block,
    changes: [
      put({ ...vpc, ipv6Cidrs: [...vpc.ipv6Cidrs, block] }),
      ...addLocalRoutes(world, vpc.id, block.cidr),
      ...opened,
    ],
  };
}

/** Takes a block away from the VPC, and its local routes with it. */
export function leaveBlock(world: World, vpc: Vpc, block: CidrAssociation): Change[] {
  const others = (blocks: readonly CidrAssociation[]) => blocks.filter((other) => other.association !== block.association);
  return [
    put({ ...vpc, cidrs: others(vpc.cidrs), ipv6Cidrs: others(vpc.ipv6Cidrs) }),
    ...dropLocalRoutes(world, vpc.id, block.cidr),
  ];
}

/** The subnets that live in a block, which therefore cannot leave. */
export const subnetsInBlock = (world: World, vpc: Vpc, block: CidrAssociation): string[] =>
  [...listed(world, "subnetsOfVpc", vpc.id).values()]
    .filter((subnet) => blocksOfSubnet(subnet).some((cidr) => covers(cidrOf(block.cidr), cidrOf(cidr))))
    .map((subnet) => subnet.id)
    .toSorted();

/** What keeps a VPC from being deleted: all in it but what was made with it, and other VPCs' groups that it may use. */
export function holdersOfVpc(world: World, vpc: Vpc): string[] {
  const own: ReadonlySet<string> = new Set([vpc.defaultGroup, vpc.defaultAcl, vpc.mainRouteTable]);
  const inside = [
    "subnetsOfVpc",
    "groupsOfVpc",
    "aclsOfVpc",
    "routeTablesOfVpc",
    "interfacesOfVpc",
    "internetGatewaysOfVpc",
    "egressOnlyGatewaysOfVpc",
    "natGatewaysOfVpc",
    "vpnGatewaysOfVpc",
    "transitAttachmentsOfVpc",
    "endpointsOfVpc",
    "carrierGatewaysOfVpc",
  ] as const;
  const associated = [...listed(world, "associationsOfVpc", vpc.id).values()].map((association) => association.group);
  return [
    ...inside.flatMap((index) => [...listed(world, index, vpc.id).keys()].filter((id) => !own.has(id)).toSorted()),
    ...associated.toSorted(),
  ];
}

/** A VPC goes together with what was made with it, and with its flow logs. */
export const deleteVpc = (world: World, vpc: Vpc): Change[] => [
  ...forgetFlowLogs(world, vpc.id),
  ...forgetExclusions(world, vpc.id),
  ...deleteGroup(world, need(world, "security-group", vpc.defaultGroup)),
  remove(need(world, "network-acl", vpc.defaultAcl)),
  remove(need(world, "route-table", vpc.mainRouteTable)),
  remove(vpc),
];

const neverPrivate = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"].map(cidrOf);
const ten = cidrOf("10.0.0.0/8");
const oneSevenTwo = cidrOf("172.16.0.0/12");
const oneNineTwo = cidrOf("192.168.0.0/16");
const benchmark = cidrOf("198.19.0.0/16");
const privateRanges = [ten, oneSevenTwo, oneNineTwo, benchmark];

/** Whether a VPC may have the block: /16 to /28, and none of the ranges hosts treat specially. */
export const isVpcBlock = (cidr: Cidr): boolean =>
  cidr.family === 4 && cidr.length >= 16 && cidr.length <= 28 && !neverPrivate.some((range) => overlaps(range, cidr));

/** Whether a block may join those a VPC has, by Amazon's table of ranges that do not mix. Overlap is another question. */
export function mayJoin(existing: readonly Cidr[], added: Cidr): boolean {
  const range = privateRanges.find((candidate) => covers(candidate, added));
  return existing.every((cidr) => {
    const own = privateRanges.find((candidate) => covers(candidate, cidr));
    if (own === undefined || range === undefined) return range === undefined;
    if (own !== range) return false;
    if (range === ten) return !(covers(cidrOf("10.0.0.0/15"), cidr) && covers(cidrOf("10.0.0.0/16"), added));
    return range !== oneSevenTwo || !covers(cidrOf("172.31.0.0/16"), added);
  });
}
