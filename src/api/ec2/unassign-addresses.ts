import { dropAddresses } from "../../model/network-interface.ts";
import type { NetworkInterface } from "../../model/resource.ts";
import { put } from "../../model/world.ts";
import type { Change, World } from "../../model/world.ts";
import { formatCidr, formatIp } from "../../values/ip.ts";
import type { Family } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { parseAddress } from "./addresses.ts";
import { holdings } from "./assign-addresses.ts";
import { locateOwnInterface } from "./lookup.ts";
import { parsePrefix } from "./prefixes.ts";
import { unserved } from "./served.ts";

/** Takes secondary IPv4 addresses and prefixes from an interface, all or none. Elastic IPs of the addresses are left. */
export const unassignPrivateIpAddresses = operation({
  name: "UnassignPrivateIpAddresses",
  run(world, input, call) {
    const strange = unserved(input, ["NetworkInterfaceId", "PrivateIpAddresses", "Ipv4Prefixes"]);
    if (strange) return strange;
    const { PrivateIpAddresses: addresses = [], Ipv4Prefixes: prefixes = [] } = input;
    const changes = unassign(world, input.NetworkInterfaceId ?? "", { family: 4, addresses, prefixes }, call);
    return isRefusal(changes) ? changes : { changes, output: {} };
  },
});

/** Takes IPv6 addresses and prefixes from an interface, all or none. */
export const unassignIpv6Addresses = operation({
  name: "UnassignIpv6Addresses",
  run(world, input, call) {
    const strange = unserved(input, ["NetworkInterfaceId", "Ipv6Addresses", "Ipv6Prefixes"]);
    if (strange) return strange;
    const { NetworkInterfaceId = "", Ipv6Addresses: addresses = [], Ipv6Prefixes: prefixes = [] } = input;
    const changes = unassign(world, NetworkInterfaceId, { family: 6, addresses, prefixes }, call);
    if (isRefusal(changes)) return changes;
    return {
      changes,
      output: { NetworkInterfaceId, UnassignedIpv6Addresses: addresses, UnassignedIpv6Prefixes: prefixes },
    };
  },
});

interface Order {
  readonly family: Family;
  readonly addresses: readonly string[];
  readonly prefixes: readonly string[];
}

function unassign(world: World, id: string, order: Order, call: Call): Change[] | Refusal {
  const { family } = order;
  if (order.addresses.length + order.prefixes.length === 0) {
    return refuse("MissingParameter", "The request must contain the addresses or prefixes to unassign");
  }
  const addresses = canonical(order.addresses, (text) => parseAddress(text, family), formatIp);
  if (isRefusal(addresses)) return addresses;
  const prefixes = canonical(order.prefixes, (text) => parsePrefix(text, family), formatCidr);
  if (isRefusal(prefixes)) return prefixes;
  const eni = locateOwnInterface(world, call, id);
  if (isRefusal(eni)) return eni;
  const field = holdings[family];
  const [held, heldPrefixes] = [eni[field.addresses], eni[field.prefixes] ?? []];
  const wrong = refuseStrangers(eni, "addresses", addresses, held) ?? refuseStrangers(eni, "prefixes", prefixes, heldPrefixes);
  if (wrong) return wrong;
  if (family === 4 && addresses.has(held[0] ?? "")) {
    return refuse(
      "InvalidParameterValue",
      `The primary private IP address ${held[0]} of interface ${eni.id} cannot be unassigned`,
    );
  }
  const { [field.prefixes]: _, ...bare } = eni;
  const kept = heldPrefixes.filter((prefix) => !prefixes.has(prefix));
  const shrunk: NetworkInterface = { ...bare, ...(kept.length > 0 && { [field.prefixes]: kept }) };
  if (family === 4) return dropAddresses(world, shrunk, addresses);
  return [put({ ...shrunk, ipv6Addresses: held.filter((address) => !addresses.has(address)) })];
}

/** The texts in canonical form, each once, or the refusal of the first that can't be read. */
function canonical<T extends object>(
  texts: readonly string[],
  parse: (text: string) => T | Refusal,
  format: (value: T) => string,
): Set<string> | Refusal {
  const read = new Set<string>();
  for (const text of texts) {
    const value = parse(text);
    if (isRefusal(value)) return value;
    read.add(format(value));
  }
  return read;
}

function refuseStrangers(
  { id }: NetworkInterface,
  what: string,
  given: ReadonlySet<string>,
  held: readonly string[],
): Refusal | undefined {
  const strangers = [...given].filter((text) => !held.includes(text));
  return strangers.length > 0
    ? refuse("InvalidParameterValue", `Some of [${strangers.join(", ")}] ${what} are not assigned to interface ${id}`)
    : undefined;
}
