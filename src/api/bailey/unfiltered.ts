/** What is decided without the filter: what nobody sends or nobody has, what no route takes, what nothing checks. */
import type { Instance, NetworkInterface } from "../../model/resource.ts";
import { blocksOf } from "../../model/vpc.ts";
import { serviceAddresses, servicePorts } from "../../policy/services.ts";
import { listed, need, type World } from "../../model/world.ts";
import { type Cidr, firstOf, formatIp, holds, hostCidr, type Ip, offset, cidrOf, sameIp } from "../../values/ip.ts";
import { ICMP } from "../../values/protocol.ts";
import type { Address, Ends, Gone, Nobody } from "./ends.ts";
import type { ExplainedStep } from "./explanation.ts";

/** An address of an instance that runs. */
type Present = Address & { readonly instance: Instance };

/** The ends of a packet that routes and the filter decide about. */
export interface Filtered {
  readonly from: Present | Nobody;
  readonly to: Ip;
}

/** The one step that decides, or the ends between which the filter does. `value` is ICMP's type<<8|code. */
export function withoutFilter(world: World, { from, to }: Ends, protocol: number, value: number): ExplainedStep | Filtered {
  if (from.kind !== "nobody" && !isPresent(from)) return absence(from);
  if (to.kind !== "nobody" && !isPresent(to)) return absence(to);
  if (from.kind === "nobody") return { from, to: to.ip };
  if (to.kind === "nobody") {
    if (isLoopback(to.ip)) return loopback(from);
    return atRouter(world, from, to.ip, protocol, value) ?? atService(world, from, to.ip, protocol, value) ?? { from, to: to.ip };
  }
  return from.instance.id === to.instance.id && from.resource.vpc === to.resource.vpc && has(to.resource, to.ip)
    ? loopback(from)
    : { from, to: to.ip };
}

const has = ({ addresses, ipv6Addresses }: NetworkInterface, ip: Ip): boolean => [...addresses, ...ipv6Addresses].includes(formatIp(ip));

const isPresent = (end: Address | Gone): end is Present => end.kind === "address" && end.instance?.state === "running";

/** Only an instance that runs has its interfaces on the network. */
export function absence(end: Pick<Address, "resource" | "instance"> | Gone): ExplainedStep {
  const at = "resource" in end ? end.resource.id : end.instance.id;
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
    ({ cidr }) => cidr !== undefined && formatIp(offset(firstOf(cidrOf(cidr)), 1)) === formatIp(ip),
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

/** Names, metadata, time and the like: nothing filters what asks them. */
function atService(world: World, { resource }: Present, ip: Ip, protocol: number, value: number): ExplainedStep | undefined {
  const addresses = serviceAddresses(blocksOf(need(world, "vpc", resource.vpc)));
  if (!addresses.some((each) => sameIp(each, ip))) return undefined;
  const answers = servicePorts.some((each) => each.protocol === protocol && each.port === value);
  return {
    gate: "service",
    at: formatIp(ip),
    action: answers ? "allow" : "deny",
    because: answers ? "no group and no list stands before it" : "the service does not listen there",
  };
}

/** Where no route takes a packet: nobody has the address, or nothing joins the VPC to where it is. */
export function unrouted(world: World, { resource }: Pick<Address, "resource">, to: Ends["to"], ip: Ip): ExplainedStep {
  const { vpc } = resource;
  if (to.kind === "address" && to.resource.vpc !== vpc) {
    return { gate: "route", at: vpc, action: "deny", because: `${vpc} and ${to.resource.vpc} are not connected` };
  }
  const inside = blocksOf(need(world, "vpc", vpc)).some((block) => holds(block, ip));
  const because = inside ? `no interface of ${vpc} has ${formatIp(ip)}` : `no route to ${formatIp(ip)}`;
  return { gate: "route", at: vpc, action: "deny", because };
}
