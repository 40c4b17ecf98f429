/** Amazon's documented example records, each with what was counted when it came about. */
import type { Count, FlowRecord } from "../../../src/flow/record.ts";
import { countOf, recordOf } from "./records.ts";

export interface Vector {
  readonly name: string;
  /** Field names. */
  readonly format: string;
  readonly record: FlowRecord;
  readonly line: string;
}

const v2 = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
const tcp =
  "version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status";
const nat = "instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr";
const transit =
  "version interface-id account-id vpc-id subnet-id instance-id srcaddr dstaddr srcport dstport protocol tcp-flags type pkt-srcaddr pkt-dstaddr action log-status";
const v5 =
  "version srcaddr dstaddr srcport dstport protocol start end type packets bytes account-id vpc-id subnet-id instance-id interface-id region az-id sublocation-type sublocation-id action tcp-flags pkt-srcaddr pkt-dstaddr pkt-src-aws-service pkt-dst-aws-service traffic-path flow-direction log-status";
const encryption = "flow-direction traffic-path srcaddr dstaddr srcport dstport encryption-status";

const prefix = "3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 123456789010 IPv4";
const onHost = { instance: "i-01234567890123456", primary4: "10.0.0.62" };
type Times = readonly [start: number, end: number];

/** A record of a TCP connection of format `tcp`, at the server or at the client. */
function tcpRecord(flow: string, bytes: number, packets: number, [start, end]: Times, tcpFlags: number): Vector {
  const direction = flow.startsWith("10.") ? "egress" : "ingress";
  const [from = "", to = ""] = flow.split(" > ");
  const [source, sourcePort] = from.split(":");
  const [destination, destinationPort] = to.split(":");
  return {
    name: `${flow}, flags ${tcpFlags}, from ${start}`,
    format: tcp,
    record: recordOf(countOf(flow, { direction, bytes, packets, tcpFlags }), { ...onHost, start, end }),
    line: `${prefix} ${source} ${destination} ${sourcePort} ${destinationPort} ${source} ${destination} 6 ${bytes} ${packets} ${start} ${end} ACCEPT ${tcpFlags} OK`,
  };
}

const v2Record = (name: string, line: string, flow: string, count: Partial<Count>, rest: Partial<FlowRecord>): Vector => ({
  name,
  format: v2,
  line,
  record: recordOf(countOf(flow, { tcpFlags: 0, ...count }), { ...rest }),
});

const gone = (status: "NODATA" | "SKIPDATA", eni: string): Vector => ({
  name: status,
  format: v2,
  line: `2 123456789010 ${eni} - - - - - - - 1431280876 1431280934 - ${status}`,
  record: recordOf(undefined, { status, interface: eni, start: 1_431_280_876, end: 1_431_280_934 }),
});

const natGateway = { interface: "eni-1235b8ca123456789", primary4: "10.0.0.220" };
const natRecord = (flow: string, direction: Count["direction"], line: string, rest: Partial<FlowRecord>): Vector => ({
  name: `${flow}, ${direction}`,
  format: nat,
  line,
  record: recordOf(countOf(flow, { direction }), rest),
});
const behindNat = { interface: "eni-1111aaaa2222bbbb3", instance: "i-01234567890123456", primary4: "10.0.1.5" };

const transitRecord = (eni: string, subnet: string, flow: string, count: Partial<Count>, ends: string, rest: Partial<FlowRecord>): Vector => ({
  name: `${eni}, ${flow}`,
  format: transit,
  line: `3 ${eni} 123456789010 vpc-abcdefab012345678 ${subnet} ${rest.instance ?? "-"} ${ends} ACCEPT OK`,
  record: recordOf(countOf(flow, count), { interface: eni, subnet, ...rest }),
});
const request = "10.20.33.164:39812 > 10.40.2.236:80";
const response = "10.40.2.236:80 > 10.20.33.164:39812";
const server = { instance: "i-01234567890123456", primary4: "10.40.2.236" };

const s3Client = { account: "123456789012", instance: "i-0c50d5961bcb2d47b", primary4: "10.0.0.71", start: 1_616_729_292, end: 1_616_729_349 };
const ofS3 = "123456789012 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-0c50d5961bcb2d47b eni-1235b8ca123456789 ap-southeast-2 apse2-az3 - -";

