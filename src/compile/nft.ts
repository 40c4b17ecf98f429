/** The only file that knows nftables' grammar: rulesets as text that nft 1.0.6 and later take. */
import { type Cidr, formatCidr, formatIp, type Ip, widthOf } from "../values/ip.ts";
import type { Range } from "../values/ports.ts";
import type { Action, Chain, Element, Field, KeyPart, Label, Match, Part, Rule, SetDefinition, Timeout } from "./rule.ts";
import { generationShift, labelBits } from "./rule.ts";

/** Our table, in each router's network namespace; we touch no other. */
export const table = "inet bailey";

const fieldTypes: Record<Field, string> = {
  iif: "ifname",
  oif: "ifname",
  iifIndex: "iface_index",
  oifIndex: "iface_index",
  route: "iface_index",
  saddr4: "ipv4_addr",
  daddr4: "ipv4_addr",
  saddr6: "ipv6_addr",
  daddr6: "ipv6_addr",
  protocol: "inet_proto",
  port: "inet_service",
  replyPort: "inet_service",
  type: "inet_service",
  replyDaddr4: "ipv4_addr",
  originalDaddr4: "ipv4_addr",
  sport: "inet_service",
  flags: "tcp_flag",
  mark: "mark",
};

/** ICMP's type and code are where TCP and UDP have their source port: the first 16 bits of the transport header. */
const fieldExpressions: Record<Field, string> = {
  iif: "iifname",
  oif: "oifname",
  iifIndex: "iif",
  oifIndex: "oif",
  route: "fib daddr . mark oif",
  saddr4: "ip saddr",
  daddr4: "ip daddr",
  saddr6: "ip6 saddr",
  daddr6: "ip6 daddr",
  protocol: "meta l4proto",
  port: "th dport",
  replyPort: "ct reply proto-dst",
  type: "th sport",
  replyDaddr4: "ct reply ip daddr",
  originalDaddr4: "ct original ip daddr",
  sport: "th sport",
  flags: "tcp flags",
  mark: "meta mark",
};

/** Flowtables and marks apart, nft wants names of letters, digits, slash, dash, underscore, dot. Ours have no others. */
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
const familyName = (family: 4 | 6): string => (family === 4 ? "ipv4" : "ipv6");

function rangeText({ from, to }: Range): string {
  return from === to ? String(from) : `${from}-${to}`;
}

function cidrText(cidr: Cidr): string {
  return cidr.length === widthOf(cidr.family) ? formatIp({ family: cidr.family, bits: cidr.base }) : formatCidr(cidr);
}

const ipRangeText = (first: Ip, last: Ip): string =>
  first.bits === last.bits ? formatIp(first) : `${formatIp(first)}-${formatIp(last)}`;

function keyText(part: KeyPart): string {
  if (typeof part === "string") return `"${part}"`;
  if (typeof part === "number") return String(part);
  if ("cidr" in part) return cidrText(part.cidr);
  return "first" in part ? ipRangeText(part.first, part.last) : rangeText(part);
}

const keyExpression = (fields: readonly Field[]): string => fields.map((field) => fieldExpressions[field]).join(" . ");

const generationMask = (2 ** 32 - (1 << generationShift)) >>> 0;
const generationBits = (generation: number): number => (generation << generationShift) >>> 0;

const maskOf = (label: Label): number => (2 ** labelBits[label].width - 1) << labelBits[label].shift;
const labelled = (label: Label, value: number): string => hex(value << labelBits[label].shift);

const standings = {
  connection: "new,established",
  alone: "related,invalid,untracked",
  error: "related",
  lone: "invalid,untracked",
  unknown: "new,invalid,untracked",
} as const;

