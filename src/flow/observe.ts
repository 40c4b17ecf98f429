/**
 * From what the kernel counted to records: one packet is told by each interface it left or reached, each with its own
 * verdict, and by a NAT's interface twice. What the kernel need not know is looked up here: ids, paths, the deciding rule.
 */
import type { FlowLog, NetworkInterface, Subnet } from "../model/resource.ts";
import { addressesOf } from "../model/network-interface.ts";
import { find, listed, need, type World } from "../model/world.ts";
import { zoneIdOf } from "../model/zone.ts";
import { type Direction, type End, isInterface, type Nat, type Network } from "../policy/network.ts";
import { type Judgement, judge, type Packet, type Step, untracked } from "../policy/judge.ts";
import { lower } from "../policy/lower.ts";
import { wayFromNat, wayOf } from "../policy/route.ts";
import { formatIp, type Ip } from "../values/ip.ts";
import { once } from "../values/once.ts";
import { hasPorts } from "../values/protocol.ts";
import type { Count, FlowRecord, NextHop, TagField } from "./record.ts";

/** A flow as the kernel counted it since it was last looked at. */
export interface Observed {
  /** Number of the device it came by. */
  readonly device: number;
  /** Where it was refused; absent: it was let through. */
  readonly gate?: string;
  readonly source: Ip;
  readonly destination: Ip;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly packets: number;
  readonly bytes: number;
  readonly tcpFlags: number;
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
}

/** One network, and the world it was made from. */
export interface Site {
  readonly world: World;
  readonly network: Network;
}

/** A record for a flow log, with what decided where the log asks for it. */
export interface Told {
  readonly log: FlowLog;
  readonly record: FlowRecord;
}

/** Refused before it left its interface's subnet. */
const leavingGates: ReadonlySet<string> = new Set(["source check", "groups out", "acl out", "route", "nat", "internet", "peering", "late out"]);

/** An interface's part in a flow. */
interface Part {
  readonly interface: string;
  readonly direction: Count["direction"];
  readonly action: Count["action"];
  /** The NAT's own address, on the side where it stands in the packet in place of the inner end's. */
  readonly shown?: { readonly source?: Ip; readonly destination?: Ip };
  readonly nextHop?: string;
  readonly trafficPath?: number;
}

/** The records of one flow, for every flow log that covers an interface on its way. `window`: Unix seconds. */
export function* recordsOf(site: Site, observed: Observed, window: { readonly start: number; readonly end: number }): Generator<Told> {
  const { world, network } = site;
  const from = endBy(network, observed.device);
  if (!from) return;
  // To where only replies go, nothing else is admitted.
  const way = wayOf(network, from, observed.destination, observed.gate === undefined);
  const nat = natOf(network, from, observed, way.hop);
  const to = nat && way.hop.to === "nat" ? wayFromNat(network, nat.id, observed.destination).to : way.to;
  for (const part of partsOf(site, observed, { from, nat, ...(to && { to }) })) {
    const resource = find(world, "network-interface", part.interface);
    const logs = resource ? logsCovering(world, resource) : [];
    for (const log of logs) {
      if (!resource || (log.traffic !== "ALL" && log.traffic !== part.action)) continue;
      // No group and no list of its own stands at a NAT's interface.
      const decided = wantsDecision(log) && !resource.natGateway ? { decided: decisionOf(site, observed, part, { from, to, nat }) } : {};
      yield { log, record: { ...recordOf(world, resource, window), ...detail(world, observed, part), ...tagged(world, log, resource), ...decided } };
    }
  }
}

const byDevice = once((interfaces: Network["interfaces"], peerings: Network["peerings"]) => {
  const ends = new Map<number, End>();
  for (const each of [...interfaces.values(), ...peerings.values()]) ends.set(each.index, each);
  return ends;
});

/** The end a device's number stands for. */
export const endBy = ({ interfaces, peerings, internet }: Network, device: number): End | undefined =>
  internet?.index === device ? internet : byDevice(interfaces, peerings).get(device);

/** The NAT a flow goes through: by its route, or for what comes back from outside by the route of whom it is for. */
function natOf(network: Network, from: End, { source, destination }: Observed, hop: { readonly to: string; readonly id?: string }): Nat | undefined {
  if (hop.to === "nat") return network.nats.get(hop.id ?? "");
  if (isInterface(from) || network.nats.size === 0) return undefined;
  const receiver = wayOf(network, from, destination).to;
  const back = receiver && isInterface(receiver) ? wayOf(network, receiver, source).hop : undefined;
  return back?.to === "nat" ? network.nats.get(back.id) : undefined;
}

