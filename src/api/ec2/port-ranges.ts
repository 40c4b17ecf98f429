import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

const invalid = (message: string): Refusal => refuse("InvalidParameterValue", message);

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

/** Refuses what is not a range of TCP or UDP ports. */
export function refusePorts(from: number, to: number): Refusal | undefined {
  const outside = [from, to].find((port) => !isWithin(port, 0, 65535));
  if (outside !== undefined) return invalid(`TCP/UDP port (${outside}) out of range`);
  return from > to ? invalid(`Invalid TCP/UDP port range (${from}:${to})`) : undefined;
}

/** Refuses what is not an ICMP type with a code; -1 is any, and any type means any code. */
export function refuseIcmp(type: number, code: number): Refusal | undefined {
  if (!isWithin(type, -1, 255)) return invalid(`ICMP type (${type}) out of range`);
  if (!isWithin(code, -1, 255)) return invalid(`ICMP code (${code}) out of range`);
  return type === -1 && code !== -1 ? invalid(`ICMP code (${code}) must be -1 when the ICMP type is -1`) : undefined;
}
