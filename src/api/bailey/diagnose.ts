/** `diagnose`: why traffic that flow records show as refused is, and the least that would have to change to admit it. */
import { commandOf } from "../../analyse/amendment.ts";
import { type Observed, otherWay, ownOf, packetOf, peerOf } from "../../analyse/observed.ts";
import type { Place } from "../../analyse/own-side.ts";
import { deniedBy, deniedHere, remedy, type Remedy, type Trial } from "../../analyse/remedy.ts";
import type { Scope } from "../../model/birth.ts";
import type { World } from "../../model/world.ts";
import { ephemeralPorts, type Networks, type Question, travel } from "../../policy/journey.ts";
import { insideCidrs, publicOf } from "../../policy/judge.ts";
import { lower } from "../../policy/lower.ts";
import { ownerOf } from "../../policy/route.ts";
import { formatIp, holds, type Ip } from "../../values/ip.ts";
import { within } from "../../values/ports.ts";
import { hasPorts } from "../../values/protocol.ts";
import { isRefusal, type Refusal } from "../../values/refuse.ts";
import { explain } from "./explain.ts";
import { decisionText, explained, type Explanation } from "./explanation.ts";
import { locateFlow, readFlows, type Seen } from "./flows-request.ts";

export interface Diagnosis {
  readonly revision: number;
  /** The whole journey of the first flow's connection, where both its ends are known. */
  readonly explanation?: Explanation;
  /** Commands, to be run in this order. None: the present policy admits it, or nothing that can be added would. */
  readonly commands: readonly string[];
  /** Whether the present policy, with the commands' changes, admits the connections there and back. */
  readonly admitted: boolean;
  /** What refuses it even so. */
  readonly remains?: string;
  /** Why nothing can be said. */
  readonly unknown?: string;
}

/** Of the flows together: changes for the one count for the next. */
export function diagnose(world: World, scope: Scope, input: unknown): Diagnosis | Refusal {
  const flows = readFlows(input);
  if (isRefusal(flows)) return flows;
  const { revision } = world;
  const commands: string[] = [];
  let networks = lower(world);
  let explanation: Explanation | undefined;
  for (const flow of flows) {
    const seen = locateFlow(world, scope, networks, flow);
    if (typeof seen === "string") return { revision, commands, admitted: false, unknown: seen };
    explanation ??= explanationOf(world, scope, networks, seen);
    const found = remedy(networks, trialOf(networks, seen));
    commands.push(...found.amendments.map(commandOf));
    networks = found.networks;
    if (found.remains) return { revision, ...(explanation && { explanation }), commands, admitted: false, remains: remainsText(seen.place, found.remains) };
  }
  return { revision, ...(explanation && { explanation }), commands, admitted: true };
}

function remainsText({ network }: Place, remains: NonNullable<Remedy["remains"]>): string {
  return remains === "nowhere" ? "no way leads there" : decisionText(explained(network, remains));
}

/** The whole connection where its opener is known, and in any case the gates of the interface where it was seen. */
function trialOf(networks: Networks, { place, observed }: Seen): Trial {
  const question = questionOf(networks, place, observed);
  return (present) => {
    const network = present.get(place.network.id) ?? place.network;
    const denied = question && deniedBy(travel(present, question), observed.clientPort);
    return denied && denied !== "nowhere" ? denied : (deniedHere({ ...place, network }, observed) ?? denied);
  };
}

const isOpener = ({ direction, reply }: Observed): boolean => (direction === "egress") !== reply;

/** The connection's first packet. */
function questionOf(networks: Networks, place: Place, observed: Observed): Question | undefined {
  if (!place.grouped) return undefined;
  const { protocol, value } = packetOf(observed.reply ? otherWay(observed) : observed);
  const { clientPort } = observed;
  const looked = { protocol, value, ...(hasPorts(protocol) && !within(ephemeralPorts, clientPort) && { sourcePort: clientPort }) };
  const [own, peer] = [ownOf(observed), peerOf(observed)];
  if (isOpener(observed)) {
    return { from: { network: place.network.id, interface: place.at.id }, source: own, destination: peer, ...looked };
  }
  const from = openerOf(networks, place, peer);
  const destination = from === "internet" ? reachedBy(place, own) : own;
  return from && destination && { from, source: peer, destination, ...looked };
}

/** Who opens connections from that address: an interface there, or of a peer, or the internet. */
function openerOf(networks: Networks, { network }: Place, ip: Ip): Question["from"] | undefined {
  const peers = [...network.peerings.values()].filter(({ cidrs }) => cidrs.some((cidr) => holds(cidr, ip)));
  for (const each of [network, ...peers.flatMap((peering) => networks.get(peering.network) ?? [])]) {
    const owner = ownerOf(each, ip);
    if (owner) return { network: each.id, interface: owner.id };
  }
  const inside = [...insideCidrs, ...network.cidrs].some((cidr) => holds(cidr, ip));
  return inside || !network.internet ? undefined : "internet";
}

/** What the internet knows the address by. */
const reachedBy = ({ network: { internet } }: Place, ip: Ip): Ip | undefined =>
  ip.family === 6 ? ip : internet && publicOf(internet, ip);

function explanationOf(world: World, scope: Scope, networks: Networks, { place, observed }: Seen): Explanation | undefined {
  const question = questionOf(networks, place, observed);
  if (!question) return undefined;
  const from = question.from === "internet" ? formatIp(question.source) : question.from.interface;
  const to = question.from === "internet" ? place.at.id : formatIp(question.destination);
  const { protocol, value } = question;
  const port = hasPorts(protocol) ? { port: value, sourcePort: observed.clientPort } : {};
  const found = explain(world, scope, { from, to, protocol: String(protocol), ...port });
  return isRefusal(found) ? undefined : found;
}
