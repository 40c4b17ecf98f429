import { refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { defaultVpc } from "./lookup.ts";

export const describeAccountAttributes = operation({
  name: "DescribeAccountAttributes",
  run(world, { AttributeNames = [] }, call) {
    const attributes: Readonly<Record<string, string>> = {
      "supported-platforms": "VPC",
      "default-vpc": defaultVpc(world, call)?.id ?? "none",
      "max-instances": String(call.quotas.instances),
      "vpc-max-security-groups-per-interface": String(call.quotas.groupsPerInterface),
      "max-elastic-ips": String(call.quotas.elasticIps),
      "vpc-max-elastic-ips": String(call.quotas.elasticIps),
    };
    const names = AttributeNames.length > 0 ? AttributeNames : Object.keys(attributes);
    const unknown = names.find((name) => !Object.hasOwn(attributes, name));
    if (unknown !== undefined) {
      return refuse("InvalidParameterValue", `Value (${unknown}) for parameter attributeName is invalid.`);
    }
    const AccountAttributes = names.map((name) => ({
      AttributeName: name,
      AttributeValues: [{ AttributeValue: attributes[name] }],
    }));
    return { output: { AccountAttributes } };
  },
});
