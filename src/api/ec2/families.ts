import { standingOf } from "./standing.ts";

/** The first pattern an operation's name matches says what family it is of. */
const families: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Transit gateways", /TransitGateway/],
  ["Client VPN", /ClientVpn/],
  ["VPN", /Vpn|CustomerGateway|VgwRoute/],
  ["VPC peering", /VpcPeering/],
  ["VPC endpoints", /VpcEndpoint/],
  ["Traffic mirroring", /TrafficMirror/],
  ["Network insights", /NetworkInsights|ReachabilityAnalyzer/],
  ["IPAM", /Ipam/],
  ["Flow logs", /FlowLog/],
  ["Prefix lists", /PrefixList/],
  ["Security groups", /SecurityGroup/],
  ["Network ACLs", /NetworkAcl/],
  ["Network interfaces", /NetworkInterface|PrivateIpAddresses|Ipv6Addresses|TrunkInterface/],
  ["NAT gateways", /NatGateway/],
  ["Internet gateways", /InternetGateway/],
  ["Carrier and local gateways", /CarrierGateway|LocalGateway|Coip/],
  ["Route servers", /RouteServer/],
  ["Route tables", /Route(?:s|Table)?(?:Association)?$/],
  ["Elastic IP addresses", /Address/],
  ["DHCP options", /DhcpOptions/],
  ["Subnets", /Subnet/],
  ["VPCs", /Vpc/],
  ["Key pairs", /KeyPair/],
  ["Launch templates, fleets and reservations", /LaunchTemplate|Fleet|Spot|Reserved|Capacity|Scheduled|Host/],
  ["Instances", /Instance|Console|PasswordData/],
  ["Images", /Image/],
  ["Volumes and snapshots", /Volume|Snapshot|Ebs/],
  ["Tags", /Tags$/],
  ["Regions, zones and accounts", /Region|AvailabilityZone|AccountAttributes|IdFormat/],
  ["Other", /(?:)/],
];

/** A family's operations by standing, each list by name. */
export interface Family {
  readonly family: string;
  readonly enforced: readonly string[];
  readonly kept: readonly string[];
  readonly unsupported: readonly string[];
}

/** All of Amazon's operations, given by name, in families. */
export function coverage(actions: readonly string[]): Family[] {
  const standing = (action: string) => standingOf.get(action) ?? "unsupported";
  return families.map(([family], place) => {
    const own = actions.filter((action) => families.findIndex(([, pattern]) => pattern.test(action)) === place).toSorted();
    const having = (wanted: string) => own.filter((action) => standing(action) === wanted);
    return { family, enforced: having("enforced"), kept: having("kept"), unsupported: having("unsupported") };
  });
}
