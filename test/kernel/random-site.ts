/** Random worlds of two VPCs: subnets, lists, groups, hosts, and route tables that lead to whatever there is. */
import { createEgressOnlyInternetGateway } from "../../src/api/ec2/egress-only-internet-gateway.ts";
import { need } from "../../src/model/world.ts";
import type { Random } from "../random.ts";
import { gatewayIn } from "../unit/ec2/routed-site.ts";
import { type Host, Site } from "./site.ts";

export interface RandomHost extends Host {
  readonly vpc: string;
  readonly address: string;
  readonly address6: string;
}

export interface RandomSite {
  readonly site: Site;
  readonly hosts: Readonly<Record<string, RandomHost>>;
  readonly natIps: readonly string[];
  /** What was made, a line each. */
  readonly text: readonly string[];
}

interface Network {
  readonly vpc: string;
  readonly cidr: string;
  readonly block6: string;
  readonly subnets: readonly { readonly id: string; readonly cidr: string; readonly cidr6: string }[];
  readonly igw: string;
  /** Targets of routes, by family. */
  readonly targets: { readonly 4: string[]; readonly 6: string[] };
  readonly text: string[];
}

const everything = ["-1 any 0.0.0.0/0", "-1 any ::/0"];
const peers = ["0.0.0.0/0", "::/0", "10.1.0.0/16", "10.1.1.0/24", "10.2.0.0/16", "10.2.2.0/24", "203.0.113.0/24"];

function rules(random: Random): string[] {
  if (random.chance(0.5)) return everything;
  const rule = (): string => {
    const peer = random.pick(peers);
    return random.pick([`tcp ${random.pick(["80", "443", "22-443", "0-65535"])} ${peer}`, `udp ${random.pick(["53", "0-65535"])} ${peer}`, `-1 any ${peer}`]);
  };
  return [...new Set(Array.from({ length: random.between(1, 3) }, rule))];
}

function entries(random: Random): string[] {
  const entry = (): string => {
    const [action, cidr] = [random.pick(["allow", "allow", "deny"]), random.pick(peers)];
    return `${action} ${random.pick([`tcp ${random.pick(["80-443", "22", "1024-65535", "32768-60999"])}`, "udp 53", "udp 0-65535", "-1 any"])} ${cidr}`;
  };
  return [...Array.from({ length: random.between(1, 4) }, entry), ...(random.chance(0.7) ? ["allow -1 any 0.0.0.0/0", "allow -1 any ::/0"] : [])];
}

function network(random: Random, site: Site, number: number): Network {
  const cidr = `10.${number}.0.0/16`;
  const vpc = site.vpc(cidr, true);
  const igw = number === 1 || random.chance(0.7) ? gatewayIn(site.region, vpc) : "";
  const subnets = [1, 2, 3].map((at) => {
    const [block, cidr6] = [`10.${number}.${at}.0/24`, site.ipv6(vpc, at)];
    return { id: site.subnet(vpc, block, cidr6), cidr: block, cidr6 };
  });
  const text = [`vpc ${vpc} ${cidr} ${igw}`, ...subnets.map((each) => `subnet ${each.id} ${each.cidr} ${each.cidr6}`)];
  for (const { id } of subnets) {
    if (random.chance(0.6)) continue;
    const [into, out] = [entries(random), entries(random)];
    site.acl(id, into, out);
    text.push(`list of ${id}: in ${into.join("; ")}, out ${out.join("; ")}`);
  }
  const egress = random.chance(0.4) ? site.region.does(createEgressOnlyInternetGateway, { VpcId: vpc }).EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId : undefined;
  const targets = { 4: igw ? [igw] : [], 6: [...(igw ? [igw] : []), ...(egress ? [egress] : [])] };
  const block6 = need(site.world, "vpc", vpc).ipv6Cidrs[0]?.cidr ?? "";
  return { vpc, cidr, block6, subnets, igw, targets, text };
}

