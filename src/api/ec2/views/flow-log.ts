import type { FlowLog as FlowLogView } from "@aws-sdk/client-ec2";
import type { FlowLog, FlowLogFiles } from "../../../model/resource.ts";
import type { Filters } from "../../filters.ts";
import type { Delivery } from "../../operation.ts";
import { tagList } from "../../tags.ts";
import { localArn } from "../flow-log-destination.ts";

/** A flow log as it is shown; what was not delivered yet is shown as delivered. */
export const flowLogView = (flowLog: FlowLog, delivery: Delivery = { status: "SUCCESS" }): FlowLogView => ({
  FlowLogId: flowLog.id,
  FlowLogStatus: "ACTIVE",
  CreationTime: new Date(flowLog.created),
  ResourceId: flowLog.resourceId,
  TrafficType: flowLog.traffic,
  LogFormat: flowLog.format,
  MaxAggregationInterval: flowLog.interval,
  DeliverLogsPermissionArn: flowLog.role,
  DeliverLogsStatus: delivery.status,
  DeliverLogsErrorMessage: delivery.message,
  ...destinationView(flowLog),
  TagFieldSpecifications: flowLog.tagFields?.map(({ resourceType, keys }) => ({ ResourceType: resourceType, TagKeys: [...keys] })),
  Tags: tagList(flowLog.tags),
});

type DestinationView = Pick<FlowLogView, "LogDestinationType" | "LogDestination" | "LogGroupName" | "DestinationOptions">;

function destinationView({ destination }: FlowLog): DestinationView {
  switch (destination.type) {
    case "cloud-watch-logs":
      return { LogDestinationType: "cloud-watch-logs", LogGroupName: destination.group, LogDestination: destination.arn };
    case "s3":
      return { LogDestinationType: "s3", LogDestination: destination.arn, DestinationOptions: filesView(destination) };
    case "local":
      return { LogDestinationType: "s3", LogDestination: localArn, DestinationOptions: filesView(destination) };
  }
}

const filesView = ({ fileFormat, hive, perHour }: FlowLogFiles): FlowLogView["DestinationOptions"] => ({
  FileFormat: fileFormat,
  HiveCompatiblePartitions: hive,
  PerHourPartition: perHour,
});

export const flowLogFilters: Filters<FlowLogView> = {
  "deliver-log-status": (flowLog) => [flowLog.DeliverLogsStatus],
  "flow-log-id": (flowLog) => [flowLog.FlowLogId],
  "log-destination-type": (flowLog) => [flowLog.LogDestinationType],
  "log-group-name": (flowLog) => [flowLog.LogGroupName],
  "resource-id": (flowLog) => [flowLog.ResourceId],
  "traffic-type": (flowLog) => [flowLog.TrafficType],
};