function matchText(match: Match): string {
  if ("lookup" in match) return `${keyExpression(match.lookup)} @${match.set}`;
  if ("family" in match) return `meta nfproto ${familyName(match.family)}`;
  if ("protocol" in match) return `meta l4proto ${match.protocol}`;
  if ("values" in match) return `${fieldExpressions[match.field]} ${rangeText(match.values)}`;
  if ("peer" in match) {
    const { family, length } = match.cidr;
    if (length === 0) return `meta nfproto ${familyName(family)}`;
    return `${fieldExpressions[`${match.peer}${family}`]} ${cidrText(match.cidr)}`;
  }
  if ("oneOf" in match) {
    const pairs = match.oneOf.map(({ family, protocol }) => `${familyName(family)} . ${protocol}`);
    return `meta nfproto . meta l4proto { ${pairs.join(", ")} }`;
  }
  if ("standing" in match) {
    return `ct state ${standings[match.standing]}`;
  }
  if ("way" in match) return `ct direction ${match.way}`;
  if ("remembers" in match) return `ct mark and ${hex(match.remembers)} == ${hex(match.remembers)}`;
  if ("current" in match) {
    return `ct mark and ${hex(generationMask | match.seen)} == ${hex(generationBits(match.current) | match.seen)}`;
  }
  if ("fresh" in match) return "ct state new";
  if ("labelled" in match) {
    return `meta mark and ${hex(maskOf(match.of))} == ${labelled(match.of, match.labelled)}`;
  }
  if ("out" in match) return `oifname "${match.out}"`;
  if ("into" in match) return `iifname "${match.into}"`;
  if ("first" in match) return "ct status and confirmed == 0";
  if ("midstream" in match) return "tcp flags & (fin | syn | rst | ack) != syn";
  if ("turning" in match) return "tcp flags & (fin | syn | rst) != 0";
  if ("notPorts" in match) return "meta l4proto != { 6, 17 }";
  if ("oneIn" in match) return `numgen random mod ${match.oneIn} 0`;
  if ("outdated" in match) return `ct mark and ${hex(generationMask)} != ${hex(generationBits(match.outdated))}`;
  if ("lacks" in match) return `meta mark and ${hex(match.lacks)} == 0x0`;
  return `meta mark and ${hex(match.noted)} == ${hex(match.noted)}`;
}

function actionText(action: Action): string {
  if ("goto" in action) return `goto ${action.goto}`;
  if ("jump" in action) return `jump ${action.jump}`;
  if ("dispatch" in action) return `${keyExpression(action.dispatch)} vmap @${action.map}`;
  if ("accept" in action) return "accept";
  if ("drop" in action) return "drop";
  if ("remember" in action) return `ct mark set ct mark or ${hex(action.remember)}`;
  if ("renew" in action) {
    return `ct mark set ct mark and 0xc or ${hex(generationBits(action.renew))}`;
  }
  if ("note" in action) return `meta mark set meta mark or ${hex(action.note)}`;
  if ("untrack" in action) return "notrack";
  if ("zone" in action) return `ct zone set ${action.zone}`;
  if ("return" in action) return "return";
  if ("idle" in action) return `ct timeout set "${action.idle}"`;
  if ("label" in action) {
    return `meta mark set meta mark and ${hex(~maskOf(action.of))} or ${labelled(action.of, action.label)}`;
  }
  if ("stamp" in action) return `meta mark set ${keyExpression(action.stamp)} map @${action.map}`;
  if ("addMark" in action) return `meta mark set meta mark or ${hex(action.addMark)}`;
  if ("count" in action) return `update @${action.set} { ${keyExpression(action.count)} counter }`;
  if ("tally" in action) return `counter name "${action.tally}"`;
  if ("reset" in action) return "reject with tcp reset";
  if ("translate" in action) {
    const verb = action.translate === "daddr4" ? "dnat" : "snat";
    return `${verb} ip to ${fieldExpressions[action.translate]} map @${action.map}`;
  }
  if ("masquerade" in action) {
    return `snat ip to ${formatIp(action.masquerade)}${action.ports ? `:${rangeText(action.ports)}` : ""}`;
  }
  return `meta mark set meta mark and ${hex(~action.unnote)}`;
}

/** nft takes comments of up to 128 characters; an id cut in two would mislead, so whole ids only. */
function commentText(comment: string | undefined): string {
  if (comment === undefined) return "";
  let text = "";
  for (const id of comment.split(" ")) {
    if (text.length + id.length + 1 > 120) return ` comment "${text} …"`;
    text = text === "" ? id : `${text} ${id}`;
  }
  return ` comment "${text}"`;
}

const ruleText = (rule: Rule): string =>
  [...rule.when.map(matchText), ...rule.do.map(actionText)].join(" ") + commentText(rule.comment);

const valueTypes = { mark: "mark", address4: "ipv4_addr" } as const;

export function addSet(set: SetDefinition): string {
  const type = set.key.map((field) => fieldTypes[field]).join(" . ");
  // What elements carry beside their key must be declared; the number is theirs.
  if (set.keeps) {
    const { seconds, most } = set.keeps;
    return `add set ${table} ${set.name} { type ${type}; size ${most}; flags dynamic,timeout; timeout ${seconds}s; }`;
  }
  const flags = (set.intervals ? " flags interval;" : "") + (set.counts ? " ct count over 1; counter;" : "");
  const value = set.toChain ? "verdict" : set.to && valueTypes[set.to];
  return value
    ? `add map ${table} ${set.name} { type ${type} : ${value};${flags} }`
    : `add set ${table} ${set.name} { type ${type};${flags} }`;
}

