import type { NatGateway as NatGatewayView, NatGatewayAddress as NatGatewayAddressView } from "@aws-sdk/client-ec2";
import type { NatGateway, NatGatewayAddress } from "../../../model/resource.ts";
import { find } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";

export const natGatewayView = (world: World, gateway: NatGateway): NatGatewayView => ({
  NatGatewayId: gateway.id,
  VpcId: gateway.vpc,
  SubnetId: gateway.subnet,
  ConnectivityType: gateway.connectivity,
  AvailabilityMode: "zonal",
  State: gateway.deleted === undefined ? "available" : "deleted",
  CreateTime: new Date(gateway.created),
  DeleteTime: gateway.deleted === undefined ? undefined : new Date(gateway.deleted),
  NatGatewayAddresses: gateway.addresses.map((address) => natAddressView(world, gateway, address)),
  Tags: tagList(gateway.tags),
});

export function natAddressView(
  world: World,
  gateway: NatGateway,
  { address, allocation }: NatGatewayAddress,
): NatGatewayAddressView {
  const elasticIp = allocation && find(world, "elastic-ip", allocation);
  return {
    AllocationId: allocation,
    AssociationId: gateway.deleted === undefined ? elasticIp?.association?.id : undefined,
    NetworkInterfaceId: gateway.interface,
    PrivateIp: address,
    PublicIp: elasticIp?.publicIp,
    IsPrimary: address === gateway.addresses[0].address,
    Status: "succeeded",
  };
}

export const natGatewayFilters: Filters<NatGatewayView> = {
  "nat-gateway-id": (gateway) => [gateway.NatGatewayId],
  state: (gateway) => [gateway.State],
  "subnet-id": (gateway) => [gateway.SubnetId],
  "vpc-id": (gateway) => [gateway.VpcId],
};