interface Ends {
  readonly from: End;
  readonly to?: End | undefined;
  readonly nat: Nat | undefined;
}

function* partsOf({ world, network }: Site, observed: Observed, { from, to, nat }: Ends): Generator<Part> {
  const { gate } = observed;
  const natInterface = nat && find(world, "nat-gateway", nat.id)?.interface;
  const primary = nat?.addresses[0]?.private;
  const refusedLeaving = gate !== undefined && leavingGates.has(gate);
  if (isInterface(from)) {
    const next = natInterface ?? interfaceAt(world, to, observed.destination);
    yield {
      interface: from.id,
      direction: "egress",
      action: refusedLeaving ? "REJECT" : "ACCEPT",
      ...hopTo(next),
      ...pathOf(world, network, natInterface === undefined ? to : from),
    };
  }
  if (refusedLeaving) return;
  if (natInterface !== undefined && primary) {
    // Its own address stands where the packet has another's; a refusal by the list of the far end's subnet comes after it.
    const outward = isInterface(from);
    const inner = outward ? from.id : to && isInterface(to) ? to.id : undefined;
    yield { interface: natInterface, direction: "ingress", action: "ACCEPT", ...(outward ? {} : { shown: { destination: primary } }), ...hopTo(outward ? inner : interfaceAt(world, from, observed.source)) };
    yield {
      interface: natInterface,
      direction: "egress",
      action: "ACCEPT",
      ...(outward && { shown: { source: primary } }),
      ...hopTo(outward ? interfaceAt(world, to, observed.destination) : inner),
      ...pathOf(world, network, to),
    };
  }
  if (to && isInterface(to)) {
    const sender = natInterface ?? interfaceAt(world, from, observed.source);
    yield { interface: to.id, direction: "ingress", action: gate === undefined ? "ACCEPT" : "REJECT", ...hopTo(sender) };
  }
}

const hopTo = (nextHop: string | undefined): Pick<Part, "nextHop"> => (nextHop === undefined ? {} : { nextHop });

/** The interface that is an end, or beyond a peering the one that has the address, where the region knows the peer. */
function interfaceAt(world: World, end: End | undefined, address: Ip): string | undefined {
  if (!end || isInterface(end)) return end?.id;
  const there = end.kind === "peering" ? lower(world).get(end.network) : undefined;
  const back = there?.peerings.get(end.id);
  const to = there && back && wayOf(there, back, address).to;
  return to && isInterface(to) ? to.id : undefined;
}

/** Amazon's numbers of the paths out of an interface. */
function pathOf(world: World, network: Network, to: End | undefined): { readonly trafficPath?: number } {
  if (!to) return {};
  if (isInterface(to)) return { trafficPath: 1 };
  if (to.kind === "internet") return { trafficPath: 8 };
  const [here, there] = [network.id, to.network].map((id) => find(world, "vpc", id)?.region);
  return { trafficPath: here === there ? 4 : 5 };
}

/** Every flow log that covers an interface: its own, its subnet's, its VPC's. */
export const logsCovering = (world: World, { id, subnet, vpc }: NetworkInterface): FlowLog[] =>
  [id, subnet, vpc].flatMap((resource) => [...listed(world, "flowLogsOfResource", resource).values()]);

const wantsDecision = ({ format }: FlowLog): boolean => format.includes("${bailey-");

/** What a record says of its interface, whatever flowed. */
export function recordOf(world: World, resource: NetworkInterface, { start, end }: { readonly start: number; readonly end: number }): FlowRecord {
  const subnet = need(world, "subnet", resource.subnet);
  const [primary4] = resource.addresses;
  return {
    status: "OK",
    account: resource.account,
    interface: resource.id,
    start,
    end,
    ...(primary4 !== undefined && { primary4 }),
    ownAddresses: addressesOf(resource).map(formatIp),
    vpc: resource.vpc,
    subnet: resource.subnet,
    ...(resource.attachment && { instance: resource.attachment.instance }),
    region: resource.region,
    zoneId: zoneOfSubnet(subnet),
    ...(resource.natGateway && { interfaceType: "nat_gateway" }),
  };
}

const zoneOfSubnet = ({ region, zone }: Subnet): string => zoneIdOf(region, zone) ?? "-";

