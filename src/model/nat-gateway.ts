import type { Birth, Scope, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import { associateElasticIp } from "./elastic-ip.ts";
import { deleteInterface, dropAddresses, makePlainInterface } from "./network-interface.ts";
import type { ElasticIp, NatGateway, NatGatewayAddress, NetworkInterface, Subnet } from "./resource.ts";
import { everywhere, list, listed, need, put, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

/** Deleted gateways stay describable for this long, in milliseconds. */
const rememberedFor = 3600_000;

export interface NatGatewayPlan {
  readonly connectivity: NatGateway["connectivity"];
  /** Canonical, the primary first. */
  readonly addresses: readonly string[];
  /** One for each address; none in a private gateway. */
  readonly elasticIps: readonly ElasticIp[];
  readonly tags: Tags;
}

/** A gateway in the subnet, with an interface of its own that is in no group. */
export function makeNatGateway(
  world: World,
  birth: Birth,
  subnet: Subnet,
  { connectivity, addresses, elasticIps, tags }: NatGatewayPlan,
): { gateway: NatGateway; changes: Change[] } {
  const id = birth.mint("nat-gateway");
  const plain = makePlainInterface(world, birth, subnet, {
    description: `Interface for NAT Gateway ${id}`,
    groups: [],
    addresses,
  });
  const eni: NetworkInterface = { ...plain, sourceDestCheck: false, natGateway: id };
  const [primary, ...secondary] = pair(addresses, elasticIps);
  if (!primary) throw new Error("a NAT gateway was planned without an address");
  const gateway: NatGateway = {
    ...owned(birth, tags),
    kind: "nat-gateway",
    id,
    vpc: subnet.vpc,
    subnet: subnet.id,
    connectivity,
    interface: eni.id,
    addresses: [primary, ...secondary],
  };
  return { gateway, changes: [put(eni), put(gateway), ...publish(birth, gateway, addresses, elasticIps)] };
}

const pair = (addresses: readonly string[], elasticIps: readonly ElasticIp[]): NatGatewayAddress[] =>
  addresses.map((address, index) => {
    const elasticIp = elasticIps[index];
    return { address, ...(elasticIp && { allocation: elasticIp.id }) };
  });

const publish = (
  birth: Birth,
  gateway: NatGateway,
  addresses: readonly string[],
  elasticIps: readonly ElasticIp[],
): Change[] =>
  elasticIps.flatMap((elasticIp, index) => {
    const address = addresses[index];
    return address === undefined ? [] : [put(associateElasticIp(birth, elasticIp, { interface: gateway.interface, address }))];
  });

/** The gateway gets more private addresses, and in a public one an elastic IP for each. */
export function addNatAddresses(
  world: World,
  birth: Birth,
  gateway: NatGateway,
  addresses: readonly string[],
  elasticIps: readonly ElasticIp[],
): { gateway: NatGateway; changes: Change[] } {
  const [primary, ...secondary] = gateway.addresses;
  const grown: NatGateway = { ...gateway, addresses: [primary, ...secondary, ...pair(addresses, elasticIps)] };
  const eni = need(world, "network-interface", gateway.interface);
  return {
    gateway: grown,
    changes: [
      put({ ...eni, addresses: [...eni.addresses, ...addresses] }),
      put(grown),
      ...publish(birth, gateway, addresses, elasticIps),
    ],
  };
}

/** The gateway without some of its secondary addresses, and its interface without them. The primary one stays. */
export function dropNatAddresses(world: World, gateway: NatGateway, gone: ReadonlySet<string>): Change[] {
  const [primary, ...secondary] = gateway.addresses;
  const eni = need(world, "network-interface", gateway.interface);
  return [
    put({ ...gateway, addresses: [primary, ...secondary.filter(({ address }) => !gone.has(address))] }),
    ...dropAddresses(world, eni, gone),
  ];
}

/** The gateway is deleted: its interface goes, its elastic IPs are free, and what leads to it leads nowhere. */
export const deleteNatGateway = (world: World, gateway: NatGateway, now: string): Change[] => [
  ...deleteInterface(world, need(world, "network-interface", gateway.interface)),
  put({ ...gateway, deleted: now }),
];

/** How many gateways there are in a zone of the account's region. */
export const countNatGateways = (world: World, scope: Scope, zone: string): number =>
  list(world, scope, "subnet")
    .filter((subnet) => subnet.zone === zone)
    .reduce((sum, { id }) => sum + listed(world, "natGatewaysOfSubnet", id).size, 0);

/** Removes the gateways that were deleted more than an hour before `now`. */
export const forgettableNatGateways = (world: World, now: string): Change[] =>
  everywhere(world, "nat-gateway")
    .filter(({ deleted }) => deleted !== undefined && Date.parse(now) - Date.parse(deleted) > rememberedFor)
    .map(remove);
