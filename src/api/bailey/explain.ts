/** `explain`: the judge's own walk for a connection between two things of a VPC, as JSON and as lines to read. */
import type { NetworkInterface, Vpc } from "../../model/resource.ts";
import { findIn, list, listed, need, type World } from "../../model/world.ts";
import type { Because, Judgement, Step } from "../../policy/judge.ts";
import { ephemeralPorts, type Journey, travel } from "../../policy/journey.ts";
import { lowerVpc } from "../../policy/lower.ts";
import type { AclEntry, GroupRule, Network, Values } from "../../policy/network.ts";
import { formatCidr, formatIp, type Ip, parseIp } from "../../values/ip.ts";
import type { Range } from "../../values/ports.ts";
import { hasPorts, hasTypes, parseProtocol, protocolName } from "../../values/protocol.ts";
import { isRefusal, type Refusal, refuse } from "../../values/refuse.ts";

export interface ExplainRequest {
  /** Instance, interface or private address. */
  readonly from: string;
  readonly to: string;
  /** tcp, udp, icmp, icmpv6 or a number. */
  readonly protocol: string;
  readonly port?: number;
  readonly sourcePort?: number;
  readonly type?: number;
  readonly code?: number;
}

export interface ExplainedStep {
  readonly gate: Step["gate"];
  readonly at: string;
  readonly action: "allow" | "deny";
  /** The deciding rule's id, or the reason where no rule decided. */
  readonly because: string;
  /** What the rule says. */
  readonly rule?: string;
}

export interface Explanation {
  readonly verdict: "ACCEPT" | "REJECT";
  readonly there: readonly ExplainedStep[];
  readonly back?: readonly ExplainedStep[];
  readonly decided: ExplainedStep;
  readonly refusedPorts?: readonly Range[];
  readonly text: readonly string[];
}

interface End {
  readonly resource: NetworkInterface;
  readonly ip: Ip;
}

const members: Readonly<Record<keyof ExplainRequest, "string" | "number">> = {
  from: "string",
  to: "string",
  protocol: "string",
  port: "number",
  sourcePort: "number",
  type: "number",
  code: "number",
};

function readRequest(input: unknown): ExplainRequest | Refusal {
  const given = Object.entries(typeof input === "object" && input !== null ? input : {});
  for (const [name, value] of given) {
    const wanted = Object.entries(members).find(([member]) => member === name)?.[1];
    if (wanted === undefined) return refuse("UnknownParameter", `The parameter ${name} is not recognized`);
    if (typeof value !== wanted) return refuse("InvalidParameterValue", `Value for parameter ${name} is not a ${wanted}.`);
  }
  for (const name of ["from", "to", "protocol"]) {
    if (!given.some(([member]) => member === name)) {
      return refuse("MissingParameter", `The request must contain the parameter ${name}`);
    }
  }
  return Object.fromEntries(given) as unknown as ExplainRequest;
}

/** Answers an ExplainRequest; refuses what it cannot find with the code the EC2 API has for it. */
export function explain(
  world: World,
  scope: { readonly account: string; readonly region: string },
  input: unknown,
): Refusal | Explanation {
  const request = readRequest(input);
  if (isRefusal(request)) return request;
  const protocol = parseProtocol(request.protocol);
  if (protocol === undefined || protocol === "all") {
    return refuse("InvalidParameterValue", `Invalid value '${request.protocol}' for IP protocol. Unknown protocol.`);
  }
  const value = valueOf(protocol, request);
  if (isRefusal(value)) return value;
  const from = endOf(world, scope, request.from, protocol);
  if (isRefusal(from)) return from;
  const to = endOf(world, scope, request.to, protocol, from.resource.vpc);
  if (isRefusal(to)) return to;
  if (from.resource.vpc !== to.resource.vpc) {
    return refuse("InvalidParameterValue", `${request.from} and ${request.to} are in different VPCs, which nothing connects.`);
  }
  const network = lowerVpc(world, need(world, "vpc", from.resource.vpc) satisfies Vpc);
  const [a, b] = [network.interfaces.get(from.resource.id), network.interfaces.get(to.resource.id)];
  if (!a || !b) throw new Error("an interface of the model is not in its network");
  const journey = travel(network, {
    from: a,
    to: b,
    source: from.ip,
    destination: to.ip,
    protocol,
    value,
    ...(request.sourcePort === undefined ? {} : { sourcePort: request.sourcePort }),
  });
  return told(network, journey, from, to, protocol, value, request);
}

function valueOf(protocol: number, request: ExplainRequest): number | Refusal {
  if (hasTypes(protocol)) {
    const type = request.type ?? (protocol === 1 ? 8 : 128);
    const code = request.code ?? 0;
    if (!isByte(type) || !isByte(code)) return refuse("InvalidParameterValue", "ICMP type and code are 0 to 255.");
    return (type << 8) | code;
  }
  if (!hasPorts(protocol)) return 0;
  if (request.port === undefined) return refuse("MissingParameter", "The request must contain the parameter port");
  for (const port of [request.port, request.sourcePort ?? 0]) {
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      return refuse("InvalidParameterValue", `Value (${port}) for parameter port is invalid. Ports are 0 to 65535.`);
    }
  }
  return request.port;
}

const isByte = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 255;

