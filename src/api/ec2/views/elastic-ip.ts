import type { Address } from "@aws-sdk/client-ec2";
import type { ElasticIp } from "../../../model/resource.ts";
import { need } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";

export const elasticIpView = (world: World, elasticIp: ElasticIp): Address => ({
  AllocationId: elasticIp.id,
  PublicIp: elasticIp.publicIp,
  Domain: "vpc",
  PublicIpv4Pool: "amazon",
  NetworkBorderGroup: elasticIp.region,
  ...associationView(world, elasticIp),
  Tags: tagList(elasticIp.tags),
});

function associationView(world: World, { association }: ElasticIp): Partial<Address> {
  if (!association) return {};
  const eni = need(world, "network-interface", association.interface);
  return {
    AssociationId: association.id,
    NetworkInterfaceId: eni.id,
    NetworkInterfaceOwnerId: eni.account,
    PrivateIpAddress: association.address,
    InstanceId: eni.attachment?.instance,
  };
}

export const elasticIpFilters: Filters<Address> = {
  "allocation-id": (address) => [address.AllocationId],
  "association-id": (address) => [address.AssociationId],
  domain: (address) => [address.Domain],
  "instance-id": (address) => [address.InstanceId],
  "network-border-group": (address) => [address.NetworkBorderGroup],
  "network-interface-id": (address) => [address.NetworkInterfaceId],
  "network-interface-owner-id": (address) => [address.NetworkInterfaceOwnerId],
  "private-ip-address": (address) => [address.PrivateIpAddress],
  "public-ip": (address) => [address.PublicIp],
};
