/** Reads the traffic of flow records that a request asks about, and finds where it was seen. */
import { type FlowDirection, type Observed } from "../../analyse/observed.ts";
import type { Place } from "../../analyse/own-side.ts";
import { addressesOf } from "../../model/network-interface.ts";
import type { Scope } from "../../model/birth.ts";
import type { NetworkInterface } from "../../model/resource.ts";
import { findIn, type World } from "../../model/world.ts";
import type { Networks } from "../../policy/journey.ts";
import { deviceName } from "../../policy/lower.ts";
import type { Interface } from "../../policy/network.ts";
import { owns } from "../../policy/route.ts";
import { parseIp } from "../../values/ip.ts";
import { isRefusal, type Refusal, refuse } from "../../values/refuse.ts";
import { readRequest } from "./request.ts";

/** Traffic as records have it: see Observed. */
export interface RecordedFlow {
  readonly interface: string;
  readonly action: "ACCEPT" | "REJECT";
  /** Where the logs don't say it, it is the one of whose address the interface's is. */
  readonly direction?: FlowDirection;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly port: number;
  readonly clientPort: number;
  readonly reply: boolean;
}

const members = {
  interface: "string",
  action: "string",
  direction: "string",
  source: "string",
  destination: "string",
  protocol: "number",
  port: "number",
  clientPort: "number",
  reply: "boolean",
} as const satisfies Readonly<Record<keyof RecordedFlow, string>>;
const required = ["interface", "action", "source", "destination", "protocol", "port", "clientPort", "reply"] as const;

/** So that no request holds up the others for long. */
const mostFlows = 2000;

/** The member `flows` of a request. */
export function readFlows(input: unknown): readonly RecordedFlow[] | Refusal {
  const flows = listIn(input, "flows");
  return isRefusal(flows) ? flows : readAll(flows);
}

/** The member `cases` of a request: flows that belong together, a list for each. */
export function readCases(input: unknown): readonly (readonly RecordedFlow[])[] | Refusal {
  const cases = listIn(input, "cases");
  if (isRefusal(cases)) return cases;
  const read: (readonly RecordedFlow[])[] = [];
  for (const each of cases) {
    const flows = Array.isArray(each) ? readAll(each) : invalid("cases", String(each));
    if (isRefusal(flows)) return flows;
    read.push(flows);
  }
  const count = read.reduce((sum, each) => sum + each.length, 0);
  return count <= mostFlows ? read : tooMany;
}

const tooMany = refuse("InvalidParameterValue", `At most ${mostFlows} flows can be asked about at once.`);

function listIn(input: unknown, name: string): readonly unknown[] | Refusal {
  const given = new Map<string, unknown>(Object.entries(typeof input === "object" && input !== null ? input : {}));
  const value = given.get(name);
  return Array.isArray(value) ? value : refuse("MissingParameter", `The request must contain the parameter ${name}`);
}

function readAll(flows: readonly unknown[]): readonly RecordedFlow[] | Refusal {
  if (flows.length > mostFlows) return tooMany;
  const read: RecordedFlow[] = [];
  for (const each of flows) {
    const flow = readFlow(each);
    if (isRefusal(flow)) return flow;
    read.push(flow);
  }
  return read;
}

function readFlow(input: unknown): RecordedFlow | Refusal {
  const flow = readRequest(input, members, required);
  if (isRefusal(flow)) return flow;
  const { action, direction, protocol, port, clientPort, ...rest } = flow;
  if (action !== "ACCEPT" && action !== "REJECT") return invalid("action", action);
  if (direction !== undefined && direction !== "ingress" && direction !== "egress") return invalid("direction", direction);
  for (const name of ["source", "destination"] as const) if (!parseIp(rest[name])) return invalid(name, rest[name]);
  if (!isUpTo(protocol, 255)) return invalid("protocol", protocol);
  if (!isUpTo(port, 65535)) return invalid("port", port);
  if (!isUpTo(clientPort, 65535)) return invalid("clientPort", clientPort);
  return { ...rest, action, protocol, port, clientPort, ...(direction && { direction }) };
}

const invalid = (name: string, value: string | number): Refusal => refuse("InvalidParameterValue", `Value (${value}) for parameter ${name} is invalid.`);
const isUpTo = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most;

export interface Seen {
  readonly place: Place;
  readonly observed: Observed;
}

/** Where the traffic was seen; or why nothing can be said of it. */
export function locateFlow(world: World, scope: Scope, networks: Networks, flow: RecordedFlow): Seen | string {
  const resource = findIn(world, scope, "network-interface", flow.interface);
  if (!resource) return `${flow.interface} is no longer there`;
  const network = networks.get(resource.vpc);
  const at = network?.interfaces.get(resource.id) ?? ofNat(resource);
  const [source, destination] = [parseIp(flow.source), parseIp(flow.destination)];
  if (!network || !source || !destination) return `${flow.interface} is in no network`;
  const direction = flow.direction ?? (owns(at, destination) ? "ingress" : owns(at, source) ? "egress" : undefined);
  if (!direction) return `neither end is an address of ${flow.interface}, and the logs don't say the direction`;
  const { protocol, port, clientPort, reply } = flow;
  const place = { network, at, grouped: resource.natGateway === undefined };
  return { place, observed: { direction, source, destination, protocol, port, clientPort, reply } };
}

/** The interface of a NAT gateway, which the policy knows by the gateway. */
const ofNat = (resource: NetworkInterface): Interface => ({
  id: resource.id,
  device: deviceName(resource.id),
  index: resource.number,
  mac: resource.mac,
  subnet: resource.subnet,
  groups: [],
  addresses: addressesOf(resource),
  checked: false,
});
