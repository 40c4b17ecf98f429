import type { Vpc } from "../../model/resource.ts";
import { put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** The attributes by their name in a Describe call: the member they have on the wire, and in the model. */
const attributes = {
  enableDnsHostnames: { member: "EnableDnsHostnames", field: "dnsHostnames" },
  enableDnsSupport: { member: "EnableDnsSupport", field: "dnsSupport" },
  enableNetworkAddressUsageMetrics: { member: "EnableNetworkAddressUsageMetrics", field: "addressUsageMetrics" },
} as const;

/** Changes one attribute of a VPC: exactly one per call. */
export const modifyVpcAttribute = operation({
  name: "ModifyVpcAttribute",
  run(world, input, call) {
    const given = Object.values(attributes).filter(({ member }) => input[member] !== undefined);
    const [only] = given;
    if (!only || given.length > 1) {
      return refuse("InvalidParameterCombination", "The request must contain exactly one attribute to modify");
    }
    const value = input[only.member]?.Value;
    if (value === undefined) {
      return refuse("MissingParameter", `The request must contain the parameter ${only.member}.Value`);
    }
    const vpc = locate(world, call, "vpc", input.VpcId ?? "");
    if (isRefusal(vpc)) return vpc;
    const changed: Vpc = { ...vpc, [only.field]: value };
    return { changes: [put(changed)], output: {} };
  },
});

export const describeVpcAttribute = operation({
  name: "DescribeVpcAttribute",
  run(world, { Attribute = "", VpcId = "" }, call) {
    const attribute = Object.entries(attributes).find(([name]) => name === Attribute)?.[1];
    if (!attribute) {
      return refuse("InvalidParameterValue", `Value (${Attribute}) for parameter attribute is invalid. Unknown attribute.`);
    }
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    return { output: { VpcId: vpc.id, [attribute.member]: { Value: vpc[attribute.field] } } };
  },
});
