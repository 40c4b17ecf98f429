import type { InstanceStatus, InstanceStatusSummary } from "@aws-sdk/client-ec2";
import type { Instance } from "../../model/resource.ts";
import { find } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import { passedByNothing } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { stateView } from "./views/instance.ts";
import { zoneIdOf } from "../../model/zone.ts";

type Shown = InstanceStatus & { readonly Tags?: undefined };

const summaries: Readonly<Record<"running" | "pending" | "other", InstanceStatusSummary>> = {
  running: { Status: "ok", Details: [{ Name: "reachability", Status: "passed" }] },
  pending: { Status: "initializing", Details: [{ Name: "reachability", Status: "initializing" }] },
  other: { Status: "not-applicable" },
};

function view(world: World, instance: Instance): Shown {
  const zone = find(world, "subnet", instance.subnet)?.zone;
  const summary = summaries[instance.state === "running" || instance.state === "pending" ? instance.state : "other"];
  return {
    InstanceId: instance.id,
    AvailabilityZone: zone,
    AvailabilityZoneId: zone === undefined ? undefined : zoneIdOf(instance.region, zone),
    InstanceState: stateView(instance.state),
    InstanceStatus: summary,
    SystemStatus: summary,
  };
}

const filters: Filters<Shown> = {
  ...passedByNothing(
    ...["code", "description", "instance-event-id", "not-after", "not-before", "not-before-deadline"].map((name) => `event.${name}`),
    "application-status.status",
    "attached-ebs-status.status",
    "operator.principal",
  ),
  "availability-zone": (status) => [status.AvailabilityZone],
  "availability-zone-id": (status) => [status.AvailabilityZoneId],
  "instance-state-code": (status) => [status.InstanceState?.Code],
  "instance-state-name": (status) => [status.InstanceState?.Name],
  "instance-status.reachability": (status) => (status.InstanceStatus?.Details ?? []).map((detail) => detail.Status),
  "instance-status.status": (status) => [status.InstanceStatus?.Status],
  "operator.managed": () => [false],
  "system-status.reachability": (status) => (status.SystemStatus?.Details ?? []).map((detail) => detail.Status),
  "system-status.status": (status) => [status.SystemStatus?.Status],
};

const listing = {
  kind: "instance",
  ids: { parameter: "InstanceIds", alone: true },
  bounds: [5, 1000],
  filters,
  view,
} as const;

const running = { Name: "instance-state-name", Values: ["running"] };

/** The health of running instances; of all when IncludeAllInstances says so. */
export const describeInstanceStatus = operation({
  name: "DescribeInstanceStatus",
  run(world, input, call) {
    const Filters = [...(input.Filters ?? []), ...(input.IncludeAllInstances === true ? [] : [running])];
    const page = describe(listing, world, call, { ...input, Filters, ids: input.InstanceIds });
    return isRefusal(page) ? page : { output: { InstanceStatuses: [...page.items], NextToken: page.next } };
  },
});
