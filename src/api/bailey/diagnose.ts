/** `diagnose`: why traffic that flow records show as refused is, and the least that would have to change to admit it. */
import { type Amendment, commandOf } from "../../analyse/amendment.ts";
import { type Observed, otherWay, ownOf, packetOf, peerOf } from "../../analyse/observed.ts";
import type { Place } from "../../analyse/own-side.ts";
import { deniedBy, deniedHere, remedy, type Remedy, type Trial } from "../../analyse/remedy.ts";
import type { Scope } from "../../model/birth.ts";
import type { World } from "../../model/world.ts";
import { type Networks, type Question, travel } from "../../policy/journey.ts";
import { insideCidrs, publicOf } from "../../policy/judge.ts";
import { lower } from "../../policy/lower.ts";
import { ownerOf } from "../../policy/route.ts";
import { formatIp, holds, type Ip } from "../../values/ip.ts";
import { hasPorts } from "../../values/protocol.ts";
import { isRefusal, type Refusal } from "../../values/refuse.ts";
import { explain } from "./explain.ts";
import { decisionText, explained, type Explanation } from "./explanation.ts";
import { locateFlow, readCases, type RecordedFlow, type Seen } from "./flows-request.ts";

export interface Diagnosis {
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

export interface Diagnoses {
  readonly revision: number;
  /** One for each case, in the order asked. */
  readonly diagnoses: readonly Diagnosis[];
}

/**
 * Of each case by itself: what one proposes does not help another, but no number is proposed for two entries. In a case,
 * changes for the one flow count for the next.
 */
export function diagnose(world: World, scope: Scope, input: unknown): Diagnoses | Refusal {
  const cases = readCases(input);
  if (isRefusal(cases)) return cases;
  const networks = lower(world);
  const proposed: Amendment[] = [];
  const diagnoses = cases.map((flows) => {
    const { amendments, ...rest } = diagnoseCase(world, scope, networks, flows, proposed);
    proposed.push(...amendments);
    return { commands: amendments.map(commandOf), ...rest };
  });
  return { revision: world.revision, diagnoses };
}

type Found = Omit<Diagnosis, "commands"> & { readonly amendments: readonly Amendment[] };

function diagnoseCase(world: World, scope: Scope, networks: Networks, flows: readonly RecordedFlow[], proposed: readonly Amendment[]): Found {
  const amendments: Amendment[] = [];
  let present = networks;
  let explanation: { explanation?: Explanation } = {};
  for (const flow of flows) {
    const seen = locateFlow(world, scope, present, flow);
    if (typeof seen === "string") return { amendments, admitted: false, unknown: seen };
    if (!explanation.explanation) explanation = explanationOf(world, scope, present, seen);
    const found = remedy(present, trialOf(present, seen), proposed);
    amendments.push(...found.amendments);
    present = found.networks;
    if (found.remains) return { ...explanation, amendments, admitted: false, remains: remainsText(seen.place, found.remains) };
  }
  return { ...explanation, amendments, admitted: true };
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
  const looked = { protocol, value, ...(hasPorts(protocol) && { sourcePort: observed.clientPort }) };
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

function explanationOf(world: World, scope: Scope, networks: Networks, { place, observed }: Seen): { explanation?: Explanation } {
  const question = questionOf(networks, place, observed);
  if (!question) return {};
  const from = question.from === "internet" ? formatIp(question.source) : question.from.interface;
  const to = question.from === "internet" ? place.at.id : formatIp(question.destination);
  const { protocol, value } = question;
  const port = hasPorts(protocol) ? { port: value, sourcePort: observed.clientPort } : {};
  const found = explain(world, scope, { from, to, protocol: String(protocol), ...port });
  return isRefusal(found) ? {} : { explanation: found };
}
