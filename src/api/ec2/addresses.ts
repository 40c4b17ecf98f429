import type { InstanceIpv6Address, PrivateIpAddressSpecification } from "@aws-sdk/client-ec2";
import type { Subnet } from "../../model/resource.ts";
import { allocate, isReserved, takenAddresses } from "../../model/subnet.ts";
import type { World } from "../../model/world.ts";
import { formatIp, holds, parseIp, cidrOf } from "../../values/ip.ts";
import type { Cidr, Family, Ip } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

/** What a call asks of one family: these addresses, and `count` more of Bailey's choosing. */
export interface Wanted {
  readonly fixed: readonly Ip[];
  readonly count: number;
}

/** What a new interface is to have. The first IPv4 address is its primary one: a fixed one if `primary` is there. */
export interface WantedAddresses {
  readonly primary: Ip | undefined;
  readonly secondary: Wanted;
  /** Undefined: nothing was said, so the subnet decides. */
  readonly ipv6: Wanted | undefined;
}

export interface AddressRequest {
  readonly PrivateIpAddress?: string | undefined;
  readonly PrivateIpAddresses?: PrivateIpAddressSpecification[] | undefined;
  readonly SecondaryPrivateIpAddressCount?: number | undefined;
  readonly Ipv6Addresses?: InstanceIpv6Address[] | undefined;
  readonly Ipv6AddressCount?: number | undefined;
}

const names = { 4: "privateIpAddress", 6: "ipv6Address" } as const;

/** The address of the family that a text says. */
export function parseAddress(text: string, family: Family): Ip | Refusal {
  const ip = parseIp(text);
  return ip?.family === family
    ? ip
    : refuse(
        "InvalidParameterValue",
        `Value (${text}) for parameter ${names[family]} is invalid. Not a valid IPv${family} address.`,
      );
}

/** Reads addresses or a number of them: one or the other. */
export function parseWanted(texts: readonly string[], count: number | undefined, family: Family): Wanted | Refusal {
  if (texts.length > 0 && count !== undefined) {
    return refuse(
      "InvalidParameterCombination",
      `The parameters ${names[family]} and ${names[family]}Count cannot be used together`,
    );
  }
  if (count !== undefined && (count < 0 || !Number.isInteger(count))) {
    return refuse("InvalidParameterValue", `Value (${count}) for parameter ${names[family]}Count is invalid.`);
  }
  const parsed = texts.map((text) => parseAddress(text, family));
  const wrong = parsed.find(isRefusal);
  return wrong ?? { fixed: parsed.filter((ip): ip is Ip => !isRefusal(ip)), count: count ?? 0 };
}

/** Reads what a call says about the addresses of a new interface. */
export function parseAddresses(request: AddressRequest): WantedAddresses | Refusal {
  const listed = request.PrivateIpAddresses ?? [];
  const primaries = [
    ...(request.PrivateIpAddress === undefined ? [] : [request.PrivateIpAddress]),
    ...listed.filter(({ Primary }) => Primary === true).map(({ PrivateIpAddress = "" }) => PrivateIpAddress),
  ];
  const [primaryText] = primaries;
  if (primaries.length > 1) {
    return refuse("InvalidParameterCombination", "Only one primary private IP address can be specified.");
  }
  const primary = primaryText === undefined ? undefined : parseAddress(primaryText, 4);
  if (isRefusal(primary)) return primary;
  const others = listed.filter(({ Primary }) => Primary !== true).map(({ PrivateIpAddress = "" }) => PrivateIpAddress);
  const secondary = parseWanted(others, request.SecondaryPrivateIpAddressCount, 4);
  if (isRefusal(secondary)) return secondary;
  const texts = (request.Ipv6Addresses ?? []).map(({ Ipv6Address = "" }) => Ipv6Address);
  const ipv6 = parseWanted(texts, request.Ipv6AddressCount, 6);
  if (isRefusal(ipv6)) return ipv6;
  return { primary, secondary, ipv6: texts.length > 0 || request.Ipv6AddressCount !== undefined ? ipv6 : undefined };
}

/** The addresses an interface gets in the subnet, or the refusal of one it can't have. `most` is for each family. */
export function chooseAddresses(
  world: World,
  subnet: Subnet,
  { primary, secondary, ipv6 }: WantedAddresses,
  most: number,
): { addresses: string[]; ipv6Addresses: string[] } | Refusal {
  const fixed = [...(primary ? [primary] : []), ...secondary.fixed];
  const free = secondary.count + (primary ? 0 : 1);
  const addresses = claim(world, subnet, 4, { fixed, count: free }, most);
  if (isRefusal(addresses)) return addresses;
  // A chosen primary address is claimed after the fixed secondary ones, yet stands before them.
  const ordered = primary ? addresses : [...addresses.slice(fixed.length), ...addresses.slice(0, fixed.length)];
  const wanted = ipv6 ?? { fixed: [], count: subnet.assignIpv6 ? 1 : 0 };
  const ipv6Addresses = claim(world, subnet, 6, wanted, most);
  return isRefusal(ipv6Addresses) ? ipv6Addresses : { addresses: ordered, ipv6Addresses };
}

/** Claims addresses of one family in the subnet: the fixed ones first, then the lowest that are free. */
export function claim(
  world: World,
  subnet: Subnet,
  family: Family,
  { fixed, count }: Wanted,
  most: number,
): string[] | Refusal {
  if (fixed.length + count > most) {
    return refuse("PrivateIpAddressLimitExceeded", `The maximum number of addresses per interface is ${most}`);
  }
  if (fixed.length + count === 0) return [];
  const block = family === 4 ? subnet.cidr : subnet.ipv6Cidrs[0]?.cidr;
  if (block === undefined) {
    return refuse("InvalidParameterValue", `The subnet '${subnet.id}' does not have an IPv6 CIDR block associated with it.`);
  }
  const cidr = cidrOf(block);
  const taken = takenAddresses(world, subnet);
  for (const ip of fixed) {
    const wrong = refuseAddress(cidr, ip, taken);
    if (wrong) return wrong;
    taken.add(formatIp(ip));
  }
  const chosen = allocate(cidr, taken, count);
  if (!chosen) {
    return refuse(
      "InsufficientFreeAddressesInSubnet",
      "The specified subnet does not have enough free addresses to satisfy the request.",
    );
  }
  return [...fixed.map(formatIp), ...chosen];
}

function refuseAddress(cidr: Cidr, ip: Ip, taken: ReadonlySet<string>): Refusal | undefined {
  const text = formatIp(ip);
  if (!holds(cidr, ip)) {
    return refuse("InvalidParameterValue", `Address ${text} does not fall within the subnet's address range`);
  }
  if (isReserved(cidr, ip)) {
    return refuse("InvalidParameterValue", `Address ${text} is in subnet's reserved address range`);
  }
  return taken.has(text) ? refuse("InvalidIPAddress.InUse", `Address ${text} is in use.`) : undefined;
}
