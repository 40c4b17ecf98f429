import { makeAmazonPrefixLists } from "../../model/amazon-prefix-list.ts";
import type { Birth, Scope } from "../../model/birth.ts";
import { mintAscending, owned } from "../../model/birth.ts";
import { makeDefaultDhcpOptions } from "../../model/dhcp-options.ts";
import { attachGateway, makeInternetGateway } from "../../model/internet-gateway.ts";
import type { Route, Subnet, Vpc } from "../../model/resource.ts";
import { makeSubnet } from "../../model/subnet.ts";
import { makeVpc } from "../../model/vpc.ts";
import { applyChanges, findIn, need, put } from "../../model/world.ts";
import type { Change, World } from "../../model/world.ts";
import { formatCidr, parseCidr } from "../../values/ip.ts";
import { zonesOf } from "../../model/zone.ts";

const defaultCidr = "172.31.0.0/16";
const subnetLength = 20;

/** The /20 blocks of a default VPC, lowest first. */
export function defaultBlocks(vpcCidr: string): string[] {
  const whole = parseCidr(vpcCidr);
  if (!whole) return [];
  return Array.from({ length: 2 ** Math.max(0, subnetLength - whole.length) }, (_, index) =>
    formatCidr({ family: 4, base: whole.base + (BigInt(index) << BigInt(32 - subnetLength)), length: subnetLength }),
  );
}

/** A default VPC: the block everybody knows, one /20 subnet in each zone, and an internet gateway they all route to. */
export function makeDefaultVpc(
  world: World,
  birth: Birth,
  dhcpOptions: Vpc["dhcpOptions"],
): { vpc: Vpc; subnets: Subnet[]; changes: Change[] } {
  const plan = { cidr: defaultCidr, isDefault: true, tenancy: "default", ipv6: false, dhcpOptions, tags: {} } as const;
  const { vpc, changes } = makeVpc(world, birth, plan);
  const blocks = defaultBlocks(defaultCidr);
  const zones = zonesOf(birth.region);
  const ids = mintAscending(birth, "subnet", zones.length);
  const subnets = zones.flatMap((zone, index) => {
    const [cidr, id] = [blocks[index], ids[index]];
    return cidr === undefined || id === undefined ? [] : [makeSubnet(birth, vpc, { id, zone: zone.name, cidr, defaultForZone: true, tags: {} })];
  });
  return { vpc, subnets, changes: [...changes, ...subnets.map(put), ...openToInternet(applyChanges(world, changes), birth, vpc)] };
}

/** Attaches an internet gateway to a new VPC, and leads there from its main route table what isn't local. */
function openToInternet(world: World, birth: Birth, vpc: Vpc): Change[] {
  const gateway = attachGateway(makeInternetGateway(birth), vpc);
  const main = need(world, "route-table", vpc.mainRouteTable);
  const route: Route = {
    destination: "0.0.0.0/0",
    target: { type: "internet-gateway", id: gateway.id },
    origin: "CreateRoute",
  };
  return [put(gateway), put({ ...main, routes: [...main.routes, route] })];
}

/**
 * What an account's region needs before its first call: Amazon's prefix lists, the DHCP options every VPC of it gets,
 * and a default VPC. Undefined once that was done, even if the default VPC has been deleted since.
 */
export function prepare(world: World, scope: Scope, call: Omit<Birth, keyof Scope>): Change[] | undefined {
  const id = `${scope.account}/${scope.region}`;
  const lists = makeAmazonPrefixLists(world, { region: scope.region, now: call.now });
  if (findIn(world, scope, "region", id)) return lists.length > 0 ? lists : undefined;
  const birth: Birth = {
    account: scope.account,
    region: scope.region,
    now: call.now,
    mint: (kind) => call.mint(kind),
    random: (count) => call.random(count),
  };
  const options = makeDefaultDhcpOptions(birth);
  return [
    ...lists,
    put({ ...owned(birth), kind: "region", id }),
    put(options),
    ...makeDefaultVpc(world, birth, options.id).changes,
  ];
}
