import type {
  InstanceIpv6Address,
  Ipv4PrefixSpecificationRequest,
  Ipv6PrefixSpecificationRequest,
  PrivateIpAddressSpecification,
} from "@aws-sdk/client-ec2";
import type { Subnet } from "../../model/resource.ts";
import { allocate, heldIn, isReserved } from "../../model/subnet.ts";
import type { Held } from "../../model/subnet.ts";
import type { World } from "../../model/world.ts";
import { formatIp, holds, parseIp, cidrOf } from "../../values/ip.ts";
import type { Cidr, Family, Ip } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { claimPrefixes, parsePrefixes } from "./prefixes.ts";
import type { WantedPrefixes } from "./prefixes.ts";

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
  readonly prefixes: WantedPrefixes;
  readonly ipv6Prefixes: WantedPrefixes;
}

export interface AddressRequest {
  readonly PrivateIpAddress?: string | undefined;
  readonly PrivateIpAddresses?: PrivateIpAddressSpecification[] | undefined;
  readonly SecondaryPrivateIpAddressCount?: number | undefined;
  readonly Ipv6Addresses?: InstanceIpv6Address[] | undefined;
  readonly Ipv6AddressCount?: number | undefined;
  readonly Ipv4Prefixes?: Ipv4PrefixSpecificationRequest[] | undefined;
  readonly Ipv4PrefixCount?: number | undefined;
  readonly Ipv6Prefixes?: Ipv6PrefixSpecificationRequest[] | undefined;
  readonly Ipv6PrefixCount?: number | undefined;
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
  const prefixes = parseRequestedPrefixes(request);
  if (isRefusal(prefixes)) return prefixes;
  const mixed = refuseMixture(secondary, prefixes.prefixes, 4) ?? refuseMixture(ipv6, prefixes.ipv6Prefixes, 6);
  if (mixed) return mixed;
  const saysIpv6 = texts.length > 0 || request.Ipv6AddressCount !== undefined;
  return { primary, secondary, ipv6: saysIpv6 ? ipv6 : undefined, ...prefixes };
}

function parseRequestedPrefixes(
  request: AddressRequest,
): Pick<WantedAddresses, "prefixes" | "ipv6Prefixes"> | Refusal {
  const texts = request.Ipv4Prefixes?.map(({ Ipv4Prefix = "" }) => Ipv4Prefix);
  const prefixes = parsePrefixes(texts, request.Ipv4PrefixCount, 4);
  if (isRefusal(prefixes)) return prefixes;
  const ipv6Texts = request.Ipv6Prefixes?.map(({ Ipv6Prefix = "" }) => Ipv6Prefix);
  const ipv6Prefixes = parsePrefixes(ipv6Texts, request.Ipv6PrefixCount, 6);
  return isRefusal(ipv6Prefixes) ? ipv6Prefixes : { prefixes, ipv6Prefixes };
}

const isNothing = ({ fixed, count }: Wanted | WantedPrefixes): boolean => fixed.length + count === 0;

/** A new interface may have secondary addresses of a family, or prefixes. */
const refuseMixture = (addresses: Wanted, prefixes: WantedPrefixes, family: Family): Refusal | undefined =>
  isNothing(addresses) || isNothing(prefixes)
    ? undefined
    : refuse("InvalidParameterCombination", `The parameters ${names[family]} and ipv${family}Prefix cannot be used together`);

/** What an interface gets in its subnet, in canonical text. The first IPv4 address is the primary one. */
export interface ChosenAddresses {
  readonly addresses: string[];
  readonly ipv6Addresses: string[];
  readonly prefixes: string[];
  readonly ipv6Prefixes: string[];
}

