/** `explain`: what becomes of a connection between two ends, and why: the judge's own walk where the filter decides. */
import type { Scope } from "../../model/birth.ts";
import { need, type World } from "../../model/world.ts";
import { travel } from "../../policy/journey.ts";
import { lowerVpc } from "../../policy/lower.ts";
import { hasPorts, hasTypes, ICMP, parseProtocol } from "../../values/protocol.ts";
import { isRefusal, type Refusal, refuse } from "../../values/refuse.ts";
import { endsOf } from "./ends.ts";
import { type Asked, type Explanation, settled, travelled } from "./explanation.ts";
import { readRequest } from "./request.ts";
import { withoutFilter } from "./unfiltered.ts";

export interface ExplainRequest {
  /** Instance, interface or private address. */
  readonly from: string;
  /** The same, or an address nobody has. */
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
export function explain(world: World, scope: Scope, input: unknown): Refusal | Explanation {
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
  const { from, to } = decided;
  const network = lowerVpc(world, need(world, "vpc", from.resource.vpc));
  const [a, b] = [network.interfaces.get(from.resource.id), network.interfaces.get(to.resource.id)];
  if (!a || !b) throw new Error("an interface of the model is not in its network");
  const journey = travel(network, { ...asked, from: a, to: b, source: from.ip, destination: to.ip });
  return travelled(network, asked, from.ip, journey);
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
