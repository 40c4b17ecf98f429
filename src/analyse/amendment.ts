/** What can be added to a network's policy so that it admits more: a rule of a group, or an entry of a list. */
import type { Acl, AclEntry, Direction, Group, GroupRule, Network, Peer } from "../policy/network.ts";
import type { Networks } from "../policy/journey.ts";
import { formatCidr } from "../values/ip.ts";
import { hasPorts, hasTypes, protocolName } from "../values/protocol.ts";

export interface NewRule {
  readonly group: string;
  readonly direction: Direction;
  readonly rule: GroupRule;
}

export interface NewEntry {
  readonly acl: string;
  readonly direction: Direction;
  readonly number: number;
  readonly entry: AclEntry;
}

export type Amendment = NewRule | NewEntry;

/** The networks with the amendment, wherever they have that group or list. */
export const amended = (networks: Networks, amendment: Amendment): Networks =>
  new Map([...networks].map(([id, network]) => [id, "acl" in amendment ? withEntry(network, amendment) : withRule(network, amendment)]));

function withRule(network: Network, { group: id, direction, rule }: NewRule): Network {
  const group = network.groups.get(id);
  if (!group) return network;
  const more: Group = { ...group, [direction]: [...group[direction], rule] };
  return { ...network, groups: new Map(network.groups).set(id, more) };
}

function withEntry(network: Network, { acl: id, direction, number, entry }: NewEntry): Network {
  const acl = network.acls.get(id);
  if (!acl) return network;
  const later = acl[direction].findIndex((each) => numberOf(each) > number);
  const at = later < 0 ? acl[direction].length : later;
  const more: Acl = { ...acl, [direction]: acl[direction].toSpliced(at, 0, entry) };
  return { ...network, acls: new Map(network.acls).set(id, more) };
}

/** The greatest number an entry may have that somebody writes. */
const greatest = 32766;

/** An entry's number in its list; its id is list:number:direction. */
export const numberOf = ({ id }: Pick<AclEntry, "id">): number => Number(id.split(":").at(-2));

/** A free number for an entry that comes right before another one, round where there is room; undefined where all are taken. */
export function numberBefore(entries: readonly AclEntry[], next: number): number | undefined {
  const taken = new Set(entries.map(numberOf));
  const previous = Math.max(0, ...[...taken].filter((number) => number < next));
  if (next > greatest && previous < greatest) return Math.min(greatest, (Math.floor(previous / 10) + 1) * 10);
  if (next - previous > 1) {
    const middle = previous + Math.floor((next - previous) / 2);
    const round = Math.floor(middle / 10) * 10;
    return round > previous ? round : middle;
  }
  for (let number = next - 1; number > 0; number--) if (!taken.has(number)) return number;
  return undefined;
}

/** The amendment as the command that makes it. */
export function commandOf(amendment: Amendment): string {
  return `aws ec2 ${("acl" in amendment ? entryWords(amendment) : ruleWords(amendment)).join(" ")}`;
}

function ruleWords({ group, direction, rule }: NewRule): string[] {
  return [
    `authorize-security-group-${direction === "in" ? "ingress" : "egress"}`,
    `--group-id ${group}`,
    `--ip-permissions 'IpProtocol=${protocolName(rule.protocol)}${rangeWords(rule)},${peerWords(rule.peer)}'`,
  ];
}

function rangeWords({ protocol, values }: GroupRule): string {
  if (protocol === "all" || !(hasPorts(protocol) || hasTypes(protocol))) return "";
  if (values === "any") return ",FromPort=-1,ToPort=-1";
  const [from, to] = hasTypes(protocol) ? typeAndCode(values) : [values.from, values.to];
  return `,FromPort=${from},ToPort=${to}`;
}

function peerWords(peer: Peer): string {
  if ("members" in peer) return `UserIdGroupPairs=[{GroupId=${peer.members}}]`;
  if ("prefixes" in peer) return `PrefixListIds=[{PrefixListId=${peer.prefixes}}]`;
  const text = formatCidr(peer.cidr);
  return peer.cidr.family === 4 ? `IpRanges=[{CidrIp=${text}}]` : `Ipv6Ranges=[{CidrIpv6=${text}}]`;
}

/** -1 stands for any code. */
const typeAndCode = ({ from, to }: { readonly from: number; readonly to: number }): [number, number] => [
  from >> 8,
  from === to ? from & 255 : -1,
];

function entryWords({ acl, direction, number, entry }: NewEntry): string[] {
  const { protocol, values, cidr, action } = entry;
  const looks = values === "any" || protocol === "all" ? [] : valueWords(protocol, values);
  return [
    "create-network-acl-entry",
    `--network-acl-id ${acl}`,
    direction === "in" ? "--ingress" : "--egress",
    `--rule-number ${number}`,
    `--protocol ${protocol === "all" ? "-1" : protocol}`,
    ...looks,
    `--${cidr.family === 4 ? "cidr-block" : "ipv6-cidr-block"} ${formatCidr(cidr)}`,
    `--rule-action ${action}`,
  ];
}

function valueWords(protocol: number, values: { readonly from: number; readonly to: number }): string[] {
  if (hasPorts(protocol)) return [`--port-range From=${values.from},To=${values.to}`];
  const [type, code] = typeAndCode(values);
  return [`--icmp-type-code Type=${type},Code=${code}`];
}
