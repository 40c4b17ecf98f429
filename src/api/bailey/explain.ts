/** `explain`: what becomes of a connection between two ends, and why: the judge's own walk where the filter decides. */
import type { Scope } from "../../model/birth.ts";
import { find, need, type World } from "../../model/world.ts";
import { travel } from "../../policy/journey.ts";
import { lower } from "../../policy/lower.ts";
import { isInterface } from "../../policy/network.ts";
import { wayOf } from "../../policy/route.ts";
import { formatIp } from "../../values/ip.ts";
import { hasPorts, hasTypes, ICMP, parseProtocol } from "../../values/protocol.ts";
import { isRefusal, type Refusal, refuse } from "../../values/refuse.ts";
import { endsOf } from "./ends.ts";
import { type Asked, type Explanation, type FateBeyond, settled, travelled } from "./explanation.ts";
import { readRequest } from "./request.ts";
import { absence, type Filtered, unrouted, withoutFilter } from "./unfiltered.ts";

export interface ExplainRequest {
  /** Instance, interface, private address, or an address of the internet. */
  readonly from: string;
  /** The same, or any address. */
  readonly to: string;
  /** tcp, udp, icmp, icmpv6 or a number. */
  readonly protocol: string;
  readonly port?: number;
  readonly sourcePort?: number;
  readonly type?: number;
  readonly code?: number;
}

const members = {
  from: "string",
  to: "string",
  protocol: "string",
  port: "number",
  sourcePort: "number",
  type: "number",
  code: "number",
} as const satisfies Readonly<Record<keyof ExplainRequest, string>>;

/** Answers an ExplainRequest; refuses what it cannot find with the code the EC2 API has for it. */
export function explain(world: World, scope: Scope, input: unknown, beyond?: FateBeyond): Refusal | Explanation {
  const request: ExplainRequest | Refusal = readRequest(input, members, ["from", "to", "protocol"]);
  if (isRefusal(request)) return request;
  const protocol = parseProtocol(request.protocol);
  if (protocol === undefined || protocol === "all") {
    return refuse("InvalidParameterValue", `Invalid value '${request.protocol}' for IP protocol. Unknown protocol.`);
  }
  const value = valueOf(protocol, request);
  if (isRefusal(value)) return value;
  const ends = endsOf(world, scope, request, protocol);
  if (isRefusal(ends)) return ends;
  const { sourcePort } = request;
  const asked: Asked = { ...ends, protocol, value, ...(sourcePort !== undefined && { sourcePort }) };
  const decided = withoutFilter(world, ends, protocol, value);
  if ("gate" in decided) return settled(asked, decided);
  return explainJourney(world, asked, decided, beyond);
}

function explainJourney(world: World, asked: Asked, { from, to }: Filtered, beyond: FateBeyond | undefined): Explanation {
  const networks = lower(world);
  const start = from.kind === "nobody" ? ("internet" as const) : { network: from.resource.vpc, interface: from.resource.id };
  const journey = travel(networks, { ...asked, from: start, source: from.ip, destination: to });
  const [first] = journey.there;
  if (!first) return settled(asked, { gate: "internet", at: formatIp(to), action: "deny", because: "no public address of this region" });
  const ownWay = wayOf(first.network, first.from, first.packet.destination);
  if (from.kind === "address" && !ownWay.to && !ownWay.route) return settled(asked, unrouted(world, from, asked.to, to));
  const last = journey.there.at(-1)?.to;
  if (last && isInterface(last)) {
    const resource = need(world, "network-interface", last.id);
    const instance = resource.attachment && find(world, "instance", resource.attachment.instance);
    if (instance?.state !== "running") return settled(asked, absence({ resource, ...(instance && { instance }) }));
  }
  return travelled(asked, from.ip, journey, beyond);
}

function valueOf(protocol: number, request: ExplainRequest): number | Refusal {
  if (hasTypes(protocol)) {
    const type = request.type ?? (protocol === ICMP ? 8 : 128);
    const code = request.code ?? 0;
    if (!isByte(type) || !isByte(code)) return refuse("InvalidParameterValue", "ICMP type and code are 0 to 255.");
    return (type << 8) | code;
  }
  if (!hasPorts(protocol)) return 0;
  if (request.port === undefined) return refuse("MissingParameter", "The request must contain the parameter port");
  for (const name of ["port", "sourcePort"] as const) {
    const port = request[name] ?? 0;
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      return refuse("InvalidParameterValue", `Value (${port}) for parameter ${name} is invalid. Ports are 0 to 65535.`);
    }
  }
  return request.port;
}

const isByte = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 255;