function hostsOf(random: Random, site: Site, { vpc, subnets, igw, text }: Network, number: number): [string, RandomHost][] {
  const groups = ["a", "b"].map((name) => {
    const [into, out] = [rules(random), random.chance(0.7) ? everything : rules(random)];
    const id = site.group(vpc, `${name}${number}`, into, out);
    text.push(`group ${id}: in ${into.join("; ")}, out ${out.join("; ")}`);
    return id;
  });
  return subnets.flatMap(({ id: subnet, cidr, cidr6 }, at) =>
    [10, 20].slice(0, random.between(1, 2)).map((last): [string, RandomHost] => {
      const [address, address6] = [cidr.replace("0/24", String(last)), cidr6.replace("::/64", `::${last}`)];
      const appliance = random.chance(0.15);
      const own = random.sample(groups, random.between(1, 2));
      const published = igw !== "" && random.chance(0.5);
      const host = site.host({ subnet, addresses: [address], ipv6: address6, groups: own, public: published, appliance });
      const name = `${"abc"[at]}${number}${last}`;
      text.push(`host ${name} ${host.eni} ${address} ${address6} ${host.publicIp} of ${own.join(", ")}${appliance ? ", appliance" : ""}`);
      return [name, { ...host, vpc, address, address6 }];
    }),
  );
}

/** Routes for each subnet and, at times, for what comes in by the gateway. What can't be, is not. */
function route(random: Random, site: Site, own: Network, other: Network, hosts: readonly RandomHost[]): void {
  const enis = hosts.filter(({ vpc }) => vpc === own.vpc).map(({ eni }) => eni);
  const attempt = (table: string, line: string): void => {
    try {
      site.route(table, line);
      own.text.push(`route of ${table}: ${line}`);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("CreateRoute"))) throw error;
    }
  };
  for (const { id, cidr } of own.subnets) {
    const table = site.table(own.vpc, [], id);
    own.text.push(`table ${table} of ${id}`);
    const lines = [
      ["0.0.0.0/0", own.targets[4]], ["203.0.113.0/24", [...own.targets[4], ...own.targets[4], ...enis.slice(0, 1)]], [other.cidr, own.targets[4]],
      [other.subnets[1]?.cidr ?? "", own.targets[4]], ["::/0", own.targets[6]], [other.block6, own.targets[6]],
    ] as const;
    for (const [destination, targets] of lines) if (targets.length > 0 && random.chance(0.7)) attempt(table, `${destination} ${random.pick(targets)}`);
    const beside = own.subnets.find((each) => each.cidr !== cidr && random.chance(0.3));
    if (beside && random.chance(0.5)) attempt(table, `${beside.cidr} ${random.pick(enis)}`);
  }
  if (own.igw === "" || random.chance(0.75)) return;
  const table = site.table(own.vpc, [], own.igw);
  own.text.push(`table ${table} of ${own.igw}`);
  attempt(table, `${random.pick(own.subnets).cidr} ${random.pick(enis)}`);
}

export function randomSite(random: Random): RandomSite {
  const site = new Site();
  const networks = [network(random, site, 1), network(random, site, 2)] as const;
  const hosts = Object.fromEntries(networks.flatMap((each, at) => hostsOf(random, site, each, at + 1)));
  const natIps: string[] = [];
  for (const { subnets, igw, targets, text } of networks) {
    for (const kind of ["public", "private"] as const) {
      if (kind === "public" ? igw === "" : random.chance(0.4)) continue;
      const { id: subnet, cidr } = random.pick(subnets);
      const nat = site.nat(subnet, [cidr.replace("0/24", kind === "public" ? "200" : "201")], kind);
      natIps.push(...nat.publicIps);
      targets[4].push(nat.id);
      text.push(`${kind} ${nat.id} in ${subnet} ${nat.publicIps.join()}`);
    }
  }
  if (random.chance(0.8)) {
    const pcx = site.peer(networks[0].vpc, networks[1].vpc);
    for (const { targets } of networks) for (const family of [4, 6] as const) targets[family].push(pcx);
    networks[0].text.push(pcx);
  }
  const [one, two] = networks;
  route(random, site, one, two, Object.values(hosts));
  route(random, site, two, one, Object.values(hosts));
  return { site, hosts, natIps, text: networks.flatMap(({ text }) => text) };
}
