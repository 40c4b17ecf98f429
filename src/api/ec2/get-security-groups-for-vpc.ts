import type { SecurityGroupForVpc } from "@aws-sdk/client-ec2";
import type { SecurityGroup, Vpc } from "../../model/resource.ts";
import { listed, need } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { tagList } from "../tags.ts";
import { ageKey } from "./describe.ts";
import { locate } from "./lookup.ts";

const filters: Filters<SecurityGroupForVpc> = {
  description: (group) => [group.Description],
  "group-id": (group) => [group.GroupId],
  "group-name": (group) => [group.GroupName],
  "owner-id": (group) => [group.OwnerId],
  "primary-vpc-id": (group) => [group.PrimaryVpcId],
};

/** The groups that interfaces of a VPC may have. */
export const getSecurityGroupsForVpc = operation({
  name: "GetSecurityGroupsForVpc",
  run(world, input, call) {
    const { VpcId = "" } = input;
    const topic = `${VpcId} groups`;
    const request = parsePageRequest(input, [5, 1000], topic);
    if (isRefusal(request)) return request;
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    const groups = groupsUsableIn(world, vpc).filter((group) => passes(usableView(group)));
    const { items, next } = pageOf(groups, ageKey, request, topic);
    return { output: { SecurityGroupForVpcs: items.map(usableView), NextToken: next } };
  },
});

const groupsUsableIn = (world: World, vpc: Vpc): SecurityGroup[] => [
  ...listed(world, "groupsOfVpc", vpc.id).values(),
  ...[...listed(world, "associationsOfVpc", vpc.id).values()].map(({ group }) => need(world, "security-group", group)),
];

const usableView = (group: SecurityGroup): SecurityGroupForVpc => ({
  GroupId: group.id,
  GroupName: group.name,
  Description: group.description,
  OwnerId: group.account,
  PrimaryVpcId: group.vpc,
  Tags: tagList(group.tags),
});
