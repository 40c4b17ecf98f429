import type { Id } from "../values/id.ts";
import { type Ip, ipOf } from "../values/ip.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import { freeElasticIps } from "./elastic-ip.ts";
import { forgetFlowLogs } from "./flow-log.ts";
import { forgetPermissions } from "./interface-permission.ts";
import { forgetMirrorSessions } from "./traffic-mirror.ts";
import type { Attachment, ConnectionTracking, Instance, NetworkInterface, Subnet } from "./resource.ts";
import { everywhere, listed, put, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

export interface InterfacePlan {
  readonly description: string;
  readonly groups: NetworkInterface["groups"];
  /** Canonical, the primary first. */
  readonly addresses: readonly string[];
  readonly ipv6Addresses: readonly string[];
  readonly prefixes: readonly string[];
  readonly ipv6Prefixes: readonly string[];
  readonly connectionTracking: ConnectionTracking | undefined;
  readonly tags: Tags;
}

/** An interface in the subnet, not attached to anything. */
export const makeInterface = (world: World, birth: Birth, subnet: Subnet, plan: InterfacePlan): NetworkInterface => ({
  ...owned(birth, plan.tags),
  kind: "network-interface",
  id: birth.mint("network-interface"),
  vpc: subnet.vpc,
  subnet: subnet.id,
  number: freeNumber(world, subnet.vpc),
  mac: freeMac(world, birth),
  description: plan.description,
  groups: plan.groups,
  addresses: plan.addresses,
  ipv6Addresses: plan.ipv6Addresses,
  ...(plan.prefixes.length > 0 && { prefixes: plan.prefixes }),
  ...(plan.ipv6Prefixes.length > 0 && { ipv6Prefixes: plan.ipv6Prefixes }),
  sourceDestCheck: true,
  ...(plan.connectionTracking && { connectionTracking: plan.connectionTracking }),
});

/** One that a part of the network keeps for itself: nothing in it is what users ask for. */
export const makePlainInterface = (
  world: World,
  birth: Birth,
  subnet: Subnet,
  plan: Pick<InterfacePlan, "description" | "groups" | "addresses">,
): NetworkInterface =>
  makeInterface(world, birth, subnet, { ...plan, ipv6Addresses: [], prefixes: [], ipv6Prefixes: [], connectionTracking: undefined, tags: {} });

/** What it was made by and for, and who alone may change it. */
export const managerOf = ({ natGateway, managedBy }: NetworkInterface): string | undefined => natGateway ?? managedBy;

/** The tag by which an interface's owner says how many connections it may have tracked at a time. */
export const allowanceTag = "bailey:tracked-connections";
export const largestAllowance = 2 ** 32 - 1;

/** The number such a tag says: whole, from 1 to 2^32 - 1. Undefined where it says none. */
export function parseAllowance(text = ""): number | undefined {
  const allowance = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  return allowance >= 1 && allowance <= largestAllowance ? allowance : undefined;
}

/** A NAT gateway's interface, which no policy is about, has none. */
export const allowanceOf = ({ tags, natGateway }: NetworkInterface): number | undefined =>
  natGateway === undefined ? parseAllowance(tags[allowanceTag]) : undefined;

/** Numbers below are left to what every machine has. */
const firstNumber = 16;

/** One more than the highest in the VPC, so that a number soon after a deletion means nobody else. */
const freeNumber = (world: World, vpc: string): number =>
  [...listed(world, "interfacesOfVpc", vpc).values()].reduce((next, eni) => Math.max(next, eni.number + 1), firstNumber);

/** A locally administered address (02:...) that no interface of this world has. */
function freeMac(world: World, birth: Birth): string {
  const taken = new Set(everywhere(world, "network-interface").map((eni) => eni.mac));
  for (;;) {
    const mac = `02${birth.random(5)}`.replace(/..(?=.)/g, "$&:");
    if (!taken.has(mac)) return mac;
  }
}

/** The interface in a slot of the instance. */
export const attach = (
  birth: Birth,
  eni: NetworkInterface,
  slot: { instance: Id<"instance">; deviceIndex: number; device?: string; deleteOnTermination: boolean },
): NetworkInterface & { readonly attachment: Attachment } => ({
  ...eni,
  attachment: { id: birth.mint("network-interface-attachment"), ...slot, attached: birth.now },
});

/** The interface, free for another instance. A public address it had as an instance's primary one does not stay. */
export function detach(eni: NetworkInterface): NetworkInterface {
  const { attachment: _attachment, publicAddress: _publicAddress, publicOnStart: _publicOnStart, ...free } = eni;
  return free;
}

/** The interface without some of its secondary private IPv4 addresses; elastic IPs of those are left, free for others. */
export const dropAddresses = (world: World, eni: NetworkInterface, gone: ReadonlySet<string>): Change[] => [
  ...freeElasticIps(world, eni, gone),
  put({ ...eni, addresses: eni.addresses.filter((address) => !gone.has(address)) }),
];

/** The interface goes with its flow logs; elastic IPs of its addresses are left, free for others. */
export const deleteInterface = (world: World, eni: NetworkInterface): Change[] => [
  ...freeElasticIps(world, eni),
  ...forgetFlowLogs(world, eni.id),
  ...forgetPermissions(world, eni),
  ...forgetMirrorSessions(world, eni),
  remove(eni),
];

/** An instance's interfaces by device index: the first is the primary one. None once it is terminated. */
export const interfacesOf = (world: World, instance: Pick<Instance, "id">): NetworkInterface[] =>
  [...listed(world, "interfacesOfInstance", instance.id).values()].toSorted(
    (a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0),
  );

/** All of its private addresses, of both families. */
export const addressesOf = ({ addresses, ipv6Addresses }: NetworkInterface): Ip[] => [...addresses, ...ipv6Addresses].map(ipOf);
