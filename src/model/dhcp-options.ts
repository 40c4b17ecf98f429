import { cidrOf, firstOf, formatIp, offset } from "../values/ip.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { DhcpOptions, Vpc } from "./resource.ts";
import { find, list, put } from "./world.ts";
import type { Change, World } from "./world.ts";

/** The domain of private names in a region. */
export const privateDomain = (region: string): string =>
  region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;

/** The name the resolver gives a private IPv4 address. */
export const privateNameOf = (region: string, address: string): string =>
  `ip-${address.replaceAll(".", "-")}.${privateDomain(region)}`;

/** The values a VPC's option set gives a key; none where it does not name it. */
export function dhcpOption(world: World, vpc: Vpc, key: string): readonly string[] {
  const set = vpc.dhcpOptions === "default" ? undefined : find(world, "dhcp-options", vpc.dhcpOptions);
  return set?.options.find((option) => option.key === key)?.values ?? [];
}

/** The name servers a VPC's machines are told: its own resolver is at its base address plus two, while DNS support is on. */
export const nameServersOf = (world: World, vpc: Vpc): string[] =>
  dhcpOption(world, vpc, "domain-name-servers").flatMap((server) => (server === "AmazonProvidedDNS" ? resolverOf(vpc) : [server]));

function resolverOf({ cidrs: [primary], dnsSupport }: Vpc): string[] {
  return primary && dnsSupport ? [formatIp(offset(firstOf(cidrOf(primary.cidr)), 2))] : [];
}

export const makeDhcpOptions = (birth: Birth, options: DhcpOptions["options"], tags?: Tags): DhcpOptions => ({
  ...owned(birth, tags),
  kind: "dhcp-options",
  id: birth.mint("dhcp-options"),
  options,
});

const standardOptions = (region: string): DhcpOptions["options"] => [
  { key: "domain-name", values: [privateDomain(region)] },
  { key: "domain-name-servers", values: ["AmazonProvidedDNS"] },
];

/** The option set every new VPC of an account and region gets. */
export const makeDefaultDhcpOptions = (birth: Birth): DhcpOptions => makeDhcpOptions(birth, standardOptions(birth.region));

/** The oldest set of the account and region with what its new VPCs get; a new one when there is none. */
export function defaultDhcpOptions(world: World, birth: Birth): { id: DhcpOptions["id"]; changes: Change[] } {
  const text = (options: DhcpOptions["options"]): string => JSON.stringify(options.map(({ key, values }) => [key, values]));
  const standard = text(standardOptions(birth.region));
  const [oldest] = list(world, birth, "dhcp-options")
    .filter(({ options }) => text(options) === standard)
    .toSorted((a, b) => (`${a.created} ${a.id}` < `${b.created} ${b.id}` ? -1 : 1));
  if (oldest) return { id: oldest.id, changes: [] };
  const made = makeDefaultDhcpOptions(birth);
  return { id: made.id, changes: [put(made)] };
}
