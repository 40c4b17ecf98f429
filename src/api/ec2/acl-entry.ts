import type { AclEntry } from "../../model/resource.ts";
import { formatCidr, parseCidr } from "../../values/ip.ts";
import type { Cidr } from "../../values/ip.ts";
import { hasPorts, ICMP, ICMPV6, parseProtocol } from "../../values/protocol.ts";
import type { Protocol } from "../../values/protocol.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Input } from "../operation.ts";
import { refuseIcmp, refusePorts } from "./port-ranges.ts";

type EntryInput = Input<"CreateNetworkAclEntry">;

const invalid = (message: string): Refusal => refuse("InvalidParameterValue", message);
const lowest = 1;
const highest = 32766;

/** The place of an entry in its list. Numbers from 32767 on are not the caller's. */
export function parseEntryKey({
  RuleNumber: number = 0,
  Egress: egress = false,
}: Pick<EntryInput, "RuleNumber" | "Egress">): Pick<AclEntry, "number" | "egress"> | Refusal {
  if (Number.isInteger(number) && number >= lowest && number <= highest) return { number, egress };
  return invalid(
    `Value (${number}) for parameter ruleNumber is invalid. Rulenumber must be in range ${lowest}..${highest}`,
  );
}

/** An entry as a list keeps it. Refuses, in order: number, protocol, action, address range, ports, type and code. */
export function parseEntry(input: EntryInput): AclEntry | Refusal {
  const key = parseEntryKey(input);
  if (isRefusal(key)) return key;
  const text = input.Protocol ?? "";
  const protocol = /^(?:-1|\d{1,3})$/.test(text) ? parseProtocol(text) : undefined;
  if (protocol === undefined) return invalid(`Invalid value '${text}' for IP protocol. Unknown protocol.`);
  const action = input.RuleAction;
  if (action !== "allow" && action !== "deny") {
    return invalid(`Value (${String(action)}) for parameter ruleAction is invalid. Valid values are: allow, deny`);
  }
  const cidr = parseRangeOf(input);
  if (isRefusal(cidr)) return cidr;
  const match = parseMatch(protocol, cidr, input);
  if (isRefusal(match)) return match;
  return { ...key, protocol: protocol === "all" ? "-1" : String(protocol), action, cidr: formatCidr(cidr), ...match };
}

function parseRangeOf({ CidrBlock, Ipv6CidrBlock }: EntryInput): Cidr | Refusal {
  if (CidrBlock !== undefined && Ipv6CidrBlock !== undefined) {
    return refuse("InvalidParameterCombination", "The parameters cidrBlock and ipv6CidrBlock cannot be used together");
  }
  const text = CidrBlock ?? Ipv6CidrBlock;
  if (text === undefined) return refuse("MissingParameter", "The request must contain the parameter cidrBlock or ipv6CidrBlock");
  const cidr = parseCidr(text);
  return cidr?.family === (CidrBlock === undefined ? 6 : 4) ? cidr : invalid(`CIDR block ${text} is malformed`);
}

/** Ports for TCP and UDP, type and code for ICMP, nothing for the rest: ICMPv6 in an IPv4 range matches all types. */
function parseMatch(protocol: Protocol, cidr: Cidr, input: EntryInput): Pick<AclEntry, "ports" | "icmp"> | Refusal {
  if (hasPorts(protocol)) return parsePortsOf(input);
  if (protocol === ICMP || (protocol === ICMPV6 && cidr.family === 6)) return parseIcmp(input);
  return {};
}

function parsePortsOf({ PortRange }: EntryInput): Pick<AclEntry, "ports"> | Refusal {
  const { From: from, To: to } = PortRange ?? {};
  if (from === undefined) return refuse("MissingParameter", "The request must contain the parameter portRange.from");
  if (to === undefined) return refuse("MissingParameter", "The request must contain the parameter portRange.to");
  return refusePorts(from, to) ?? { ports: { from, to } };
}

function parseIcmp({ IcmpTypeCode }: EntryInput): Pick<AclEntry, "icmp"> | Refusal {
  const { Type: type, Code: code } = IcmpTypeCode ?? {};
  if (type === undefined) return refuse("MissingParameter", "The request must contain the parameter icmpTypeCode.type");
  if (code === undefined) return refuse("MissingParameter", "The request must contain the parameter icmpTypeCode.code");
  return refuseIcmp(type, code) ?? { icmp: { type, code } };
}
