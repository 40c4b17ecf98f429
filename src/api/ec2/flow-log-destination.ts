/** Where CreateFlowLogs is to deliver to, in Amazon's words, as the model has it and back. */
import type { Scope } from "../../model/birth.ts";
import type { FlowLogDestination, FlowLogFiles } from "../../model/resource.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Input } from "../operation.ts";

type CreateInput = Input<"CreateFlowLogs">;

export const invalid = (message: string): Refusal => refuse("InvalidParameter", message);

/** Amazon's clients know no directory: a bucket of this name stands for the region's own. */
export const localArn = "arn:aws:s3:::local";

/** The destination an input names; the region's own directory when it names none at all. */
export function parseDestination(input: CreateInput, scope: Scope): FlowLogDestination | Refusal {
  const { LogDestinationType: given, LogDestination: arn, LogGroupName: group } = input;
  const type = given ?? (arn?.startsWith("arn:aws:s3:") ? "s3" : "cloud-watch-logs");
  if (type !== "cloud-watch-logs" && type !== "s3") return refuseType(type);
  if (group !== undefined && type !== "cloud-watch-logs") {
    return invalid("LogDestination type must be cloud-watch-logs if LogGroupName is provided.");
  }
  if (group !== undefined && arn !== undefined) return invalid("Please only provide LogGroupName or only provide LogDestination.");
  if (arn === undefined && group === undefined) {
    return given === undefined
      ? filesFor(input, { type: "local" })
      : invalid("LogDestination can't be empty if LogGroupName is not provided.");
  }
  if (type === "s3") return arn === localArn ? filesFor(input, { type: "local" }) : parseBucket(input, arn ?? "");
  return parseGroup(input, scope);
}

const refuseType = (type: string): Refusal =>
  type === "kinesis-data-firehose"
    ? refuse("UnsupportedOperation", "Delivery of flow logs to kinesis-data-firehose is not supported.")
    : invalid(`Invalid value '${type}' for LogDestinationType.`);

function parseGroup({ LogGroupName, LogDestination, ...input }: CreateInput, { account, region }: Scope): FlowLogDestination | Refusal {
  const { DeliverLogsPermissionArn: role, DestinationOptions: options } = input;
  if (role === undefined) return invalid("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.");
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(role)) return invalid(`Invalid DeliverLogsPermissionArn: ${role}`);
  if (options !== undefined) return invalid("DestinationOptions is not applicable for cloud-watch-logs delivery");
  const own = `arn:aws:logs:${region}:${account}:log-group:`;
  const group = LogGroupName ?? (LogDestination?.startsWith(own) ? LogDestination.slice(own.length) : "");
  if (/^[-._/#A-Za-z0-9]{1,512}$/.test(group)) {
    return { type: "cloud-watch-logs", group, ...(LogDestination !== undefined && { arn: LogDestination }) };
  }
  return LogGroupName === undefined
    ? invalid(`Access Denied for LogDestination: ${LogDestination}. Please check LogDestination permission`)
    : invalid(`Invalid LogGroupName: ${LogGroupName}`);
}

function parseBucket(input: CreateInput, arn: string): FlowLogDestination | Refusal {
  const [, bucket, folder = ""] = /^arn:aws:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(arn) ?? [];
  if (bucket === undefined) return invalid(`Invalid LogDestination: ${arn}`);
  const prefix = folder.replace(/^\/+|\/+$/g, "");
  if (/^AWSLogs(?:\/|$)/.test(prefix)) return invalid(`Invalid LogDestination: ${arn}. AWSLogs is reserved and can't be used as a folder`);
  return filesFor(input, { type: "s3", bucket, prefix, arn });
}

type Place<D = FlowLogDestination> = D extends FlowLogFiles ? Omit<D, keyof FlowLogFiles> : never;

function filesFor({ DeliverLogsPermissionArn, DestinationOptions }: CreateInput, place: Place): FlowLogDestination | Refusal {
  if (DeliverLogsPermissionArn !== undefined) return invalid("DeliverLogsPermissionArn is not applicable for s3 delivery");
  const files = parseFiles(DestinationOptions);
  return isRefusal(files) ? files : { ...place, ...files };
}

function parseFiles(options: CreateInput["DestinationOptions"] = {}): FlowLogFiles | Refusal {
  const { FileFormat: fileFormat = "plain-text", HiveCompatiblePartitions: hive = false, PerHourPartition: perHour = false } = options;
  if (fileFormat !== "plain-text" && fileFormat !== "parquet") return invalid(`Invalid value '${String(fileFormat)}' for FileFormat.`);
  return { fileFormat, hive, perHour };
}
