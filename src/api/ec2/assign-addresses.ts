import type { NetworkInterface } from "../../model/resource.ts";
import { find, list, need, put } from "../../model/world.ts";
import type { Change, World } from "../../model/world.ts";
import { Draft } from "../../model/draft.ts";
import { formatIp } from "../../values/ip.ts";
import type { Family, Ip } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";
import { claim, parseAddress, parseWanted } from "./addresses.ts";
import type { Wanted } from "./addresses.ts";
import { findInstanceType } from "./instance-types.ts";
import { locate } from "./lookup.ts";
import { unserved } from "./served.ts";

const fields = { 4: "addresses", 6: "ipv6Addresses" } as const;

/** Adds secondary IPv4 addresses to an interface: those named, or a number of free ones. */
export const assignPrivateIpAddresses = operation({
  name: "AssignPrivateIpAddresses",
  run(world, input, call) {
    const strange = unserved(input, [
      "NetworkInterfaceId",
      "PrivateIpAddresses",
      "SecondaryPrivateIpAddressCount",
      "AllowReassignment",
    ]);
    if (strange) return strange;
    const wanted = parseSome(input.PrivateIpAddresses, input.SecondaryPrivateIpAddressCount, 4);
    if (isRefusal(wanted)) return wanted;
    const eni = locate(world, call, "network-interface", input.NetworkInterfaceId ?? "");
    if (isRefusal(eni)) return eni;
    const assigned = assign(world, eni, 4, wanted, input.AllowReassignment === true);
    if (isRefusal(assigned)) return assigned;
    const AssignedPrivateIpAddresses = assigned.added.map((PrivateIpAddress) => ({ PrivateIpAddress }));
    return { changes: assigned.changes, output: { NetworkInterfaceId: eni.id, AssignedPrivateIpAddresses } };
  },
});

/** Adds IPv6 addresses to an interface: those named, or a number of free ones. */
export const assignIpv6Addresses = operation({
  name: "AssignIpv6Addresses",
  run(world, input, call) {
    const strange = unserved(input, ["NetworkInterfaceId", "Ipv6Addresses", "Ipv6AddressCount"]);
    if (strange) return strange;
    const wanted = parseSome(input.Ipv6Addresses, input.Ipv6AddressCount, 6);
    if (isRefusal(wanted)) return wanted;
    const eni = locate(world, call, "network-interface", input.NetworkInterfaceId ?? "");
    if (isRefusal(eni)) return eni;
    const assigned = assign(world, eni, 6, wanted, false);
    if (isRefusal(assigned)) return assigned;
    return { changes: assigned.changes, output: { NetworkInterfaceId: eni.id, AssignedIpv6Addresses: assigned.added } };
  },
});

function parseSome(texts: readonly string[] | undefined, count: number | undefined, family: Family): Wanted | Refusal {
  if (!texts?.length && count === undefined) {
    return refuse("MissingParameter", "The request must contain addresses or a number of them");
  }
  return parseWanted(texts ?? [], count, family);
}

function assign(
  world: World,
  eni: NetworkInterface,
  family: Family,
  wanted: Wanted,
  reassign: boolean,
): { added: string[]; changes: Change[] } | Refusal {
  const field = fields[family];
  const own: ReadonlySet<string> = new Set(eni[field]);
  const fresh = wanted.fixed.filter((ip) => !own.has(formatIp(ip)));
  const draft = new Draft(world);
  if (reassign) draft.add(...releaseSecondaries(world, eni, fresh));
  const room = mostAddresses(world, eni) - eni[field].length;
  const added = claim(draft.world, need(world, "subnet", eni.subnet), family, { ...wanted, fixed: fresh }, room);
  if (isRefusal(added)) return added;
  draft.add(put({ ...eni, [field]: [...eni[field], ...added] }));
  return { added, changes: draft.changes };
}

/** Takes the addresses from other interfaces of the subnet that hold them as secondary ones. */
const releaseSecondaries = (world: World, eni: NetworkInterface, ips: readonly Ip[]): Change[] => {
  const moved: ReadonlySet<string> = new Set(ips.map(formatIp));
  return list(world, eni, "network-interface")
    .filter((other) => other.subnet === eni.subnet && other.addresses.slice(1).some((address) => moved.has(address)))
    .map((other) => put({ ...other, addresses: other.addresses.filter((address, index) => index === 0 || !moved.has(address)) }));
};

/** How many addresses of each family the interface may have: its instance's type says. */
function mostAddresses(world: World, { attachment }: NetworkInterface): number {
  const instance = attachment && find(world, "instance", attachment.instance);
  return (instance && findInstanceType(instance.type)?.addressesPerInterface) ?? limits.addressesPerInterface;
}

/** Takes secondary IPv4 addresses from an interface, all or none. */
export const unassignPrivateIpAddresses = operation({
  name: "UnassignPrivateIpAddresses",
  run(world, input, call) {
    const strange = unserved(input, ["NetworkInterfaceId", "PrivateIpAddresses"]);
    if (strange) return strange;
    const eni = unassign(world, input.NetworkInterfaceId ?? "", 4, input.PrivateIpAddresses ?? [], call);
    return isRefusal(eni) ? eni : { changes: [put(eni)], output: {} };
  },
});

/** Takes IPv6 addresses from an interface, all or none. */
export const unassignIpv6Addresses = operation({
  name: "UnassignIpv6Addresses",
  run(world, input, call) {
    const strange = unserved(input, ["NetworkInterfaceId", "Ipv6Addresses"]);
    if (strange) return strange;
    const eni = unassign(world, input.NetworkInterfaceId ?? "", 6, input.Ipv6Addresses ?? [], call);
    if (isRefusal(eni)) return eni;
    return {
      changes: [put(eni)],
      output: { NetworkInterfaceId: eni.id, UnassignedIpv6Addresses: input.Ipv6Addresses ?? [] },
    };
  },
});

function unassign(
  world: World,
  id: string,
  family: Family,
  texts: readonly string[],
  scope: { account: string; region: string },
): NetworkInterface | Refusal {
  if (texts.length === 0) return refuse("MissingParameter", "The request must contain the addresses to unassign");
  const gone = new Set<string>();
  for (const text of texts) {
    const ip = parseAddress(text, family);
    if (isRefusal(ip)) return ip;
    gone.add(formatIp(ip));
  }
  const eni = locate(world, scope, "network-interface", id);
  if (isRefusal(eni)) return eni;
  const held = eni[fields[family]];
  const strangers = [...gone].filter((address) => !held.includes(address));
  if (strangers.length > 0) {
    return refuse(
      "InvalidParameterValue",
      `Some of [${strangers.join(", ")}] addresses are not assigned to interface ${eni.id}`,
    );
  }
  if (family === 4 && gone.has(held[0] ?? "")) {
    return refuse(
      "InvalidParameterValue",
      `The primary private IP address ${held[0]} of interface ${eni.id} cannot be unassigned`,
    );
  }
  return { ...eni, [fields[family]]: held.filter((address) => !gone.has(address)) };
}
