import { makeMirrorTarget } from "../../model/traffic-mirror.ts";
import type { MirrorTarget } from "../../model/traffic-mirror.ts";
import { list, listed, put, remove } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { describe } from "./describe.ts";
import { locate, locateLiving, locateOwnInterface } from "./lookup.ts";
import { invalidValue } from "./parameter.ts";
import { mirrorTargetFilters, mirrorTargetView } from "./views/traffic-mirror.ts";

export const createTrafficMirrorTarget = operation({
  name: "CreateTrafficMirrorTarget",
  run(world, input, call) {
    const tags = parseTagSpecifications(input.TagSpecifications, ["traffic-mirror-target"]);
    if (isRefusal(tags)) return tags;
    const to = locateEnd(world, call, input);
    if (isRefusal(to)) return to;
    if (list(world, call, "traffic-mirror-target").length >= call.quotas.mirrorTargets) {
      return refuse("TrafficMirrorTargetLimitExceeded", "The maximum number of traffic mirror targets has been reached.");
    }
    const { Description: description, ClientToken } = input;
    const plan = { to, ...(description !== undefined && { description }) };
    const target = makeMirrorTarget(call, plan, tags["traffic-mirror-target"] ?? {});
    return { changes: [put(target)], output: { TrafficMirrorTarget: mirrorTargetView(world, target), ClientToken } };
  },
});

function locateEnd(world: World, call: Call, input: Input<"CreateTrafficMirrorTarget">): MirrorTarget["to"] | Refusal {
  const { NetworkInterfaceId, NetworkLoadBalancerArn: arn, GatewayLoadBalancerEndpointId } = input;
  if ([NetworkInterfaceId, arn, GatewayLoadBalancerEndpointId].filter((end) => end !== undefined).length !== 1) {
    return refuse(
      "InvalidInput",
      "Invalid number of inputs. Only 1 of NetworkInterfaceId, NetworkLoadBalancerArn or GatewayLoadBalancerEndpointId required.",
    );
  }
  if (arn !== undefined) {
    return /^arn:aws[\w-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/net\//.test(arn)
      ? { type: "network-load-balancer", arn }
      : invalidValue("networkLoadBalancerArn", arn, "This is not the ARN of a Network Load Balancer.");
  }
  if (GatewayLoadBalancerEndpointId !== undefined) {
    const endpoint = locateLiving(world, call, "vpc-endpoint", GatewayLoadBalancerEndpointId);
    if (isRefusal(endpoint)) return endpoint;
    return endpoint.type === "GatewayLoadBalancer"
      ? { type: "gateway-load-balancer-endpoint", id: endpoint.id }
      : invalidValue("gatewayLoadBalancerEndpointId", endpoint.id, "It is not of a Gateway Load Balancer.");
  }
  const eni = locateOwnInterface(world, call, NetworkInterfaceId ?? "");
  return isRefusal(eni) ? eni : { type: "network-interface", id: eni.id };
}

/** Deletes a target that no session uses. */
export const deleteTrafficMirrorTarget = operation({
  name: "DeleteTrafficMirrorTarget",
  run(world, { TrafficMirrorTargetId = "" }, call) {
    const target = locate(world, call, "traffic-mirror-target", TrafficMirrorTargetId);
    if (isRefusal(target)) return target;
    const user = listed(world, "mirrorSessionsOfTarget", target.id).first();
    if (user) return refuse("TrafficMirrorTargetInUseException", `The traffic mirror target ${target.id} is used by ${user.id}.`);
    return { changes: [remove(target)], output: { TrafficMirrorTargetId: target.id } };
  },
});

const listing = {
  kind: "traffic-mirror-target",
  ids: { parameter: "TrafficMirrorTargetIds", alone: false },
  bounds: [5, 1000],
  filters: mirrorTargetFilters,
  view: mirrorTargetView,
} as const;

export const describeTrafficMirrorTargets = operation({
  name: "DescribeTrafficMirrorTargets",
  run(world, { TrafficMirrorTargetIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: TrafficMirrorTargetIds });
    return isRefusal(page) ? page : { output: { TrafficMirrorTargets: [...page.items], NextToken: page.next } };
  },
});
