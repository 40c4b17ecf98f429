/** Records for tests: every field has its own value. */
import type { Count, FlowRecord } from "../../../src/flow/record.ts";
import { ipOf } from "../../../src/values/ip.ts";

/** A count of these addresses and ports, `10.0.0.1:80 > 10.0.0.2:443`. */
export function countOf(flow: string, rest: Partial<Count> = {}): Count {
  const [source, sourcePort, destination, destinationPort] = ends(flow);
  return {
    interface: "eni-1235b8ca123456789",
    direction: "ingress",
    action: "ACCEPT",
    source: ipOf(source),
    destination: ipOf(destination),
    sourcePort,
    destinationPort,
    protocol: 6,
    packets: 11,
    bytes: 1213,
    tcpFlags: 18,
    first: 1_700_000_001_500,
    last: 1_700_000_031_750,
    ...rest,
  };
}

/** An address with its port is in brackets where it is IPv6. */
function ends(flow: string): [string, number, string, number] {
  const [, a = "", b = "", c = "", d = ""] = /^\[?([^\]\s]+?)\]?:(\d+) > \[?([^\]\s]+?)\]?:(\d+)$/.exec(flow) ?? [];
  return [a, Number(b), c, Number(d)];
}

export function recordOf(count: Count | undefined, rest: Partial<FlowRecord> = {}): FlowRecord {
  return {
    status: "OK",
    account: "123456789010",
    interface: "eni-1235b8ca123456789",
    start: 1_700_000_000,
    end: 1_700_000_060,
    ...(count && { count }),
    ownAddresses: [],
    vpc: "vpc-abcdefab012345678",
    subnet: "subnet-aaaaaaaa012345678",
    region: "ap-southeast-2",
    zoneId: "apse2-az3",
    ...rest,
  };
}
