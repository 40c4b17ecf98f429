/** Who the two ends of a connection are, and by which of their addresses they speak. */
import type { Scope } from "../../model/birth.ts";
import { interfacesOf } from "../../model/network-interface.ts";
import type { Instance, NetworkInterface } from "../../model/resource.ts";
import { find, list, listed, need, type World } from "../../model/world.ts";
import { ipv4BlockOf } from "../../model/subnet.ts";
import { type Family, formatIp, holds, type Ip, parseIp, ipOf } from "../../values/ip.ts";
import { ICMP, ICMPV6, protocolName } from "../../values/protocol.ts";
import { peeringBetween } from "../../model/peers.ts";
import { publicAddressesOf } from "../../model/public-address.ts";
import { insideCidrs } from "../../policy/judge.ts";
import { isRefusal, type Refusal, refuse } from "../../values/refuse.ts";
import { locate } from "../ec2/lookup.ts";

/** An address of an interface. */
export interface Address {
  readonly kind: "address";
  readonly resource: NetworkInterface;
  readonly ip: Ip;
  /** What the interface is attached to. */
  readonly instance?: Instance;
}

/** An instance that has no interface any more. */
export interface Gone {
  readonly kind: "gone";
  readonly instance: Instance;
}

/** An address that no interface has, or none of the sender's VPC: what is there is for routes to say. */
export interface Nobody {
  readonly kind: "nobody";
  readonly ip: Ip;
}

export interface Ends {
  /** Nobody's is an address of the internet. */
  readonly from: Address | Gone | Nobody;
  readonly to: Address | Gone | Nobody;
}

/** What a text names, before it is known which address is meant. */
interface Named {
  readonly text: string;
  /** Where the text is an address. */
  readonly ip?: Ip;
  readonly vpc: string;
  readonly instance?: Instance;
  /** The primary one first. */
  readonly interfaces: readonly NetworkInterface[];
}

/** Finds both ends, each an instance, an interface or an address, and gives them addresses of one family. */
export function endsOf(
  world: World,
  scope: Scope,
  texts: { readonly from: string; readonly to: string },
  protocol: number,
): Ends | Refusal {
  const from = senderOf(world, scope, texts.from);
  if (isRefusal(from)) return from;
  if ("bits" in from) return entering(world, scope, from, texts.to);
  const to = named(world, scope, texts.to, from.vpc);
  if (isRefusal(to)) return to;
  const family = familyOf(from, to, protocol);
  if (isRefusal(family)) return family;
  const destination = to.ip && to.interfaces.length === 0 ? ({ kind: "nobody", ip: to.ip } as const) : spoken(world, to, family);
  if (isRefusal(destination)) return destination;
  const source = spoken(world, from, family, destination.kind === "gone" ? undefined : destination.ip);
  if (isRefusal(source)) return source;
  return { from: source, to: across(world, source, destination) };
}

/** From an address of the internet: to the public address of an end, or to one that is given. */
function entering(world: World, scope: Scope, ip: Ip, text: string): Ends | Refusal {
  const to = named(world, scope, text, "");
  if (isRefusal(to)) return to;
  const from: Nobody = { kind: "nobody", ip };
  if (to.ip) return { from, to: { kind: "nobody", ip: to.ip } };
  const found = spoken(world, to, ip.family);
  if (isRefusal(found) || found.kind === "gone") return isRefusal(found) ? found : { from, to: found };
  const known = knownAs(world, found);
  if (!known) return refuse("InvalidParameterValue", `${text} has no public address.`);
  return { from, to: { ...found, ip: known } };
}

/** What the internet knows an address by. */
function knownAs(world: World, { resource, ip }: Address): Ip | undefined {
  if (ip.family === 6) return ip;
  const found = publicAddressesOf(world, resource).get(formatIp(ip));
  return found && ipOf(found.publicIp);
}

/** The addresses of the internet are those that no private network has. */
const isOutside = (ip: Ip): boolean => ip.family === 4 && !insideCidrs.some((cidr) => holds(cidr, ip));