/** The interface, and which of its addresses: the one named, else the primary of the protocol's family. */
function endOf(
  world: World,
  scope: { readonly account: string; readonly region: string },
  text: string,
  protocol: number,
  vpc?: string,
): End | Refusal {
  const ip = parseIp(text);
  if (ip) {
    const wanted = formatIp(ip);
    const owners = list(world, scope, "network-interface").filter(
      (each) => [...each.addresses, ...each.ipv6Addresses].includes(wanted) && (vpc === undefined || each.vpc === vpc),
    );
    const [owner, second] = owners;
    if (owner && second) return refuse("InvalidParameterValue", `${text} is in several VPCs: name an instance or an interface.`);
    return owner ? { resource: owner, ip } : refuse("InvalidParameterValue", `No interface has the address ${text}.`);
  }
  const resource = text.startsWith("i-") ? primaryOf(world, scope, text) : findIn(world, scope, "network-interface", text);
  if (!resource) {
    return text.startsWith("i-")
      ? refuse("InvalidInstanceID.NotFound", `The instance ID '${text}' does not exist`)
      : refuse("InvalidNetworkInterfaceID.NotFound", `The networkInterface ID '${text}' does not exist`);
  }
  const address = protocol === 58 ? resource.ipv6Addresses[0] : resource.addresses[0];
  const own = address === undefined ? undefined : parseIp(address);
  return own ? { resource, ip: own } : refuse("InvalidParameterValue", `${text} has no address of that family.`);
}

function primaryOf(world: World, scope: { account: string; region: string }, id: string): NetworkInterface | undefined {
  if (!findIn(world, scope, "instance", id)) return undefined;
  return [...listed(world, "interfacesOfInstance", id).values()].find((each) => each.attachment?.deviceIndex === 0);
}

function told(
  network: Network,
  journey: Journey,
  from: End,
  to: End,
  protocol: number,
  value: number,
  request: ExplainRequest,
): Explanation {
  const steps = (judgement: Judgement) => judgement.trace.map((step) => explained(network, step));
  const there = steps(journey.there);
  const back = journey.back && steps(journey.back);
  const verdict = journey.verdict === "accept" ? "ACCEPT" : "REJECT";
  const decided = decisive(back && journey.back?.verdict === "drop" ? back : there);
  const what = `${protocolName(protocol)}${valueText(protocol, { from: value, to: value })}`;
  const client = request.sourcePort === undefined ? `${ephemeralPorts.from}-${ephemeralPorts.to}` : String(request.sourcePort);
  const text = [
    `${endText(from)} → ${endText(to)}, ${what}`,
    ...there.map(stepText),
    ...(back ? [`reply to ${formatIp(from.ip)}${hasPorts(protocol) ? `, source port ${client}` : ""}`, ...back.map(stepText)] : []),
    ...(journey.refusedPorts
      ? [`refused only for replies to source ports ${journey.refusedPorts.map(rangeText).join(", ")}`]
      : []),
    `${verdict}: ${decided.gate} at ${decided.at}, ${decided.because}${decided.rule ? ` (${decided.rule})` : ""}`,
  ];
  return {
    verdict,
    there,
    ...(back ? { back } : {}),
    decided,
    ...(journey.refusedPorts ? { refusedPorts: journey.refusedPorts } : {}),
    text,
  };
}

/** The step that made the verdict: the refusal, or the last rule that let it through. */
function decisive(steps: readonly ExplainedStep[]): ExplainedStep {
  const last = steps.at(-1);
  if (!last) throw new Error("a judgement without a step");
  return last.action === "deny" ? last : (steps.findLast(({ rule }) => rule !== undefined) ?? last);
}

const endText = ({ resource, ip }: End): string =>
  `${resource.attachment ? `${resource.attachment.instance} ` : ""}${resource.id} (${formatIp(ip)})`;

const stepText = ({ gate, at, action, because, rule }: ExplainedStep): string =>
  `  ${gate.padEnd(17)}  ${at.padEnd(24)}  ${action.padEnd(5)}  ${because}${rule ? `  ${rule}` : ""}`;

function explained(network: Network, { gate, at, action, because }: Step): ExplainedStep {
  const rule = ruleText(network, gate, because);
  const reason = typeof because === "string" ? because : because.rule;
  const owner = typeof because === "string" ? at : because.owner;
  return { gate, at: owner, action, because: reason, ...(rule ? { rule } : {}) };
}

/** The rule as its owner wrote it. */
function ruleText(network: Network, gate: Step["gate"], because: Because): string | undefined {
  if (typeof because === "string") return undefined;
  const direction = gate === "groups out" || gate === "acl out" ? "out" : "in";
  const preposition = direction === "out" ? "to" : "from";
  const rule: GroupRule | AclEntry | undefined =
    network.groups.get(because.owner)?.[direction].find(({ id }) => id === because.rule) ??
    network.acls.get(because.owner)?.[direction].find(({ id }) => id === because.rule);
  if (!rule) return undefined;
  const peer = "cidr" in rule ? formatCidr(rule.cidr) : "cidr" in rule.peer ? formatCidr(rule.peer.cidr) : "members" in rule.peer ? rule.peer.members : rule.peer.prefixes;
  const action = "action" in rule ? rule.action : "allow";
  return `${action} ${protocolText(rule.protocol)}${valueText(rule.protocol, rule.values)} ${preposition} ${peer}`;
}

const protocolText = (protocol: number | "all"): string => (protocol === "all" ? "all traffic" : protocolName(protocol));

const rangeText = ({ from, to }: Range): string => (from === to ? String(from) : `${from}-${to}`);

function valueText(protocol: number | "all", values: Values): string {
  if (values === "any" || protocol === "all" || !(hasPorts(protocol) || hasTypes(protocol))) return "";
  if (hasPorts(protocol)) return ` ${rangeText(values)}`;
  const type = values.from >> 8;
  return values.from === values.to ? ` type ${type} code ${values.from & 255}` : ` type ${type}`;
}
