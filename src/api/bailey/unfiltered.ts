/** What is decided without the filter: what nobody sends or nobody has, what no route takes, what nothing checks. */
import type { Instance } from "../../model/resource.ts";
import { blocksOf } from "../../model/vpc.ts";
import { listed, need, type World } from "../../model/world.ts";
import { type Cidr, firstOf, formatIp, holds, hostCidr, type Ip, offset, cidrOf } from "../../values/ip.ts";
import { ICMP } from "../../values/protocol.ts";
import type { Address, Ends, Gone } from "./ends.ts";
import type { ExplainedStep } from "./explanation.ts";

/** An address of an instance that runs. */
type Present = Address & { readonly instance: Instance };

/** The ends of a packet that the filter decides about: both are present, in one VPC. */
export interface Filtered {
  readonly from: Present;
  readonly to: Present;
}

/** The one step that decides, or the ends between which the filter does. `value` is ICMP's type<<8|code. */
export function withoutFilter(world: World, { from, to }: Ends, protocol: number, value: number): ExplainedStep | Filtered {
  if (!isPresent(from)) return absence(from);
  if (to.kind === "nobody") {
    return isLoopback(to.ip) ? loopback(from) : (atRouter(world, from, to.ip, protocol, value) ?? unrouted(world, from, to.ip));
  }
  if (!isPresent(to)) return absence(to);
  if (from.instance.id === to.instance.id) return loopback(from);
  const { vpc } = from.resource;
  if (vpc === to.resource.vpc) return { from, to };
  return { gate: "route", at: vpc, action: "deny", because: `${vpc} and ${to.resource.vpc} are not connected` };
}

const isPresent = (end: Address | Gone): end is Present => end.kind === "address" && end.instance?.state === "running";

/** Only an instance that runs has its interfaces on the network. */
function absence(end: Address | Gone): ExplainedStep {
  const at = end.kind === "gone" ? end.instance.id : end.resource.id;
  const because = end.instance ? `${end.instance.id} is ${end.instance.state}` : `${at} is attached to nothing`;
  return { gate: "interface", at, action: "deny", because };
}

const loopback = ({ resource }: Present): ExplainedStep => ({
  gate: "loopback",
  at: resource.id,
  action: "allow",
  because: "never leaves the instance",
});

const loopbacks: readonly Cidr[] = [{ family: 4, base: 127n << 24n, length: 8 }, hostCidr({ family: 6, bits: 1n })];
const isLoopback = (ip: Ip): boolean => loopbacks.some((block) => holds(block, ip));

/** The router has an address in every subnet, the first after its base. Nothing filters it, and it answers echo requests only. */
function atRouter(world: World, { resource }: Present, ip: Ip, protocol: number, value: number): ExplainedStep | undefined {
  const subnet = listed(world, "subnetsOfVpc", resource.vpc).find(
    ({ cidr }) => formatIp(offset(firstOf(cidrOf(cidr)), 1)) === formatIp(ip),
  );
  if (!subnet) return undefined;
  const answers = protocol === ICMP && value === 8 << 8;
  return {
    gate: "router",
    at: subnet.id,
    action: answers ? "allow" : "deny",
    because: answers ? "the router answers ping" : "the router answers nothing but ping",
  };
}

/** A VPC is an island: beyond the addresses its interfaces have there is nothing. */
function unrouted(world: World, { resource }: Present, ip: Ip): ExplainedStep {
  const { vpc } = resource;
  const inside = blocksOf(need(world, "vpc", vpc)).some((block) => holds(block, ip));
  const because = inside ? `no interface of ${vpc} has ${formatIp(ip)}` : `no route to ${formatIp(ip)}`;
  return { gate: "route", at: vpc, action: "deny", because };
}