function senderOf(world: World, scope: Scope, text: string): Named | Ip | Refusal {
  const ip = parseIp(text);
  if (!ip) return named(world, scope, text, "");
  const [owner, another] = list(world, scope, "network-interface").filter((each) => has(each, ip));
  if (!owner && isOutside(ip)) return ip;
  if (!owner) return refuse("InvalidParameterValue", `No interface has the address ${text}.`);
  if (another) return refuse("InvalidParameterValue", `${text} is in several VPCs: name an instance or an interface.`);
  return named(world, scope, text, owner.vpc);
}

/** `vpc` is where an address is looked for. */
function named(world: World, scope: Scope, text: string, vpc: string): Named | Refusal {
  const ip = parseIp(text);
  if (ip) {
    const interfaces = [...listed(world, "interfacesOfVpc", vpc).values()].filter((each) => has(each, ip));
    return { text, ip, vpc, interfaces };
  }
  if (text.startsWith("i-")) {
    const instance = locate(world, scope, "instance", text);
    return isRefusal(instance) ? instance : { text, vpc: instance.vpc, instance, interfaces: interfacesOf(world, instance) };
  }
  if (!text.startsWith("eni-")) {
    return refuse("InvalidParameterValue", `'${text}' is not an instance, a network interface or an address.`);
  }
  const resource = locate(world, scope, "network-interface", text);
  return isRefusal(resource) ? resource : { text, vpc: resource.vpc, interfaces: [resource] };
}

/** An end in another VPC is spoken to by its private address where a peering joins the two, else by its public one. */
function across(world: World, from: Address | Gone, to: Address | Gone | Nobody): Address | Gone | Nobody {
  if (from.kind !== "address" || to.kind !== "address" || from.resource.vpc === to.resource.vpc) return to;
  if (peeringBetween(world, from.resource.vpc, to.resource.vpc)) return to;
  return { ...to, ip: knownAs(world, to) ?? to.ip };
}

const textsOf = ({ addresses, ipv6Addresses }: NetworkInterface, family: Family): readonly string[] =>
  family === 4 ? addresses : ipv6Addresses;

const has = (resource: NetworkInterface, ip: Ip): boolean => textsOf(resource, ip.family).includes(formatIp(ip));

const familyOfIcmp: Readonly<Record<number, Family>> = { [ICMP]: 4, [ICMPV6]: 6 };

/** That of the addresses named, else of the protocol, else IPv4 where both ends have it. */
function familyOf(from: Named, to: Named, protocol: number): Family | Refusal {
  const [first, second] = [from, to].filter(({ ip }) => ip !== undefined);
  const given = first?.ip?.family;
  if (second?.ip && second.ip.family !== given) {
    return refuse("InvalidParameterValue", `${from.text} and ${to.text} are addresses of different families.`);
  }
  const own = familyOfIcmp[protocol];
  if (first && own !== undefined && own !== given) {
    return refuse("InvalidParameterValue", `${protocolName(protocol)} is a protocol of IPv${own}, and ${first.text} is an IPv${given} address.`);
  }
  const bothHaveIpv4 = [from, to].every(
    ({ interfaces }) => interfaces.length === 0 || interfaces.some(({ addresses }) => addresses.length > 0),
  );
  return given ?? own ?? (bothHaveIpv4 ? 4 : 6);
}

/** The address named, else the first of the family. An instance sends to a neighbour from the interface beside it. */
function spoken(world: World, end: Named, family: Family, towards?: Ip): Address | Gone | Refusal {
  const { instance, interfaces } = end;
  if (instance && interfaces.length === 0) return { kind: "gone", instance };
  const able = interfaces.filter((each) => textsOf(each, family).length > 0);
  const resource = (towards && able.find((each) => isBeside(world, each, towards))) ?? able[0];
  const [first] = resource ? textsOf(resource, family) : [];
  if (!resource || first === undefined) return refuse("InvalidParameterValue", `${end.text} has no IPv${family} address.`);
  const owner = resource.attachment && find(world, "instance", resource.attachment.instance);
  return { kind: "address", resource, ip: end.ip ?? ipOf(first), ...(owner && { instance: owner }) };
}

/** Whether the address is in the IPv4 block of the interface's subnet; IPv6 goes by the router always. */
const isBeside = (world: World, { subnet }: NetworkInterface, ip: Ip): boolean =>
  holds(ipv4BlockOf(need(world, "subnet", subnet)), ip);
