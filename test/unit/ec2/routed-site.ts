/** VPCs with everything a route can lead to, and how their route tables look from outside. */
import { attachInternetGateway } from "../../../src/api/ec2/attach-internet-gateway.ts";
import { createManagedPrefixList } from "../../../src/api/ec2/create-managed-prefix-list.ts";
import { createNatGateway } from "../../../src/api/ec2/create-nat-gateway.ts";
import { createNetworkInterface } from "../../../src/api/ec2/create-network-interface.ts";
import { createRouteTable } from "../../../src/api/ec2/create-route-table.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../../src/api/ec2/create-vpc.ts";
import { createVpcPeeringConnection } from "../../../src/api/ec2/create-vpc-peering-connection.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import { createEgressOnlyInternetGateway } from "../../../src/api/ec2/egress-only-internet-gateway.ts";
import { createInternetGateway } from "../../../src/api/ec2/internet-gateway.ts";
import type { Input } from "../../../src/api/operation.ts";
import { need } from "../../../src/model/world.ts";
import { Region } from "./region.ts";

export type RouteInput = Partial<Input<"CreateRoute">>;
export type ReplaceInput = Partial<Input<"ReplaceRoute">>;

export const gatewayIn = (region: Region, VpcId: string): string => {
  const InternetGatewayId = region.does(createInternetGateway, {}).InternetGateway?.InternetGatewayId ?? "";
  region.does(attachInternetGateway, { InternetGatewayId, VpcId });
  return InternetGatewayId;
};

export const tableIn = (region: Region, VpcId: string): string =>
  region.does(createRouteTable, { VpcId }).RouteTable?.RouteTableId ?? "";

export const subnetIn = (region: Region, VpcId: string, CidrBlock: string, Ipv6CidrBlock?: string): string =>
  region.does(createSubnet, { VpcId, CidrBlock, Ipv6CidrBlock }).Subnet?.SubnetId ?? "";

export const interfaceIn = (region: Region, SubnetId: string): string =>
  region.does(createNetworkInterface, { SubnetId }).NetworkInterface?.NetworkInterfaceId ?? "";

export const listOf = (region: Region, AddressFamily: "IPv4" | "IPv6", MaxEntries: number): string =>
  region.does(createManagedPrefixList, { PrefixListName: "sites", AddressFamily, MaxEntries }).PrefixList?.PrefixListId ?? "";

export const natGatewayIn = (region: Region, SubnetId: string): string =>
  region.does(createNatGateway, { SubnetId, ConnectivityType: "private" }).NatGateway?.NatGatewayId ?? "";

export const peeringOf = (region: Region, VpcId: string, PeerVpcId: string): string =>
  region.does(createVpcPeeringConnection, { VpcId, PeerVpcId }).VpcPeeringConnection?.VpcPeeringConnectionId ?? "";

export const shownRoutes = (region: Region, id: string) =>
  region.does(describeRouteTables, { RouteTableIds: [id] }).RouteTables?.[0]?.Routes ?? [];

/** Destination, target and state of a table's routes. */
export const routesOf = (region: Region, id: string) =>
  shownRoutes(region, id).map((route) => {
    const shown = { ...route, Origin: "", State: "" };
    return [...Object.values(shown).filter((text) => text !== ""), route.State].join(" ");
  });

export const associationsOf = (region: Region, id: string) =>
  (region.does(describeRouteTables, { RouteTableIds: [id] }).RouteTables?.[0]?.Associations ?? []).map((one) =>
    one.Main === true ? "main" : (one.SubnetId ?? one.GatewayId),
  );

export const mainTableOf = (region: Region, vpc: string): string => need(region.world, "vpc", vpc).mainRouteTable;
export const mainAssociationOf = (region: Region, vpc: string): string =>
  need(region.world, "route-table", mainTableOf(region, vpc)).mainAssociation ?? "";

/** A VPC of both families with two subnets, one table of its own, and every kind of target. */
export function site() {
  const region = new Region();
  const made = region.does(createVpc, { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }).Vpc;
  const vpc = made?.VpcId ?? "";
  const ipv6 = made?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? "";
  const subnet6 = ipv6.replace("/56", "/64");
  const subnet = subnetIn(region, vpc, "10.0.1.0/24", subnet6);
  const other = region.network("172.16.0.0/16", "172.16.1.0/24");
  return {
    region,
    vpc,
    ipv6,
    subnet,
    subnet6,
    other,
    table: tableIn(region, vpc),
    igw: gatewayIn(region, vpc),
    eigw: region.does(createEgressOnlyInternetGateway, { VpcId: vpc }).EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId ?? "",
    nat: natGatewayIn(region, subnet),
    eni: interfaceIn(region, subnet),
    pcx: peeringOf(region, other.vpc, vpc),
    four: listOf(region, "IPv4", 3),
    six: listOf(region, "IPv6", 2),
  };
}