export function addChain({ name, hook }: Chain): string {
  if (!hook) return `add chain ${table} ${name}`;
  const translates = hook.priority === "dstnat" || hook.priority === "srcnat";
  const kind = translates ? "type nat" : "type filter";
  return `add chain ${table} ${name} { ${kind} hook ${hook.at} priority ${hook.priority}; policy ${translates ? "accept" : "drop"}; }`;
}

export const addRules = ({ name, rules }: Chain): string[] =>
  rules.map((rule) => `add rule ${table} ${name} ${ruleText(rule)}`);

export function addTimeout({ name, protocol, policy }: Timeout): string {
  const times = Object.entries(policy).map(([state, seconds]) => `${state} : ${seconds}`);
  return `add ct timeout ${table} ${name} { protocol ${protocol}; policy = { ${times.join(", ")} }; }`;
}
export const deleteTimeout = ({ name }: Timeout): string => `delete ct timeout ${table} ${name}`;

export const addTally = (name: string): string => `add counter ${table} ${name}`;
export const deleteTally = (name: string): string => `delete counter ${table} ${name}`;

export const flushChain = (name: string): string => `flush chain ${table} ${name}`;
export const deleteChain = (name: string): string => `delete chain ${table} ${name}`;
export const deleteSet = ({ name, toChain, to }: SetDefinition): string =>
  `delete ${toChain || to ? "map" : "set"} ${table} ${name}`;

const elementText = (element: Element, whole: boolean): string =>
  element.key.map(keyText).join(" . ") + (whole ? besideKey(element) : "") + targetText(element);

/** What was refused is counted after the connections, so only where there were too many. */
const besideKey = ({ allowance, comment }: Element): string =>
  (allowance === undefined ? "" : ` ct count over ${allowance} counter`) + commentText(comment);

function targetText({ chain, verdict, value }: Element): string {
  if (chain !== undefined) return ` : goto ${chain}`;
  if (value !== undefined) return ` : ${typeof value === "number" ? hex(value) : formatIp(value)}`;
  return verdict === undefined ? "" : ` : ${verdict}`;
}

export const addElements = (set: string, elements: readonly Element[]): string =>
  `add element ${table} ${set} { ${elements.map((element) => elementText(element, true)).join(", ")} }`;

export const deleteElements = (set: string, elements: readonly Element[]): string =>
  `delete element ${table} ${set} { ${elements.map((element) => elementText(element, false)).join(", ")} }`;

/** All that makes a part from nothing. */
export const partText = ({ sets, chains, elements, timeouts = [], tallies = [] }: Part): string[] => [
  ...sets.map(addSet),
  ...tallies.map(addTally),
  ...timeouts.map(addTimeout),
  ...chains.map(addChain),
  ...elements.map((element) => addElements(element.set, [element])),
  ...chains.flatMap(addRules),
];

/** Makes our table anew, whatever was in it: `add` first, as deleting what is not there is an error. */
export const replaceTable = (): string[] => [`add table ${table}`, `delete table ${table}`, `add table ${table}`];

const markerPrefix = "intended";

/** An empty chain whose name says what the ruleset was meant to be: it changes in the same transaction as the rules. */
export const markerChain = (fingerprint: string, generation: number): string =>
  `${markerPrefix}/${fingerprint}/${generation}`;

/** Reads the marker back from what `list chains inet` prints; undefined where our table holds none. */
export function parseMarker(listing: string): { fingerprint: string; generation: number } | undefined {
  const found = new RegExp(`chain ${markerPrefix}/([0-9a-f]{16})/(\\d+) `).exec(listing);
  return found?.[1] && found[2] ? { fingerprint: found[1], generation: Number(found[2]) } : undefined;
}

/** Prints the set of allowances, with what each interface was refused. */
export const listAllowances = `list set ${table} allowance`;

/** Packets refused for want of room, by interface, from what `listAllowances` prints. */
export const parseRefused = (listing: string): ReadonlyMap<string, number> =>
  new Map([...listing.matchAll(/counter packets (\d+) bytes \d+ comment "([^"]+)"/g)].map(([, packets, id = ""]) => [id, Number(packets)]));
