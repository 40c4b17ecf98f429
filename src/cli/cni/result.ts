/** What ADD answers a runtime, in the words of each version of the Container Network Interface. */
import type { AttachAnswer } from "../../api/bailey/attach.ts";
import { type Configuration, isJson, type Json } from "./request.ts";

const listOf = (result: Json | undefined, member: string): readonly unknown[] => {
  const value = result?.[member];
  return Array.isArray(value) ? (value as unknown[]) : [];
};

const isV6 = (address: string): boolean => address.includes(":");

/** The interface that was made, after those that plugins before this one made. */
export function resultOf({ cniVersion, prevResult, dns }: Configuration, netns: string, made: AttachAnswer): Json {
  const before = listOf(prevResult, "interfaces");
  const own = { name: made.device, mac: made.mac, ...(cniVersion === "1.1.0" && { mtu: made.mtu }), sandbox: netns };
  const ips = made.addresses.map(({ address, gateway }) => ({
    // Since 1.0.0 the address alone says of which family it is.
    ...(cniVersion.startsWith("0.") && { version: isV6(address) ? "6" : "4" }),
    interface: before.length,
    address,
    gateway,
  }));
  const gateways = new Map(made.addresses.map(({ address, gateway }) => [isV6(address) ? "::/0" : "0.0.0.0/0", gateway]));
  const told = { nameservers: made.dns.nameservers, search: made.dns.search };
  return {
    cniVersion,
    interfaces: [...before, own],
    ips: [...listOf(prevResult, "ips"), ...ips],
    routes: [...listOf(prevResult, "routes"), ...[...gateways].map(([dst, gw]) => ({ dst, gw }))],
    dns: dns ?? { ...told, ...(isJson(prevResult?.["dns"]) && prevResult["dns"]) },
  };
}

/** What a result says the interface of that name in the namespace has: its hardware address, and its addresses with their lengths. */
export function expected(result: Json, netns: string, device: string): { mac: string | undefined; addresses: string[] } {
  const interfaces = listOf(result, "interfaces");
  const index = interfaces.findIndex((each) => isJson(each) && each["name"] === device && each["sandbox"] === netns);
  const found = interfaces[index];
  const mac = isJson(found) && typeof found["mac"] === "string" ? found["mac"] : undefined;
  const addresses = listOf(result, "ips").flatMap((ip) =>
    isJson(ip) && ip["interface"] === index && typeof ip["address"] === "string" ? [ip["address"]] : [],
  );
  return { mac, addresses };
}
