/**
 * What one interface's own gates say of a packet, whoever is at the other end and whatever stands there: this is what a
 * flow record is about. The judge walks a network in which the other end is a stand-in that lets everything pass.
 */
import { judge, type Judgement, type Step, type Tracked, untracked } from "../policy/judge.ts";
import type { Acl, AclEntry, Interface, Network, RouteTable, Subnet } from "../policy/network.ts";
import { type Cidr, cidrOf, holds, hostCidr, type Ip } from "../values/ip.ts";
import { type Observed, otherRole, otherWay, packetOf, peerOf } from "./observed.ts";

export interface OwnSide {
  readonly verdict: Judgement["verdict"];
  /** Those of the interface and its subnet, in the order of the walk. */
  readonly steps: readonly Step[];
  /** As it was judged: of admitted traffic it may be the other end that opened the connection. */
  readonly observed: Observed;
}

/** An interface in its network. That of a NAT has no groups: only its subnet's list stands there. */
export interface Place {
  readonly network: Network;
  readonly at: Interface;
  readonly grouped: boolean;
}

const far = "the other end";
const anywhere: readonly Cidr[] = ["0.0.0.0/0", "::/0"].map(cidrOf);
const everything: readonly AclEntry[] = anywhere.map((cidr) => ({ id: far, action: "allow", protocol: "all", values: "any", cidr }));
const openList: Acl = { id: far, in: everything, out: everything };

const standIn = (subnet: string, ip: Ip): Interface => ({
  id: far,
  device: far,
  index: 0,
  mac: "",
  subnet,
  groups: [],
  addresses: [ip],
  checked: false,
});

const routeTo = (destination: Ip, id: string): RouteTable => ({
  id: far,
  routes: [{ destination: hostCidr(destination), hop: { to: "appliance", id }, written: far }],
});

/** The interface, its subnet and groups, and the stand-in: beside it in its subnet, or in another one. */
function surroundings({ network, at }: Place, observed: Observed): { readonly network: Network; readonly peer: Interface } {
  const subnet = network.subnets.get(at.subnet);
  const beside = subnet?.cidrs.some((cidr) => holds(cidr, peerOf(observed))) ?? false;
  const peer = standIn(beside ? at.subnet : far, peerOf(observed));
  const { id: to } = observed.direction === "ingress" ? at : peer;
  const acl = network.acls.get(subnet?.acl ?? "");
  const own: Subnet = { id: at.subnet, acl: acl?.id ?? "", cidrs: subnet?.cidrs ?? [], table: far };
  return {
    peer,
    network: {
      ...network,
      interfaces: new Map([at, peer].map((each) => [each.id, each])),
      subnets: new Map([[far, { id: far, acl: far, cidrs: [], table: far }], [own.id, own]]),
      acls: new Map([[far, openList], ...(acl ? [[acl.id, acl] as const] : [])]),
      tables: new Map([[far, routeTo(observed.destination, to)]]),
      nats: new Map(),
    },
  };
}

const ownGates: Readonly<Record<Observed["direction"], readonly Step["gate"][]>> = {
  egress: ["source check", "groups out", "acl out"],
  ingress: ["acl in", "destination check", "groups in"],
};

function walk(place: Place, observed: Observed, before: Tracked): Judgement {
  const { network, peer } = surroundings(place, observed);
  const [from, to] = observed.direction === "ingress" ? [peer, place.at] : [place.at, peer];
  const peerSide = (from === peer) === observed.reply ? "responder" : "originator";
  const tracked = place.grouped ? { ...before, [peerSide]: true } : { originator: true, responder: true };
  return judge(network, { from, to, packet: packetOf(observed), reply: observed.reply, tracked });
}

/** As the traffic is said to be: a reply is judged with what its connection's first packet leaves behind. */
function judgeAs(place: Place, observed: Observed): OwnSide & { readonly plausible: boolean } {
  const question = observed.reply ? walk(place, otherWay(observed), untracked) : undefined;
  const { trace } = walk(place, observed, { ...untracked, ...(question && onOwnSide(question.tracked, observed)) });
  const steps = trace.filter(({ gate }) => ownGates[observed.direction].includes(gate));
  const verdict = steps.some(({ action }) => action === "deny") ? "drop" : "accept";
  return { verdict, steps, observed, plausible: verdict === "accept" && question?.verdict !== "drop" };
}

/** What of a connection's memory belongs to the interface itself. */
const onOwnSide = ({ originator, responder }: Tracked, { direction, reply }: Observed): Partial<Tracked> =>
  (direction === "egress") === reply ? { responder } : { originator };

/**
 * What the interface's gates say of recorded traffic. Records don't always tell who opened a connection: admitted
 * traffic that is no question a rule admits, and answers none, is judged the other way round.
 */
export function judgeOwnSide(place: Place, observed: Observed, admitted: boolean): OwnSide {
  const { plausible, ...first } = judgeAs(place, observed);
  if (!admitted || plausible) return first;
  const { plausible: better, ...second } = judgeAs(place, otherRole(observed));
  return better ? second : first;
}
