import type {
  VpcBlockPublicAccessExclusion as ExclusionView,
  VpcBlockPublicAccessOptions as OptionsView,
} from "@aws-sdk/client-ec2";
import { makeExclusion } from "../../model/block-public-access.ts";
import type { PublicAccessExclusion } from "../../model/block-public-access.ts";
import { isGone, living } from "../../model/gone.ts";
import type { RegionResource, Subnet, Vpc } from "../../model/resource.ts";
import { list, listed, need, put, scopeKey } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseTagSpecifications, tagList } from "../tags.ts";
import { describe } from "./describe.ts";
import { locate, locateLiving } from "./lookup.ts";
import { missingParameter, oneOf } from "./parameter.ts";
import { arnOf } from "./views/arn.ts";

const optionsView = ({ account, region, blockPublicAccess }: RegionResource): OptionsView => ({
  AwsAccountId: account,
  AwsRegion: region,
  State: blockPublicAccess ? "update-complete" : "default-state",
  InternetGatewayBlockMode: blockPublicAccess?.mode ?? "off",
  LastUpdateTimestamp: blockPublicAccess && new Date(blockPublicAccess.updated),
  ManagedBy: "account",
  ExclusionsAllowed: "allowed",
});

export const describeVpcBlockPublicAccessOptions = operation({
  name: "DescribeVpcBlockPublicAccessOptions",
  run: (world, _, call) => ({ output: { VpcBlockPublicAccessOptions: optionsView(need(world, "region", scopeKey(call))) } }),
});

/** Says what gateways are to block. They block nothing. */
export const modifyVpcBlockPublicAccessOptions = operation({
  name: "ModifyVpcBlockPublicAccessOptions",
  run(world, { InternetGatewayBlockMode = "" }, call) {
    const mode = oneOf("internetGatewayBlockMode", InternetGatewayBlockMode, ["off", "block-bidirectional", "block-ingress"]);
    if (isRefusal(mode)) return mode;
    const region: RegionResource = { ...need(world, "region", scopeKey(call)), blockPublicAccess: { mode, updated: call.now } };
    const view = { ...optionsView(region), State: "update-in-progress" as const };
    return { changes: [put(region)], output: { VpcBlockPublicAccessOptions: view } };
  },
});

const exclusionView = (_world: World, exclusion: PublicAccessExclusion): ExclusionView => ({
  ExclusionId: exclusion.id,
  InternetGatewayExclusionMode: exclusion.mode,
  ResourceArn: arnOf(exclusion, exclusion.resource.startsWith("vpc-") ? "vpc" : "subnet", exclusion.resource),
  State: stateOf(exclusion),
  CreationTimestamp: new Date(exclusion.created),
  LastUpdateTimestamp: new Date(exclusion.updated),
  DeletionTimestamp: exclusion.deleted === undefined ? undefined : new Date(exclusion.deleted),
  Tags: tagList(exclusion.tags),
});

function stateOf(exclusion: PublicAccessExclusion): NonNullable<ExclusionView["State"]> {
  if (isGone(exclusion)) return "delete-complete";
  return exclusion.updated === exclusion.created ? "create-complete" : "update-complete";
}

const modes = ["allow-bidirectional", "allow-egress"] as const;

/** Excludes a VPC or a subnet, once, from a block. */
export const createVpcBlockPublicAccessExclusion = operation({
  name: "CreateVpcBlockPublicAccessExclusion",
  run(world, input, call) {
    const mode = oneOf("internetGatewayExclusionMode", input.InternetGatewayExclusionMode ?? "", modes);
    if (isRefusal(mode)) return mode;
    const tags = parseTagSpecifications(input.TagSpecifications, ["vpc-block-public-access-exclusion"]);
    if (isRefusal(tags)) return tags;
    const resource = locateExcluded(world, call, input);
    if (isRefusal(resource)) return resource;
    const other = listed(world, "exclusionsOfResource", resource.id).first();
    if (other) return refuse("InvalidParameterValue", `${resource.id} has the exclusion ${other.id} already.`);
    if (living(list(world, call, "vpc-block-public-access-exclusion")).length >= call.quotas.publicAccessExclusions) {
      return refuse("VpcBlockPublicAccessExclusionLimitExceeded", "The maximum number of exclusions has been reached.");
    }
    const exclusion = makeExclusion(call, { resource: resource.id, mode }, tags["vpc-block-public-access-exclusion"] ?? {});
    const view = { ...exclusionView(world, exclusion), State: "create-in-progress" as const };
    return { changes: [put(exclusion)], output: { VpcBlockPublicAccessExclusion: view } };
  },
});

function locateExcluded(world: World, call: Call, { VpcId, SubnetId }: Input<"CreateVpcBlockPublicAccessExclusion">): Vpc | Subnet | Refusal {
  if (VpcId !== undefined && SubnetId !== undefined) {
    return refuse("InvalidParameterCombination", "The request must contain exactly one of vpcId or subnetId");
  }
  if (VpcId !== undefined) return locate(world, call, "vpc", VpcId);
  return SubnetId === undefined ? missingParameter("vpcId or subnetId") : locate(world, call, "subnet", SubnetId);
}

export const modifyVpcBlockPublicAccessExclusion = operation({
  name: "ModifyVpcBlockPublicAccessExclusion",
  run(world, { ExclusionId = "", InternetGatewayExclusionMode = "" }, call) {
    const mode = oneOf("internetGatewayExclusionMode", InternetGatewayExclusionMode, modes);
    if (isRefusal(mode)) return mode;
    const exclusion = locateLiving(world, call, "vpc-block-public-access-exclusion", ExclusionId);
    if (isRefusal(exclusion)) return exclusion;
    const changed: PublicAccessExclusion = { ...exclusion, mode, updated: call.now };
    const view = { ...exclusionView(world, changed), State: "update-in-progress" as const };
    return { changes: [put(changed)], output: { VpcBlockPublicAccessExclusion: view } };
  },
});

export const deleteVpcBlockPublicAccessExclusion = operation({
  name: "DeleteVpcBlockPublicAccessExclusion",
  run(world, { ExclusionId = "" }, call) {
    const exclusion = locateLiving(world, call, "vpc-block-public-access-exclusion", ExclusionId);
    if (isRefusal(exclusion)) return exclusion;
    const view = { ...exclusionView(world, exclusion), State: "delete-in-progress" as const };
    return { changes: [put({ ...exclusion, deleted: call.now })], output: { VpcBlockPublicAccessExclusion: view } };
  },
});

const filters: Filters<ExclusionView> = {
  "internet-gateway-exclusion-mode": (exclusion) => [exclusion.InternetGatewayExclusionMode],
  "resource-arn": (exclusion) => [exclusion.ResourceArn],
  state: (exclusion) => [exclusion.State],
};

const listing = {
  kind: "vpc-block-public-access-exclusion",
  ids: { parameter: "ExclusionIds", alone: false },
  bounds: [5, 1000],
  filters,
  view: exclusionView,
} as const;

export const describeVpcBlockPublicAccessExclusions = operation({
  name: "DescribeVpcBlockPublicAccessExclusions",
  run(world, { ExclusionIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: ExclusionIds });
    return isRefusal(page) ? page : { output: { VpcBlockPublicAccessExclusions: [...page.items], NextToken: page.next } };
  },
});
