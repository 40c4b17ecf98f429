import type { SecurityGroupVpcAssociation as AssociationView } from "@aws-sdk/client-ec2";
import type { SecurityGroupVpcAssociation } from "../../model/resource.ts";
import { list, need } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters, Tagged } from "../filters.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { ageKey } from "./describe.ts";

const topic = "security-group-vpc-association";

const filters: Filters<AssociationView & Tagged> = {
  "group-id": (association) => [association.GroupId],
  "group-owner-id": (association) => [association.GroupOwnerId],
  state: (association) => [association.State],
  "vpc-id": (association) => [association.VpcId],
  "vpc-owner-id": (association) => [association.VpcOwnerId],
};

/** Groups and the VPCs they are associated with, beside the one each was made in. */
export const describeSecurityGroupVpcAssociations = operation({
  name: "DescribeSecurityGroupVpcAssociations",
  run(world, input, call) {
    const request = parsePageRequest(input, [5, 1000], topic);
    if (isRefusal(request)) return request;
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const associations = list(world, call, topic).filter((association) => passes(associationView(world, association)));
    const { items, next } = pageOf(associations, ageKey, request, topic);
    return {
      output: {
        SecurityGroupVpcAssociations: items.map((association) => associationView(world, association)),
        NextToken: next,
      },
    };
  },
});

const associationView = (world: World, { group, vpc }: SecurityGroupVpcAssociation): AssociationView => ({
  GroupId: group,
  GroupOwnerId: need(world, "security-group", group).account,
  VpcId: vpc,
  VpcOwnerId: need(world, "vpc", vpc).account,
  State: "associated",
});
