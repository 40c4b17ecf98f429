import { defaultFormat, parseFormat } from "../../flow/format.ts";
import type { Scope } from "../../model/birth.ts";
import { flowLogsOf, isSameFlowLog, makeFlowLog } from "../../model/flow-log.ts";
import type { FlowLogPlan } from "../../model/flow-log.ts";
import type { FlowLog, FlowLogTagFields } from "../../model/resource.ts";
import { put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { invalid, parseDestination } from "./flow-log-destination.ts";
import { locate } from "./lookup.ts";
import { unserved } from "./served.ts";

type CreateInput = Input<"CreateFlowLogs">;

const served = [
  "ResourceIds",
  "ResourceType",
  "TrafficType",
  "LogDestinationType",
  "LogDestination",
  "LogGroupName",
  "LogFormat",
  "MaxAggregationInterval",
  "DeliverLogsPermissionArn",
  "DestinationOptions",
  "TagSpecifications",
  "TagFieldSpecifications",
] as const;

/**
 * Makes a flow log for each resource. One that can't have it is said in `Unsuccessful` beside the others; when none can,
 * the call is refused.
 */
export const createFlowLogs = operation({
  name: "CreateFlowLogs",
  run(world, input, call) {
    const strange = unserved(input, served);
    if (strange) return strange;
    const plan = parsePlan(input, call);
    if (isRefusal(plan)) return plan;
    const texts = [...new Set(input.ResourceIds)];
    const wrong = texts.find((text) => !parseId(kinds[plan.resourceType], text));
    if (wrong !== undefined) return invalid(`Invalid Resource id ${wrong} for resource-type ${plan.resourceType}`);

    const tried = texts.map((text) => ({ text, made: makeFor(world, call, text, plan) }));
    const [first] = tried;
    if (first && isRefusal(first.made) && tried.every(({ made }) => isRefusal(made))) return first.made;
    const made = tried.flatMap((one) => (isRefusal(one.made) ? [] : [one.made]));
    const failed = tried.flatMap(({ text, made: why }) =>
      isRefusal(why) ? [{ ResourceId: text, Error: { Code: why.refused, Message: why.message } }] : [],
    );
    const output = { ClientToken: input.ClientToken, FlowLogIds: made.map(({ id }) => id), Unsuccessful: failed };
    return { changes: made.map(put), output };
  },
});

const kinds = { VPC: "vpc", Subnet: "subnet", NetworkInterface: "network-interface" } as const;

/** A flow log of one resource, or why that resource can't have it. */
function makeFor(world: World, call: Call, text: string, plan: FlowLogPlan): FlowLog | Refusal {
  const resource = locate(world, call, kinds[plan.resourceType], text);
  if (isRefusal(resource)) return resource;
  const present = flowLogsOf(world, resource.id);
  if (present.some((flowLog) => isSameFlowLog(flowLog, plan))) {
    return refuse("FlowLogAlreadyExists", "Error. There is an existing Flow Log with the same configuration and log destination.");
  }
  if (present.length >= call.quotas.flowLogsPerResource) {
    return refuse("FlowLogsLimitExceeded", `The maximum number of flow logs for '${resource.id}' is ${call.quotas.flowLogsPerResource}`);
  }
  return makeFlowLog(call, resource.id, plan);
}

function parsePlan(input: CreateInput, scope: Scope): FlowLogPlan | Refusal {
  const { ResourceIds: ids = [], MaxAggregationInterval: interval = 600, TrafficType: traffic } = input;
  if (ids.length === 0) return absent("ResourceIds");
  if (ids.length > limits.flowLogsPerCall) return invalid(`The maximum number of ResourceIds is ${limits.flowLogsPerCall}`);
  const resourceType = parseResourceType(input.ResourceType);
  if (isRefusal(resourceType)) return resourceType;
  if (traffic === undefined) return absent("TrafficType");
  if (traffic !== "ACCEPT" && traffic !== "REJECT" && traffic !== "ALL") return invalid(`Invalid value '${String(traffic)}' for TrafficType.`);
  if (interval !== 60 && interval !== 600) return invalid("Invalid Flow Log Max Aggregation Interval");
  const destination = parseDestination(input, scope);
  if (isRefusal(destination)) return destination;
  const format = input.LogFormat === undefined ? defaultFormat : parseFormat(input.LogFormat);
  if (isRefusal(format)) return format;
  const tagFields = parseTagFields(input.TagFieldSpecifications);
  if (isRefusal(tagFields)) return tagFields;
  const tags = parseTagSpecifications(input.TagSpecifications, ["vpc-flow-log"]);
  if (isRefusal(tags)) return tags;
  const role = input.DeliverLogsPermissionArn;
  return {
    resourceType,
    traffic,
    destination,
    format: format.text,
    interval,
    ...(tagFields && { tagFields }),
    ...(role !== undefined && { role }),
    tags: tags["vpc-flow-log"] ?? {},
  };
}

const absent = (parameter: string): Refusal =>
  refuse("MissingParameter", `The request must include the ${parameter} parameter. Add the required parameter and retry the request.`);

function parseResourceType(type: CreateInput["ResourceType"]): FlowLog["resourceType"] | Refusal {
  switch (type) {
    case undefined:
      return absent("ResourceType");
    case "VPC":
    case "Subnet":
    case "NetworkInterface":
      return type;
    case "TransitGateway":
    case "TransitGatewayAttachment":
    case "RegionalNatGateway":
      return refuse("UnsupportedOperation", `Flow logs of the resource type ${type} are not supported.`);
    default:
      return invalid(`Invalid value '${String(type)}' for ResourceType.`);
  }
}

const mostTagKeys = 2;
const longestTagKey = 128;

function parseTagFields(given: CreateInput["TagFieldSpecifications"]): readonly FlowLogTagFields[] | Refusal | undefined {
  if (!given?.length) return undefined;
  const parsed: FlowLogTagFields[] = [];
  for (const { ResourceType: resourceType, TagKeys: keys = [] } of given) {
    if (resourceType !== "network-interface" && resourceType !== "instance" && resourceType !== "auto-scaling-group") {
      return invalid(`Invalid value '${String(resourceType)}' for ResourceType of TagFieldSpecifications.`);
    }
    if (parsed.some((one) => one.resourceType === resourceType)) return invalid(`Duplicate ResourceType '${resourceType}' in TagFieldSpecifications.`);
    const fits = keys.length >= 1 && keys.length <= mostTagKeys && keys.every((key) => key.length >= 1 && key.length <= longestTagKey);
    if (!fits) return invalid(`TagKeys of TagFieldSpecifications must be 1 to ${mostTagKeys} keys of 1 to ${longestTagKey} characters.`);
    parsed.push({ resourceType, keys });
  }
  return parsed;
}
