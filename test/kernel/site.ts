/** Networks with hosts and gateways, made through the API's operations and said briefly. */
import { allocateAddress } from "../../src/api/ec2/allocate-address.ts";
import { associateAddress } from "../../src/api/ec2/associate-address.ts";
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from "../../src/api/ec2/authorize-security-group.ts";
import { createNatGateway } from "../../src/api/ec2/create-nat-gateway.ts";
import { createNetworkAcl } from "../../src/api/ec2/create-network-acl.ts";
import { createSubnet } from "../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../src/api/ec2/create-vpc.ts";
import { hostImage } from "../../src/api/ec2/images.ts";
import { createNetworkAclEntry } from "../../src/api/ec2/network-acl-entry.ts";
import { modifyNetworkInterfaceAttribute } from "../../src/api/ec2/network-interface-attribute.ts";
import { replaceNetworkAclAssociation } from "../../src/api/ec2/replace-network-acl-association.ts";
import { revokeSecurityGroupEgress } from "../../src/api/ec2/revoke-security-group.ts";
import { associateRouteTable } from "../../src/api/ec2/route-table-association.ts";
import { createRoute } from "../../src/api/ec2/route.ts";
import { runInstances } from "../../src/api/ec2/run-instances.ts";
import { acceptVpcPeeringConnection } from "../../src/api/ec2/vpc-peering-connection-state.ts";
import { started } from "../../src/model/instance.ts";
import { interfacesOf } from "../../src/model/network-interface.ts";
import type { NetworkInterface } from "../../src/model/resource.ts";
import { applyChanges, everywhere, find, listed, need, put } from "../../src/model/world.ts";
import { Region } from "../unit/ec2/region.ts";
import { peeringOf, tableIn } from "../unit/ec2/routed-site.ts";

interface HostPlan {
  readonly subnet: string;
  /** The first is the primary one. */
  readonly addresses: readonly string[];
  readonly ipv6?: string;
  /** The VPC's default group when absent. */
  readonly groups?: readonly string[];
  /** It gets an elastic IP. */
  readonly public?: boolean;
  /** Without source/destination check. */
  readonly appliance?: boolean;
}

export interface Host {
  readonly instance: string;
  readonly eni: string;
  /** Its elastic IP; empty where it has none. */
  readonly publicIp: string;
}

export interface Nat {
  readonly id: string;
  /** In the order of its private addresses; none of a private one. */
  readonly publicIps: readonly string[];
  readonly allocations: readonly string[];
}

/** A rule's or entry's protocol and ports: `tcp 443`, `icmp 3/4`, `all`. */
const matching = (protocol = "", values = "") => {
  const [from = "", to = from] = values.split(/[-/]/);
  return values === "any" || protocol === "-1" ? { IpProtocol: protocol, FromPort: -1, ToPort: -1 } : { IpProtocol: protocol, FromPort: Number(from), ToPort: Number(to) };
};

/** `tcp 443 10.0.0.0/8`, `-1 any sg-…`, `icmp 3/4 0.0.0.0/0`. */
export function permission(text: string) {
  const [protocol, values, peer = ""] = text.split(" ");
  const range = matching(protocol, values);
  if (peer.startsWith("sg-")) return { ...range, UserIdGroupPairs: [{ GroupId: peer }] };
  return peer.includes(":") ? { ...range, Ipv6Ranges: [{ CidrIpv6: peer }] } : { ...range, IpRanges: [{ CidrIp: peer }] };
}

const protocolNumber: Readonly<Record<string, string>> = { tcp: "6", udp: "17", icmp: "1" };

/** `allow tcp 443 10.0.0.0/8`, as the calls take it; `at`: its place in the order. */
export function entryOf(NetworkAclId: string, Egress: boolean, text: string, at: number) {
  const [action = "", protocol = "", values = "", cidr = ""] = text.split(" ");
  const { FromPort: From, ToPort: To } = matching(protocol, values);
  return {
    NetworkAclId,
    Egress,
    RuleNumber: 100 + at,
    RuleAction: action === "deny" ? ("deny" as const) : ("allow" as const),
    Protocol: protocolNumber[protocol] ?? protocol,
    ...(cidr.includes(":") ? { Ipv6CidrBlock: cidr } : { CidrBlock: cidr }),
    ...(protocol === "icmp" ? { IcmpTypeCode: { Type: From, Code: values.includes("/") ? To : -1 } } : { PortRange: { From, To } }),
  };
}

const parameters: Readonly<Record<string, string>> = {
  igw: "GatewayId",
  eigw: "EgressOnlyInternetGatewayId",
  nat: "NatGatewayId",
  eni: "NetworkInterfaceId",
  pcx: "VpcPeeringConnectionId",
};

/** A route's destination and target, as the calls take them. */
export const routeTo = (destination: string, target: string) => {
  const to = destination.startsWith("pl-") ? "DestinationPrefixListId" : destination.includes(":") ? "DestinationIpv6CidrBlock" : "DestinationCidrBlock";
  return { [to]: destination, [parameters[target.split("-")[0] ?? ""] ?? ""]: target };
};

export class Site {
  readonly region: Region;
  constructor(region = new Region()) {
    this.region = region;
  }

  get world() {
    return this.region.world;
  }

  vpc(CidrBlock: string, ipv6 = false): string {
    return this.region.does(createVpc, { CidrBlock, AmazonProvidedIpv6CidrBlock: ipv6 }).Vpc?.VpcId ?? "";
  }

  /** The /64 of a number in the VPC's IPv6 block. */
  ipv6(vpc: string, number: number): string {
    const [block] = need(this.world, "vpc", vpc).ipv6Cidrs;
    return (block?.cidr ?? "").replace(/(:[0-9a-f]*)00::\/56$/, `$1${number.toString(16).padStart(2, "0")}::/64`);
  }

