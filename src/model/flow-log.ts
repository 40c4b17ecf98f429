import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { FlowLog } from "./resource.ts";
import { listed, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

/** What the flow logs of one call have in common. */
export type FlowLogPlan = Pick<FlowLog, "resourceType" | "traffic" | "destination" | "format" | "interval" | "tagFields" | "role"> & {
  readonly tags: Tags;
};

/** A flow log of a resource. */
export const makeFlowLog = (birth: Birth, resourceId: FlowLog["resourceId"], { tags, ...plan }: FlowLogPlan): FlowLog => ({
  ...owned(birth, tags),
  kind: "flow-log",
  id: birth.mint("flow-log"),
  resourceId,
  ...plan,
});

/** The flow logs made for the VPC, subnet or interface itself. */
export const flowLogsOf = (world: World, resourceId: string): FlowLog[] => [
  ...listed(world, "flowLogsOfResource", resourceId).values(),
];

/** A resource goes, and its flow logs with it. What they recorded stays where it is. */
export const forgetFlowLogs = (world: World, resourceId: string): Change[] => flowLogsOf(world, resourceId).map(remove);

/** Whether both record the same packets of a resource into the same place. */
export const isSameFlowLog = (
  one: Pick<FlowLog, "traffic" | "destination">,
  other: Pick<FlowLog, "traffic" | "destination">,
): boolean => one.traffic === other.traffic && placeOf(one.destination) === placeOf(other.destination);

function placeOf(destination: FlowLog["destination"]): string {
  switch (destination.type) {
    case "cloud-watch-logs":
      return `logs ${destination.group}`;
    case "s3":
      return `s3 ${destination.bucket}/${destination.prefix}`;
    case "local":
      return "local";
  }
}
