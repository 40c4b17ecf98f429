import { associateElasticIp, disassociateElasticIp, elasticIpsOf } from "../../model/elastic-ip.ts";
import type { NetworkInterface } from "../../model/resource.ts";
import { find, listed, need, put } from "../../model/world.ts";
import type { Change, World } from "../../model/world.ts";
import { Draft } from "../../model/draft.ts";
import { formatIp } from "../../values/ip.ts";
import type { Family } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { claim, parseWanted } from "./addresses.ts";
import type { Wanted } from "./addresses.ts";
import { findInstanceType } from "./instance-types.ts";
import { locateOwnInterface } from "./lookup.ts";
import { parsePrefixes } from "./prefixes.ts";
import type { WantedPrefixes } from "./prefixes.ts";
import { unserved } from "./served.ts";

/** Where an interface has what it holds of each family. */
export const holdings = {
  4: { addresses: "addresses", prefixes: "prefixes" },
  6: { addresses: "ipv6Addresses", prefixes: "ipv6Prefixes" },
} as const;

/** Adds secondary IPv4 addresses or prefixes to an interface: those named, or a number of free ones. */
export const assignPrivateIpAddresses = operation({
  name: "AssignPrivateIpAddresses",
  run(world, input, call) {
    const strange = unserved(input, [
      "NetworkInterfaceId",
      "PrivateIpAddresses",
      "SecondaryPrivateIpAddressCount",
      "Ipv4Prefixes",
      "Ipv4PrefixCount",
      "AllowReassignment",
    ]);
    if (strange) return strange;
    const { Ipv4Prefixes, Ipv4PrefixCount } = input;
    const addresses = { texts: input.PrivateIpAddresses, count: input.SecondaryPrivateIpAddressCount };
    const order = parseOrder(4, addresses, { texts: Ipv4Prefixes, count: Ipv4PrefixCount });
    if (isRefusal(order)) return order;
    const eni = locateOwnInterface(world, call, input.NetworkInterfaceId ?? "");
    if (isRefusal(eni)) return eni;
    const assigned = assign(world, eni, order, input.AllowReassignment === true, call);
    if (isRefusal(assigned)) return assigned;
    return {
      changes: assigned.changes,
      output: {
        NetworkInterfaceId: eni.id,
        AssignedPrivateIpAddresses: assigned.addresses.map((PrivateIpAddress) => ({ PrivateIpAddress })),
        AssignedIpv4Prefixes: assigned.prefixes.map((Ipv4Prefix) => ({ Ipv4Prefix })),
      },
    };
  },
});

/** Adds IPv6 addresses or prefixes to an interface: those named, or a number of free ones. */
export const assignIpv6Addresses = operation({
  name: "AssignIpv6Addresses",
  run(world, input, call) {
    const strange = unserved(input, [
      "NetworkInterfaceId",
      "Ipv6Addresses",
      "Ipv6AddressCount",
      "Ipv6Prefixes",
      "Ipv6PrefixCount",
    ]);
    if (strange) return strange;
    const { Ipv6Prefixes, Ipv6PrefixCount } = input;
    const addresses = { texts: input.Ipv6Addresses, count: input.Ipv6AddressCount };
    const order = parseOrder(6, addresses, { texts: Ipv6Prefixes, count: Ipv6PrefixCount });
    if (isRefusal(order)) return order;
    const eni = locateOwnInterface(world, call, input.NetworkInterfaceId ?? "");
    if (isRefusal(eni)) return eni;
    const assigned = assign(world, eni, order, false, call);
    if (isRefusal(assigned)) return assigned;
    return {
      changes: assigned.changes,
      output: {
        NetworkInterfaceId: eni.id,
        AssignedIpv6Addresses: assigned.addresses,
        AssignedIpv6Prefixes: assigned.prefixes,
      },
    };
  },
});

interface Order {
  readonly family: Family;
  readonly addresses: Wanted;
  readonly prefixes: WantedPrefixes;
}

interface Said {
  readonly texts: readonly string[] | undefined;
  readonly count: number | undefined;
}

function parseOrder(family: Family, addressesSaid: Said, prefixesSaid: Said): Order | Refusal {
  if ([addressesSaid, prefixesSaid].every(({ texts, count }) => !texts?.length && count === undefined)) {
    return refuse("MissingParameter", "The request must contain addresses, prefixes or a number of them");
  }
  const addresses = parseWanted(addressesSaid.texts ?? [], addressesSaid.count, family);
  if (isRefusal(addresses)) return addresses;
  const prefixes = parsePrefixes(prefixesSaid.texts, prefixesSaid.count, family);
  return isRefusal(prefixes) ? prefixes : { family, addresses, prefixes };
}

function assign(
  world: World,
  eni: NetworkInterface,
  { family, addresses, prefixes }: Order,
  reassign: boolean,
  call: Call,
): { addresses: string[]; prefixes: string[]; changes: Change[] } | Refusal {
  const field = holdings[family];
  const own: ReadonlySet<string> = new Set(eni[field.addresses]);
  const fresh = addresses.fixed.filter((ip) => !own.has(formatIp(ip)));
  const draft = new Draft(world);
  if (reassign) draft.add(...moveSecondaries(world, eni, new Set(fresh.map(formatIp)), call));
  const [held, heldPrefixes] = [eni[field.addresses], eni[field.prefixes] ?? []];
  const room = mostAddresses(world, eni) - held.length - heldPrefixes.length;
  const wanted = { addresses: { ...addresses, fixed: fresh }, prefixes };
  const added = claim(draft.world, need(world, "subnet", eni.subnet), family, wanted, room);
  if (isRefusal(added)) return added;
  const all = [...heldPrefixes, ...added.prefixes];
  const grown = { [field.addresses]: [...held, ...added.addresses], ...(all.length > 0 && { [field.prefixes]: all }) };
  draft.add(put({ ...eni, ...grown }));
  return { ...added, changes: draft.changes };
}

/** Takes the addresses from other interfaces of the subnet that hold them as secondary ones; elastic IPs come along. */
const moveSecondaries = (world: World, eni: NetworkInterface, moved: ReadonlySet<string>, call: Call): Change[] =>
  [...listed(world, "interfacesOfSubnet", eni.subnet).values()]
    .filter((other) => !other.natGateway && other.addresses.slice(1).some((address) => moved.has(address)))
    .flatMap((other) => {
      const gone = new Set(other.addresses.slice(1).filter((address) => moved.has(address)));
      return [
        put({ ...other, addresses: other.addresses.filter((address) => !gone.has(address)) }),
        ...elasticIpsOf(world, other, gone).map((elasticIp) => {
          const address = elasticIp.association?.address;
          const free = disassociateElasticIp(elasticIp);
          return put(address === undefined ? free : associateElasticIp(call, free, { interface: eni.id, address }));
        }),
      ];
    });

/** How many addresses of each family the interface may have: its instance's type says. */
function mostAddresses(world: World, { attachment }: NetworkInterface): number {
  const instance = attachment && find(world, "instance", attachment.instance);
  return (instance && findInstanceType(instance.type)?.addressesPerInterface) ?? limits.addressesPerInterface;
}