  subnet(VpcId: string, CidrBlock: string, Ipv6CidrBlock?: string): string {
    return this.region.does(createSubnet, { VpcId, CidrBlock, Ipv6CidrBlock }).Subnet?.SubnetId ?? "";
  }

  /** A table with routes, `destination target`, for subnets or a gateway. */
  table(vpc: string, routes: readonly string[], ...places: readonly string[]): string {
    const RouteTableId = tableIn(this.region, vpc);
    for (const route of routes) this.route(RouteTableId, route);
    for (const place of places) {
      this.region.does(associateRouteTable, { RouteTableId, ...(place.startsWith("igw-") ? { GatewayId: place } : { SubnetId: place }) });
    }
    return RouteTableId;
  }

  route(RouteTableId: string, route: string): void {
    const [destination = "", target = ""] = route.split(" ");
    this.region.does(createRoute, { RouteTableId, ...routeTo(destination, target) });
  }

  /** A group that admits this and nothing else. */
  group(vpc: string, name: string, into: readonly string[], out: readonly string[] = ["-1 any 0.0.0.0/0"]): string {
    const GroupId = this.region.group(vpc, name);
    const SecurityGroupRuleIds = [...listed(this.world, "rulesOfGroup", GroupId).keys()];
    this.region.does(revokeSecurityGroupEgress, { GroupId, SecurityGroupRuleIds });
    if (into.length > 0) this.region.does(authorizeSecurityGroupIngress, { GroupId, IpPermissions: into.map(permission) });
    if (out.length > 0) this.region.does(authorizeSecurityGroupEgress, { GroupId, IpPermissions: out.map(permission) });
    return GroupId;
  }

  /** A list of its own for a subnet. */
  acl(subnet: string, into: readonly string[], out: readonly string[]): string {
    const { vpc, aclAssociation } = need(this.world, "subnet", subnet);
    const NetworkAclId = this.region.does(createNetworkAcl, { VpcId: vpc }).NetworkAcl?.NetworkAclId ?? "";
    for (const [at, text] of into.entries()) this.region.does(createNetworkAclEntry, entryOf(NetworkAclId, false, text, at));
    for (const [at, text] of out.entries()) this.region.does(createNetworkAclEntry, entryOf(NetworkAclId, true, text, at));
    this.region.does(replaceNetworkAclAssociation, { AssociationId: aclAssociation, NetworkAclId });
    return NetworkAclId;
  }

  /** A running instance. */
  host({ subnet, addresses, ipv6, groups, public: published, appliance }: HostPlan): Host {
    const made = this.region.does(runInstances, {
      ImageId: hostImage(this.region.call),
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: subnet,
          ...(groups && { Groups: [...groups] }),
          PrivateIpAddresses: addresses.map((PrivateIpAddress, at) => ({ PrivateIpAddress, Primary: at === 0 })),
          ...(ipv6 !== undefined && { Ipv6Addresses: [{ Ipv6Address: ipv6 }] }),
        },
      ],
    });
    const instance = made.Instances?.[0]?.InstanceId ?? "";
    this.runs();
    const eni = this.interfaceOf(instance).id;
    if (appliance) this.region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: eni, SourceDestCheck: { Value: false } });
    return { instance, eni, publicIp: published ? this.publish(eni) : "" };
  }

  /** What was asked to run does. */
  runs(): void {
    this.region.lives((world) =>
      applyChanges(
        world,
        everywhere(world, "instance").flatMap((one) => (one.state === "pending" ? [put(started(one, this.region.call.now))] : [])),
      ),
    );
  }

  interfaceOf(instance: string): NetworkInterface {
    const [eni] = interfacesOf(this.world, need(this.world, "instance", instance));
    if (!eni) throw new Error(`${instance} has no interface`);
    return eni;
  }

  elasticIp(): { readonly id: string; readonly ip: string } {
    const { AllocationId: id = "", PublicIp: ip = "" } = this.region.does(allocateAddress, {});
    return { id, ip };
  }

  /** By what an elastic IP is associated. */
  associationOf(allocation: string): string {
    return find(this.world, "elastic-ip", allocation)?.association?.id ?? "";
  }

  /** Gives an interface's address, its primary one or another, an elastic IP, and says which. */
  publish(NetworkInterfaceId: string, PrivateIpAddress?: string): string {
    const { id, ip } = this.elasticIp();
    this.region.does(associateAddress, { AllocationId: id, NetworkInterfaceId, PrivateIpAddress });
    return ip;
  }

  /** A NAT gateway of these private addresses; a public one has as many elastic IPs. */
  nat(SubnetId: string, [primary, ...secondary]: readonly string[], kind: "public" | "private" = "public"): Nat {
    const [first, ...others] = kind === "public" ? [primary, ...secondary].map(() => this.elasticIp()) : [];
    const made = this.region.does(createNatGateway, {
      SubnetId,
      ConnectivityType: kind,
      PrivateIpAddress: primary,
      ...(first && { AllocationId: first.id }),
      ...(secondary.length > 0 && { SecondaryPrivateIpAddresses: [...secondary] }),
      ...(others.length > 0 && { SecondaryAllocationIds: others.map(({ id }) => id) }),
    });
    const elastic = first ? [first, ...others] : [];
    return { id: made.NatGateway?.NatGatewayId ?? "", publicIps: elastic.map(({ ip }) => ip), allocations: elastic.map(({ id }) => id) };
  }

  /** An active peering between two VPCs. */
  peer(one: string, other: string): string {
    const VpcPeeringConnectionId = peeringOf(this.region, one, other);
    this.region.does(acceptVpcPeeringConnection, { VpcPeeringConnectionId });
    return VpcPeeringConnectionId;
  }
}
