/** A VPC's resolver: what it knows itself, and what it leaves to others. */
import type { Answer } from "dns-packet";
import type { Vpc } from "../model/resource.ts";
import type { World } from "../model/world.ts";
import { datagramLimit, largestMessage, type Query, readQuery, writeAnswer } from "./dns/message.ts";
import { findName, type Found } from "./dns/names.ts";
import { findReverse } from "./dns/reverse.ts";
import { scopeOf } from "./dns/scope.ts";

export type Transport = "udp" | "tcp";

/** The answer; or the query, when it is for others to answer. */
export type Verdict = { readonly answer: Buffer } | { readonly elsewhere: Query };

/** Seconds that an answer may be remembered, as Amazon has it. */
const ttl = 60;

/** Asks for more than one record set, or for a zone: for secondary servers and the curious, not for hosts. */
const refusedTypes = new Set(["ANY", "AXFR", "IXFR", "OPT", "TSIG", "TKEY", "UNKNOWN_253", "UNKNOWN_254"]);

/** What the VPC's resolver says to a message; undefined: nothing. Never throws, whatever the octets are. */
export function answerDns(world: World, vpc: Vpc, message: Buffer, transport: Transport): Verdict | undefined {
  if (!vpc.dnsSupport) return undefined;
  const query = readQuery(message);
  if (!query) return undefined;
  if ("fault" in query) return { answer: query.fault };
  const limit = limitOf(query, transport);
  if (query.class !== "IN" || refusedTypes.has(query.type)) return { answer: writeAnswer(query, "REFUSED", limit) };
  const scope = scopeOf(world, vpc);
  const found = query.name === undefined ? undefined : (findReverse(scope, query.name) ?? findName(scope, query.name));
  return found ? { answer: writeFound(query, found, limit) } : { elsewhere: query };
}

export const limitOf = (query: Query, transport: Transport): number => (transport === "udp" ? datagramLimit(query) : largestMessage);

function writeFound(query: Query, { zone, records }: Found, limit: number): Buffer {
  const authority = authorityOf(zone);
  if (!records) return writeAnswer(query, "NXDOMAIN", limit, [], [authority]);
  const answers: Answer[] = records
    .filter(({ type }) => type === query.type)
    .map(({ type, data }) => ({ type, name: query.asked, ttl, data }));
  if (query.type === "SOA" && query.name === zone) answers.push({ ...authority, name: query.asked });
  return writeAnswer(query, "NOERROR", limit, answers, answers.length > 0 ? [] : [authority]);
}

/** Goes with "no such name" and "no such record": how long that may be remembered. */
const authorityOf = (zone: string): Answer => ({
  type: "SOA",
  name: zone,
  ttl,
  data: { mname: `ns0.${zone}`, rname: "hostmaster.amazon.com", serial: 1, refresh: 3600, retry: 3600, expire: 3600, minimum: ttl },
});
