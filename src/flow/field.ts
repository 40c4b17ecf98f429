/** Every field a flow log's format may name: its version, its Parquet type, and its value in a record. */
import { formatIp, type Ip } from "../values/ip.ts";
import type { Count, FlowRecord, ForeignField, TagField } from "./record.ts";

/** Parquet's types, by Amazon's names for them. */
export type FieldType = "INT_32" | "INT_64" | "STRING";

/** Undefined is told as `-`. */
export type FieldValue = string | number | undefined;

export interface Field {
  /** As in formats and in the header of text files. */
  readonly name: string;
  /** The version that brought it; 0 for Bailey's own, which count for nothing in a format's version. */
  readonly version: number;
  readonly type: FieldType;
  /** The value in a record: no text has spaces or other than ASCII. */
  readonly of: (record: FlowRecord) => FieldValue;
  /** Whether NODATA and SKIPDATA records have it. */
  readonly always: boolean;
}

/** The name of a field's column in Parquet and in queries. */
export const columnOf = ({ name }: Pick<Field, "name">): string => name.replaceAll("-", "_");

/**
 * The interface's own side of a flow: always its primary private IPv4 address, whatever the packet says. Of IPv6, the
 * packet's when the interface has it, else the interface's first.
 */
function ownAddress(record: FlowRecord, inPacket: Ip): string {
  if (inPacket.family === 4) return record.primary4 ?? formatIp(inPacket);
  const text = formatIp(inPacket);
  if (record.ownAddresses.includes(text)) return text;
  return record.ownAddresses.find((address) => address.includes(":")) ?? text;
}

/** A word of ours within a line: "acl in" becomes acl-in. */
const word = (text: string | undefined): string | undefined => text?.replaceAll(" ", "-");

/** The source as `srcaddr` tells it: the interface's own side on the way out, else as in the packet. */
const sourceOf = (record: FlowRecord, { direction, source }: Count): string =>
  direction === "egress" ? ownAddress(record, source) : formatIp(source);

const destinationOf = (record: FlowRecord, { direction, destination }: Count): string =>
  direction === "ingress" ? ownAddress(record, destination) : formatIp(destination);

/** UTF-8, percent-encoded; `-` alone would mean that there is no value. */
function encoded(text: string | undefined): FieldValue {
  if (text === undefined || text === "") return undefined;
  return text === "-" ? "%2D" : encodeURIComponent(text.toWellFormed());
}

type Of = Field["of"];
const field = (version: number, type: FieldType, name: string, of: Of): Field => ({ name, version, type, of, always: false });
const always = (version: number, type: FieldType, name: string, of: Of): Field => ({ name, version, type, of, always: true });
const foreign = (version: number, type: FieldType, name: ForeignField): Field => field(version, type, name, (record) => record.foreign?.[name]);
const tag = (name: TagField): Field => field(11, "STRING", name, ({ tags }) => encoded(tags?.[name]));

const tracking = ({ decided }: FlowRecord): FieldValue => {
  if (decided?.tracked === undefined) return undefined;
  return decided.tracked ? "tracked" : "untracked";
};

/** All fields, Amazon's in the order of its table. */
export const fields: readonly Field[] = [
  always(2, "INT_32", "version", () => 2),
  always(2, "STRING", "account-id", ({ account }) => account),
  always(2, "STRING", "interface-id", (record) => record.interface),
  field(2, "STRING", "srcaddr", (record) => record.count && sourceOf(record, record.count)),
  field(2, "STRING", "dstaddr", (record) => record.count && destinationOf(record, record.count)),
  field(2, "INT_32", "srcport", ({ count }) => count?.sourcePort),
  field(2, "INT_32", "dstport", ({ count }) => count?.destinationPort),
  field(2, "INT_32", "protocol", ({ count }) => count?.protocol),
  field(2, "INT_64", "packets", ({ count }) => count?.packets),
  field(2, "INT_64", "bytes", ({ count }) => count?.bytes),
  always(2, "INT_64", "start", ({ start }) => start),
  always(2, "INT_64", "end", ({ end }) => end),
  field(2, "STRING", "action", ({ count }) => count?.action),
  always(2, "STRING", "log-status", ({ status }) => status),
  field(3, "STRING", "vpc-id", ({ vpc }) => vpc),
  field(3, "STRING", "subnet-id", ({ subnet }) => subnet),
  field(3, "STRING", "instance-id", ({ instance }) => instance),
  field(3, "INT_32", "tcp-flags", ({ count }) => count?.tcpFlags),
  field(3, "STRING", "type", ({ count }) => count && `IPv${count.source.family}`),
  field(3, "STRING", "pkt-srcaddr", ({ count }) => count && formatIp(count.source)),
  field(3, "STRING", "pkt-dstaddr", ({ count }) => count && formatIp(count.destination)),
  field(4, "STRING", "region", ({ region }) => region),
  field(4, "STRING", "az-id", ({ zoneId }) => zoneId),
  foreign(4, "STRING", "sublocation-type"),
  foreign(4, "STRING", "sublocation-id"),
  foreign(5, "STRING", "pkt-src-aws-service"),
  foreign(5, "STRING", "pkt-dst-aws-service"),
  field(5, "STRING", "flow-direction", ({ count }) => count?.direction),
  field(5, "INT_32", "traffic-path", ({ count, trafficPath }) => (count?.direction === "egress" ? trafficPath : undefined)),
  foreign(7, "STRING", "ecs-cluster-arn"),
  foreign(7, "STRING", "ecs-cluster-name"),
  foreign(7, "STRING", "ecs-container-instance-arn"),
  foreign(7, "STRING", "ecs-container-instance-id"),
  foreign(7, "STRING", "ecs-container-id"),
  foreign(7, "STRING", "ecs-second-container-id"),
  foreign(7, "STRING", "ecs-service-name"),
  foreign(7, "STRING", "ecs-task-definition-arn"),
  foreign(7, "STRING", "ecs-task-arn"),
  foreign(7, "STRING", "ecs-task-id"),
  foreign(8, "STRING", "reject-reason"),
  foreign(9, "STRING", "resource-id"),
  foreign(10, "INT_32", "encryption-status"),
  tag("instance-tag"),
  tag("instance-tag-2"),
  tag("interface-tag"),
  tag("interface-tag-2"),
  tag("asg-tag"),
  tag("asg-tag-2"),
  field(11, "STRING", "interface-type", ({ interfaceType }) => interfaceType),
  field(11, "STRING", "next-hop-interface-id", ({ nextHop }) => nextHop?.interface),
  field(11, "STRING", "next-hop-subnet-id", ({ nextHop }) => nextHop?.subnet),
  field(11, "STRING", "next-hop-az-id", ({ nextHop }) => nextHop?.zoneId),
  field(11, "STRING", "next-hop-vpc-id", ({ nextHop }) => nextHop?.vpc),
  field(11, "STRING", "next-hop-interface-type", ({ nextHop }) => nextHop?.type),
  field(0, "STRING", "bailey-rule", ({ decided }) => decided && word(decided.rule)),
  field(0, "STRING", "bailey-gate", ({ decided, count }) => word(decided?.gate ?? count?.gate)),
  field(0, "STRING", "bailey-tracked", tracking),
  field(0, "INT_64", "bailey-revision", ({ decided }) => decided?.revision),
];

const byName: ReadonlyMap<string, Field> = new Map(fields.map((each) => [each.name, each]));

/** The field of that name, hyphenated as in formats. */
export const fieldNamed = (name: string): Field | undefined => byName.get(name);
