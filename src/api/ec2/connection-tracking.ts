import type { ConnectionTrackingConfiguration, ConnectionTrackingSpecificationRequest } from "@aws-sdk/client-ec2";
import type { ConnectionTracking } from "../../model/resource.ts";
import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

/** Each timeout's name in the model, its name on the wire, and its bounds in seconds. */
const timeouts = [
  { name: "tcpEstablished", member: "TcpEstablishedTimeout", parameter: "tcpEstablishedTimeout", least: 60, most: 432_000 },
  { name: "udp", member: "UdpTimeout", parameter: "udpTimeout", least: 30, most: 60 },
  { name: "udpStream", member: "UdpStreamTimeout", parameter: "udpStreamTimeout", least: 60, most: 180 },
] as const;

/** The timeouts a specification sets; undefined when it sets none. Refuses seconds that are out of bounds. */
export function parseConnectionTracking(
  specification: ConnectionTrackingSpecificationRequest | undefined,
): ConnectionTracking | undefined | Refusal {
  const set: { -readonly [Name in keyof ConnectionTracking]: ConnectionTracking[Name] } = {};
  for (const { name, member, parameter, least, most } of timeouts) {
    const seconds = specification?.[member];
    if (seconds === undefined) continue;
    if (!Number.isInteger(seconds) || seconds < least || seconds > most) {
      return refuse(
        "InvalidParameterValue",
        `Value (${seconds}) for parameter ${parameter} is invalid. Valid values are between ${least} and ${most} seconds.`,
      );
    }
    set[name] = seconds;
  }
  return Object.keys(set).length > 0 ? set : undefined;
}

/** The timeouts that were set, as they are shown; undefined when all are the defaults. */
export const connectionTrackingView = (tracking: ConnectionTracking | undefined): ConnectionTrackingConfiguration | undefined =>
  tracking && {
    TcpEstablishedTimeout: tracking.tcpEstablished,
    UdpTimeout: tracking.udp,
    UdpStreamTimeout: tracking.udpStream,
  };
