import type { IpPermission, StaleIpPermission, StaleSecurityGroup } from "@aws-sdk/client-ec2";
import type { SecurityGroup } from "../../model/resource.ts";
import { isStale, rulesOf } from "../../model/security-group.ts";
import { find, listed } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { ageKey } from "./describe.ts";
import { locate } from "./lookup.ts";
import { permissionsView } from "./views/security-group.ts";

/** The groups made in a VPC that have rules about groups which are gone or out of reach, and those rules. */
export const describeStaleSecurityGroups = operation({
  name: "DescribeStaleSecurityGroups",
  run(world, input, call) {
    const { VpcId = "" } = input;
    const topic = `${VpcId} stale groups`;
    const request = parsePageRequest(input, [5, 255], topic);
    if (isRefusal(request)) return request;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    const groups = [...listed(world, "groupsOfVpc", vpc.id).values()];
    const stale = groups.filter((group) => rulesOf(world, group.id).some((rule) => isStale(world, rule)));
    const { items, next } = pageOf(stale, ageKey, request, topic);
    return { output: { StaleSecurityGroupSet: items.map((group) => staleView(world, group)), NextToken: next } };
  },
});

const staleView = (world: World, group: SecurityGroup): StaleSecurityGroup => ({
  GroupId: group.id,
  GroupName: group.name,
  Description: group.description,
  VpcId: group.vpc,
  StaleIpPermissions: stalePermissions(world, group, false),
  StaleIpPermissionsEgress: stalePermissions(world, group, true),
});

const stalePermissions = (world: World, group: SecurityGroup, egress: boolean): StaleIpPermission[] =>
  permissionsView(world, group, rulesOf(world, group.id, egress).filter((rule) => isStale(world, rule))).map(
    ({ IpProtocol, FromPort, ToPort, UserIdGroupPairs = [] }: IpPermission) => ({
      IpProtocol,
      FromPort,
      ToPort,
      UserIdGroupPairs: UserIdGroupPairs.map((pair) => ({
        ...pair,
        VpcId: pair.VpcId ?? find(world, "security-group", pair.GroupId ?? "")?.vpc,
      })),
    }),
  );