/** The values of the tags a flow log asks for, at most two of each kind of resource; nobody here is in an Auto Scaling group. */
function tagged(world: World, { tagFields = [] }: FlowLog, resource: NetworkInterface): Pick<FlowRecord, "tags"> {
  if (tagFields.length === 0) return {};
  const instance = resource.attachment && find(world, "instance", resource.attachment.instance);
  const known = { "network-interface": ["interface", resource.tags], instance: ["instance", instance?.tags], "auto-scaling-group": ["asg", undefined] } as const;
  const tags: Partial<Record<TagField, string>> = {};
  for (const { resourceType, keys } of tagFields) {
    const [name, own] = known[resourceType];
    const [first, second] = keys.map((key) => own?.[key]);
    if (first !== undefined) tags[`${name}-tag`] = first;
    if (second !== undefined) tags[`${name}-tag-2`] = second;
  }
  return { tags };
}

function detail(world: World, observed: Observed, part: Part): Partial<FlowRecord> {
  const { device: _, ...flow } = observed;
  const count: Count = { ...flow, ...part.shown, interface: part.interface, direction: part.direction, action: part.action };
  const nextHop = part.nextHop === undefined ? undefined : hopOf(world, part.nextHop, part.interface);
  return {
    start: Math.floor(observed.first / 1000),
    end: Math.floor(observed.last / 1000),
    count,
    ...(part.trafficPath !== undefined && { trafficPath: part.trafficPath }),
    ...(nextHop && { nextHop }),
  };
}

/** Of an interface of the same account: what others have beyond a peering is theirs to know. */
function hopOf(world: World, id: string, of: string): NextHop | undefined {
  const resource = find(world, "network-interface", id);
  if (!resource || resource.account !== find(world, "network-interface", of)?.account) return undefined;
  const zoneId = zoneOfSubnet(need(world, "subnet", resource.subnet));
  return { interface: id, subnet: resource.subnet, zoneId, vpc: resource.vpc, ...(resource.natGateway && { type: "nat_gateway" }) };
}

/**
 * The rule that decided at one interface. Of a packet that no rule admits by itself but was let through, it is the rule
 * that admitted its connection, the other way.
 */
function decisionOf({ world, network }: Site, observed: Observed, part: Part, { from, to, nat }: Ends): NonNullable<FlowRecord["decided"]> {
  const { revision } = world;
  const value = hasPorts(observed.protocol) ? observed.destinationPort : 0;
  const packet: Packet = { source: observed.source, destination: observed.destination, protocol: observed.protocol, value };
  const ends = { from, ...(to && { to }), ...(nat && { nat }) };
  const judged = judge(network, { ...ends, packet, reply: false, tracked: untracked });
  if (part.action === "REJECT") {
    const last = judged.trace.at(-1);
    const rule = last?.action === "deny" && last.gate === observed.gate ? ruleText(last) : (observed.gate ?? "refused");
    return { rule, gate: observed.gate ?? "", revision };
  }
  const direction: Direction = part.direction === "egress" ? "out" : "in";
  const own = at(judged, direction, part.interface);
  if (own?.action === "allow") {
    // Of a packet that was refused further on nothing is remembered.
    const tracked = observed.gate === undefined ? { tracked: isTracked(judged, from, part) } : {};
    return { rule: ruleText(own), gate: own.gate, ...tracked, revision };
  }
  const back: Packet = { ...packet, source: packet.destination, destination: packet.source, value: observed.sourcePort };
  if (!to) return { rule: "tracked connection", gate: `groups ${direction}`, tracked: true, revision };
  const other = judge(network, { from: to, to: from, packet: back, reply: false, tracked: untracked });
  const admitted = at(other, direction === "out" ? "in" : "out", part.interface);
  return { rule: admitted?.action === "allow" ? ruleText(admitted) : "tracked connection", gate: `groups ${direction}`, tracked: true, revision };
}

/** The step of an interface's groups in a direction. */
const at = ({ trace }: Judgement, direction: Direction, id: string): Step | undefined =>
  trace.find(({ gate, at: place }) => gate === `groups ${direction}` && place === id);

const isTracked = ({ tracked }: Judgement, from: End, part: Part): boolean =>
  isInterface(from) && from.id === part.interface ? tracked.originator : tracked.responder;

const ruleText = ({ because }: Step): string => (typeof because === "string" ? because : because.rule);