const clear = (flow: string, direction: Count["direction"], status: number, line: string): Vector => ({
  name: `encryption of ${flow}`,
  format: encryption,
  line,
  record: recordOf(countOf(flow, { direction }), { primary4: "10.0.128.55", trafficPath: 1, foreign: { "encryption-status": status } }),
});

export const vectors: readonly Vector[] = [
  v2Record("SSH allowed", "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK", "172.31.16.139:20641 > 172.31.16.21:22", { packets: 20, bytes: 4249 }, { primary4: "172.31.16.21", start: 1_418_530_010, end: 1_418_530_070 }),
  v2Record("RDP rejected", "2 123456789010 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 1418530010 1418530070 REJECT OK", "172.31.9.69:49761 > 172.31.9.12:3389", { packets: 20, bytes: 4249, action: "REJECT" }, { primary4: "172.31.9.12", start: 1_418_530_010, end: 1_418_530_070 }),
  gone("NODATA", "eni-1235b8ca123456789"),
  gone("SKIPDATA", "eni-11111111aaaaaaaaa"),
  v2Record("ping in", "2 123456789010 eni-1235b8ca123456789 203.0.113.12 172.31.16.139 0 0 1 4 336 1432917027 1432917142 ACCEPT OK", "203.0.113.12:0 > 172.31.16.139:0", { protocol: 1, packets: 4, bytes: 336 }, { primary4: "172.31.16.139", start: 1_432_917_027, end: 1_432_917_142 }),
  v2Record("ping's reply refused", "2 123456789010 eni-1235b8ca123456789 172.31.16.139 203.0.113.12 0 0 1 4 336 1432917094 1432917142 REJECT OK", "172.31.16.139:0 > 203.0.113.12:0", { direction: "egress", action: "REJECT", protocol: 1, packets: 4, bytes: 336 }, { primary4: "172.31.16.139", start: 1_432_917_094, end: 1_432_917_142 }),
  v2Record("IPv6 SSH", "2 123456789010 eni-1235b8ca123456789 2001:db8:1234:a100:8d6e:3477:df66:f105 2001:db8:1234:a102:3304:8879:34cf:4071 34892 22 6 54 8855 1477913708 1477913820 ACCEPT OK", "[2001:db8:1234:a100:8d6e:3477:df66:f105]:34892 > [2001:db8:1234:a102:3304:8879:34cf:4071]:22", { packets: 54, bytes: 8855 }, { primary4: "10.0.0.9", ownAddresses: ["10.0.0.9", "2001:db8:1234:a102::1", "2001:db8:1234:a102:3304:8879:34cf:4071"], start: 1_477_913_708, end: 1_477_913_820 }),
  tcpRecord("52.213.180.42:43416 > 10.0.0.62:5001", 568, 8, [1_566_848_875, 1_566_848_933], 2),
  tcpRecord("10.0.0.62:5001 > 52.213.180.42:43416", 376, 7, [1_566_848_875, 1_566_848_933], 18),
  tcpRecord("52.213.180.42:43418 > 10.0.0.62:5001", 100_701, 70, [1_566_848_875, 1_566_848_933], 2),
  tcpRecord("10.0.0.62:5001 > 52.213.180.42:43418", 632, 12, [1_566_848_875, 1_566_848_933], 18),
  tcpRecord("10.0.0.62:5001 > 52.213.180.42:43418", 63_388, 1219, [1_566_848_933, 1_566_849_113], 1),
  tcpRecord("52.213.180.42:43418 > 10.0.0.62:5001", 23_294_588, 15_774, [1_566_848_933, 1_566_849_113], 1),
  tcpRecord("52.213.180.42:43638 > 10.0.0.62:5001", 1260, 17, [1_566_933_133, 1_566_933_193], 3),
  tcpRecord("10.0.0.62:5001 > 52.213.180.42:43638", 967, 14, [1_566_933_133, 1_566_933_193], 19),
  natRecord("10.0.1.5:1 > 203.0.113.5:2", "ingress", "- eni-1235b8ca123456789 10.0.1.5 10.0.0.220 10.0.1.5 203.0.113.5", natGateway),
  natRecord("10.0.0.220:1 > 203.0.113.5:2", "egress", "- eni-1235b8ca123456789 10.0.0.220 203.0.113.5 10.0.0.220 203.0.113.5", natGateway),
  natRecord("203.0.113.5:2 > 10.0.0.220:1", "ingress", "- eni-1235b8ca123456789 203.0.113.5 10.0.0.220 203.0.113.5 10.0.0.220", natGateway),
  natRecord("203.0.113.5:2 > 10.0.1.5:1", "egress", "- eni-1235b8ca123456789 10.0.0.220 10.0.1.5 203.0.113.5 10.0.1.5", natGateway),
  natRecord("10.0.1.5:1 > 203.0.113.5:2", "egress", "i-01234567890123456 eni-1111aaaa2222bbbb3 10.0.1.5 203.0.113.5 10.0.1.5 203.0.113.5", behindNat),
  natRecord("203.0.113.5:2 > 10.0.1.5:1", "ingress", "i-01234567890123456 eni-1111aaaa2222bbbb3 203.0.113.5 10.0.1.5 203.0.113.5 10.0.1.5", behindNat),
  { name: "from S3", format: v5, line: `5 52.95.128.179 10.0.0.71 80 34210 6 1616729292 1616729349 IPv4 14 15044 ${ofS3} ACCEPT 19 52.95.128.179 10.0.0.71 S3 - - ingress OK`, record: recordOf(countOf("52.95.128.179:80 > 10.0.0.71:34210", { packets: 14, bytes: 15_044, tcpFlags: 19 }), { ...s3Client, trafficPath: 8, foreign: { "pkt-src-aws-service": "S3" } }) },
  { name: "to S3", format: v5, line: `5 10.0.0.71 52.95.128.179 34210 80 6 1616729292 1616729349 IPv4 7 471 ${ofS3} ACCEPT 3 10.0.0.71 52.95.128.179 - S3 8 egress OK`, record: recordOf(countOf("10.0.0.71:34210 > 52.95.128.179:80", { direction: "egress", packets: 7, bytes: 471, tcpFlags: 3 }), { ...s3Client, trafficPath: 8, foreign: { "pkt-dst-aws-service": "S3" } }) },
  transitRecord("eni-33333333333333333", "subnet-22222222bbbbbbbbb", request, { tcpFlags: 3 }, "10.20.33.164 10.40.2.236 39812 80 6 3 IPv4 10.20.33.164 10.40.2.236", server),
  transitRecord("eni-33333333333333333", "subnet-22222222bbbbbbbbb", response, { direction: "egress", tcpFlags: 19 }, "10.40.2.236 10.20.33.164 80 39812 6 19 IPv4 10.40.2.236 10.20.33.164", server),
  transitRecord("eni-11111111111111111", "subnet-11111111aaaaaaaaa", request, { direction: "egress", tcpFlags: 3 }, "10.40.1.175 10.40.2.236 39812 80 6 3 IPv4 10.20.33.164 10.40.2.236", { primary4: "10.40.1.175" }),
  transitRecord("eni-22222222222222222", "subnet-22222222bbbbbbbbb", response, { tcpFlags: 19 }, "10.40.2.236 10.40.2.31 80 39812 6 19 IPv4 10.40.2.236 10.20.33.164", { primary4: "10.40.2.31" }),
  clear("10.0.133.8:43236 > 10.0.128.55:80", "ingress", 1, "ingress - 10.0.133.8 10.0.128.55 43236 80 1"),
  clear("10.0.128.55:80 > 10.0.133.8:43236", "egress", 1, "egress 1 10.0.128.55 10.0.133.8 80 43236 1"),
  clear("10.0.130.104:55016 > 10.0.128.55:80", "ingress", 0, "ingress - 10.0.130.104 10.0.128.55 55016 80 0"),
  clear("10.0.128.55:80 > 10.0.130.104:55016", "egress", 0, "egress 1 10.0.128.55 10.0.130.104 80 55016 0"),
];