/** What a new interface gets in the subnet, or the refusal of what it can't have. `most` is for each family. */
export function chooseAddresses(
  world: World,
  subnet: Subnet,
  { primary, secondary, ipv6, prefixes, ipv6Prefixes }: WantedAddresses,
  most: number,
): ChosenAddresses | Refusal {
  const fixed = [...(primary ? [primary] : []), ...secondary.fixed];
  const free = secondary.count + (primary ? 0 : 1);
  const chosen = claim(world, subnet, 4, { addresses: { fixed, count: free }, prefixes }, most);
  if (isRefusal(chosen)) return chosen;
  const { addresses } = chosen;
  // A chosen primary address is claimed after the fixed secondary ones, yet stands before them.
  const ordered = primary ? addresses : [...addresses.slice(fixed.length), ...addresses.slice(0, fixed.length)];
  const wanted = ipv6 ?? { fixed: [], count: subnet.assignIpv6 ? 1 : 0 };
  const chosenIpv6 = claim(world, subnet, 6, { addresses: wanted, prefixes: ipv6Prefixes }, most);
  if (isRefusal(chosenIpv6)) return chosenIpv6;
  return {
    addresses: ordered,
    prefixes: chosen.prefixes,
    ipv6Addresses: chosenIpv6.addresses,
    ipv6Prefixes: chosenIpv6.prefixes,
  };
}

/**
 * Claims addresses and prefixes of one family in the subnet: the fixed ones first, then the lowest that are free. Each
 * prefix counts as one of the `most`.
 */
export function claim(
  world: World,
  subnet: Subnet,
  family: Family,
  { addresses, prefixes }: { readonly addresses: Wanted; readonly prefixes: WantedPrefixes },
  most: number,
): { addresses: string[]; prefixes: string[] } | Refusal {
  const wanted = [...addresses.fixed, ...prefixes.fixed].length + addresses.count + prefixes.count;
  if (wanted > most) {
    return refuse("PrivateIpAddressLimitExceeded", `The maximum number of addresses per interface is ${most}`);
  }
  if (wanted === 0) return { addresses: [], prefixes: [] };
  const block = family === 4 ? subnet.cidr : subnet.ipv6Cidrs[0]?.cidr;
  if (block === undefined && family === 4) {
    return refuse("UnsupportedOperation", `The subnet '${subnet.id}' is for IPv6 alone, where interfaces are not supported.`);
  }
  if (block === undefined) {
    return refuse("InvalidParameterValue", `The subnet '${subnet.id}' does not have an IPv6 CIDR block associated with it.`);
  }
  const cidr = cidrOf(block);
  const held = heldIn(world, subnet);
  const named = claimPrefixes(cidr, held, { fixed: prefixes.fixed, count: 0 });
  if (isRefusal(named)) return named;
  const claimed = claimAddresses(cidr, held, addresses);
  if (isRefusal(claimed)) return claimed;
  const chosen = claimPrefixes(cidr, held, { fixed: [], count: prefixes.count });
  return isRefusal(chosen) ? chosen : { addresses: claimed, prefixes: [...named, ...chosen] };
}

/** Holds addresses of the subnet's block: the fixed ones, then the lowest that are free. */
function claimAddresses(cidr: Cidr, held: Held, { fixed, count }: Wanted): string[] | Refusal {
  for (const ip of fixed) {
    const wrong = refuseAddress(cidr, held, ip);
    if (wrong) return wrong;
    held.addresses.add(formatIp(ip));
  }
  const chosen = allocate(cidr, held, count);
  if (!chosen) {
    return refuse(
      "InsufficientFreeAddressesInSubnet",
      "The specified subnet does not have enough free addresses to satisfy the request.",
    );
  }
  for (const address of chosen) held.addresses.add(address);
  return [...fixed.map(formatIp), ...chosen];
}

function refuseAddress(cidr: Cidr, { addresses, prefixes }: Held, ip: Ip): Refusal | undefined {
  const text = formatIp(ip);
  if (!holds(cidr, ip)) {
    return refuse("InvalidParameterValue", `Address ${text} does not fall within the subnet's address range`);
  }
  if (isReserved(cidr, ip)) {
    return refuse("InvalidParameterValue", `Address ${text} is in subnet's reserved address range`);
  }
  const taken = addresses.has(text) || prefixes.some((prefix) => holds(prefix, ip));
  return taken ? refuse("InvalidIPAddress.InUse", `Address ${text} is in use.`) : undefined;
}
