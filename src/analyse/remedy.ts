/** The smallest change that admits what is refused: found gate by gate, each answer the judge's own. */
import { ephemeralPorts, natPorts, type Journey, type Networks } from "../policy/journey.ts";
import type { Packet, Step } from "../policy/judge.ts";
import type { Acl, AclEntry, Direction, Network, Values } from "../policy/network.ts";
import { formatCidr, hostCidr } from "../values/ip.ts";
import { type Range, within } from "../values/ports.ts";
import { hasPorts, hasTypes } from "../values/protocol.ts";
import { type Amendment, amended, type NewEntry, numberBefore, numberOf } from "./amendment.ts";
import { type OwnSide, type Place, judgeOwnSide } from "./own-side.ts";
import { type Observed, packetOf } from "./observed.ts";

/** Where a packet is refused. */
export interface Denied {
  readonly step: Step;
  readonly network: Network;
  readonly packet: Packet;
  /** The ports its answers may be for, where it is one: as many as clients, or a NAT, choose from. */
  readonly ports?: Range;
}

export interface Remedy {
  /** In the order of the gates. */
  readonly amendments: readonly Amendment[];
  readonly networks: Networks;
  /** What no rule and no entry can help. */
  readonly remains?: Step | "nowhere";
}

/** What refuses in these networks: undefined when nothing does, `nowhere` when no way leads there. */
export type Trial = (networks: Networks) => Denied | "nowhere" | undefined;

/** More gates than any way has. */
const mostAmendments = 12;

/**
 * Tries, adds what admits the packet at the gate that refuses it, and tries again. `proposed` is what was proposed for
 * something else and may be there by then, or not: no number of it is used again but for the very same entry.
 */
export function remedy(networks: Networks, trial: Trial, proposed: readonly Amendment[] = []): Remedy {
  const amendments: Amendment[] = [];
  let present = networks;
  for (;;) {
    const denied = trial(present);
    if (denied === undefined) return { amendments, networks: present };
    if (denied === "nowhere") return { amendments, networks: present, remains: denied };
    const amendment = amendments.length < mostAmendments ? amendmentFor(denied, proposed) : undefined;
    if (!amendment) return { amendments, networks: present, remains: denied.step };
    amendments.push(amendment);
    present = amended(present, amendment);
  }
}

/** The refusal that ends a journey. */
export function deniedBy(journey: Journey, clientPort: number): Denied | "nowhere" | undefined {
  if (journey.verdict === "accept") return undefined;
  const leg = (journey.back ?? journey.there).at(-1);
  const step = leg?.judgement.trace.at(-1);
  if (!leg || !step) return "nowhere";
  const { network, packet, nat } = leg;
  if (!journey.back || !hasPorts(packet.protocol)) return { step, network, packet };
  const byNat = nat && network.subnets.get(nat.subnet)?.acl === step.at;
  return { step, network, packet, ports: byNat ? natPorts : portsOf(clientPort) };
}

/** The refusal of one interface's own gates. */
export function deniedHere(place: Place, observed: Observed): Denied | undefined {
  const { verdict, steps }: OwnSide = judgeOwnSide(place, observed, false);
  const step = steps.at(-1);
  if (verdict === "accept" || !step) return undefined;
  const packet = packetOf(observed);
  return { step, network: place.network, packet, ...(observed.reply && hasPorts(packet.protocol) && { ports: portsOf(observed.clientPort) }) };
}

/** The ports clients like this one choose from. */
export const portsOf = (client: number): Range =>
  [ephemeralPorts, natPorts].find((range) => within(range, client)) ?? { from: client, to: client };

function amendmentFor({ step, network, packet, ports }: Denied, proposed: readonly Amendment[]): Amendment | undefined {
  const direction: Direction = step.gate === "groups out" || step.gate === "acl out" ? "out" : "in";
  const { protocol, value } = packet;
  const values: Values = hasPorts(protocol) || hasTypes(protocol) ? (ports ?? { from: value, to: value }) : "any";
  const cidr = hostCidr(direction === "in" ? packet.source : packet.destination);
  if (step.gate === "groups in" || step.gate === "groups out") {
    const group = leastUsed(network, step.at);
    return group === undefined ? undefined : { group, direction, rule: { id: "new", protocol, values, peer: { cidr } } };
  }
  const acl = step.gate === "acl in" || step.gate === "acl out" ? network.acls.get(step.at) : undefined;
  if (!acl) return undefined;
  const entry = { action: "allow", protocol, values, cidr } as const;
  return newEntry(acl, direction, entry, step, proposed.filter((each) => "acl" in each && each.acl === acl.id && each.direction === direction));
}

/** Right before the entry that decided. */
function newEntry(acl: Acl, direction: Direction, said: Omit<AclEntry, "id">, { because }: Step, proposed: readonly Amendment[]): NewEntry | undefined {
  const decided = acl[direction].find(({ id }) => typeof because !== "string" && id === because.rule);
  const next = decided ? numberOf(decided) : Infinity;
  const entries = proposed.filter((each) => "acl" in each);
  const same = entries.find(({ number, entry }) => number < next && words(entry) === words(said));
  if (same) return same;
  const number = numberBefore([...acl[direction], ...entries.map(({ entry }) => entry)], next);
  if (number === undefined) return undefined;
  const id = `${acl.id}:${number}:${direction === "in" ? "ingress" : "egress"}`;
  return { acl: acl.id, direction, number, entry: { id, ...said } };
}

const words = ({ protocol, values, cidr }: Omit<AclEntry, "id">): string => JSON.stringify([protocol, values, formatCidr(cidr)]);

/** Of an interface's groups the one that fewest others have. */
function leastUsed({ interfaces }: Network, at: string): string | undefined {
  const groups = interfaces.get(at)?.groups ?? [];
  const users = (id: string): number => [...interfaces.values()].filter((each) => each.groups.includes(id)).length;
  return groups.map((id) => ({ id, users: users(id) })).toSorted((a, b) => a.users - b.users)[0]?.id;
}
