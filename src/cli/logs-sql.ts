/** The ready questions in SQL, about the view `flows`. */
import { quoteText } from "../io/flow-view.ts";
import type { Window } from "./logs-source.ts";

/** Addresses as they are in the packets, where the logs have them. */
export const source = "coalesce(pkt_srcaddr, srcaddr)";
export const destination = "coalesce(pkt_dstaddr, dstaddr)";

/** Conditions on rows; each begins with AND. */
export const inWindow = ({ since, until }: Window): string =>
  `${since === undefined ? "" : ` AND "end" >= ${since}`}${until === undefined ? "" : ` AND "start" < ${until}`}`;

/** What a question can group by, and the columns of logs it then looks at. */
export interface Grouping {
  readonly columns: string;
  /** Of talkers: columns beside sender and receiver that it needs. */
  readonly adds?: string;
  readonly needs: readonly (readonly string[])[];
}

const sources = ["srcaddr", "pkt_srcaddr"];
const destinations = ["dstaddr", "pkt_dstaddr"];

/** Columns of what a sender and a receiver exchanged, as one interface saw it. */
export const talkers = {
  src: { columns: "sender AS source", needs: [sources] },
  dst: { columns: "receiver AS destination", needs: [destinations] },
  pair: { columns: "sender AS source, receiver AS destination", needs: [sources, destinations] },
  port: { adds: "protocol, dstport AS port", columns: "protocol, port", needs: [["protocol"], ["dstport"]] },
  interface: { columns: 'seen_at AS "interface"', needs: [["interface_id"]] },
} as const satisfies Readonly<Record<string, Grouping>>;

export const refusals = {
  port: { columns: "protocol, dstport AS port", needs: [["protocol"], ["dstport"]] },
  source: { columns: `${source} AS source`, needs: [sources] },
  interface: { columns: 'interface_id AS "interface"', needs: [["interface_id"]] },
  rule: { columns: "bailey_rule AS rule, bailey_gate AS gate", needs: [["bailey_rule"]] },
} as const satisfies Readonly<Record<string, Grouping>>;

/** Who moved most bytes. What two logged interfaces exchange is in the records of both, and counts as what one of them saw. */
export const topTalkers = ({ adds, columns }: Grouping, window: Window, limit: number): string => `
WITH sides AS (
  SELECT ${source} AS sender, ${destination} AS receiver, interface_id AS seen_at, flow_direction AS way,${adds === undefined ? "" : ` ${adds},`}
    sum(bytes) AS bytes, sum(packets) AS packets, count(*) AS records
  FROM flows WHERE action IS NOT NULL${inWindow(window)} GROUP BY ALL
), pairs AS (
  SELECT * EXCLUDE (${columns.includes("seen_at") ? "" : "seen_at, "}way, bytes, packets, records), max(bytes) AS bytes, max(packets) AS packets, sum(records) AS records
  FROM sides GROUP BY ALL
)
SELECT ${columns}, sum(bytes) AS bytes, sum(packets) AS packets, sum(records) AS records
FROM pairs GROUP BY ALL ORDER BY bytes DESC NULLS LAST, 1, 2 LIMIT ${limit}`;

/** What was refused most often. */
export const rejected = ({ columns }: Grouping, window: Window, limit: number): string => `
SELECT ${columns}, sum(packets) AS packets, count(*) AS records
FROM flows WHERE action = 'REJECT'${inWindow(window)}
GROUP BY ALL ORDER BY packets DESC NULLS LAST, 1, 2 LIMIT ${limit}`;

/** What of traffic is asked about; values are compared with what is in the packets. */
export interface Selection {
  readonly interface?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly protocol?: number;
  readonly sourcePort?: number;
  readonly port?: number;
}

function selected({ interface: eni, source: from, destination: to, protocol, sourcePort, port }: Selection): string {
  const conditions: readonly (string | undefined)[] = [
    eni === undefined ? undefined : `interface_id = ${quoteText(eni)}`,
    from === undefined ? undefined : `${source} = ${quoteText(from)}`,
    to === undefined ? undefined : `${destination} = ${quoteText(to)}`,
    protocol === undefined ? undefined : `protocol = ${protocol}`,
    sourcePort === undefined ? undefined : `srcport = ${sourcePort}`,
    port === undefined ? undefined : `dstport = ${port}`,
  ];
  return conditions.flatMap((condition) => (condition === undefined ? [] : [` AND ${condition}`])).join("");
}

/** Columns the traffic of `observed` can't be told without. */
export const observedNeeds: readonly (readonly string[])[] = [
  ["interface_id"], sources, destinations, ["srcport"], ["dstport"], ["protocol"], ["action"],
];

/** Each flow once, whatever the number of windows it was seen in. */
const tuples = (action: "ACCEPT" | "REJECT", window: Window, selection: Selection): string => `
SELECT interface_id, flow_direction, ${source} AS source, ${destination} AS destination, coalesce(srcport, 0) AS srcport,
  coalesce(dstport, 0) AS dstport, protocol, bailey_rule AS rule, bailey_gate AS gate, bit_or(coalesce(tcp_flags, 0)) AS flags,
  sum(packets) AS packets, sum(bytes) AS bytes, count(*) AS records, min("start") AS first, max("end") AS last
FROM flows WHERE action = '${action}' AND interface_id IS NOT NULL AND protocol IS NOT NULL
  AND ${source} IS NOT NULL AND ${destination} IS NOT NULL${inWindow(window)}${selected(selection)} GROUP BY ALL`;

/** Who answers: the side that sent SYN-ACK, did not send SYN, or has the lower port. */
const answersByItself = "CASE WHEN flags & 16 <> 0 THEN true WHEN flags & 2 <> 0 THEN false ELSE srcport < dstport END";

/** Flows that differ in nothing but the client's port as one. */
const together = (from: string, reply: string): string => `
SELECT interface_id, flow_direction, source, destination, protocol, reply, port, min(client)::INTEGER AS client, max(client)::INTEGER AS client_to,
  sum(packets) AS packets, sum(bytes) AS bytes, sum(records) AS records, min(first) AS first, max(last) AS last, rule, gate, answered, passed
FROM (SELECT *, ${reply} AS reply, CASE WHEN reply THEN srcport ELSE dstport END AS port, CASE WHEN reply THEN dstport ELSE srcport END AS client
  FROM (${from}))
GROUP BY ALL`;

/** The traffic that was admitted. */
export const admittedFlows = (window: Window): string =>
  together(`SELECT *, false AS answered, true AS passed FROM (${tuples("ACCEPT", window, {})})`, answersByItself);

/**
 * The traffic that was refused: `answered` where the same interface admitted the other way, `passed` where it admitted
 * this way at another time. What is refused although the question was admitted is an answer. Where the logs hold nothing
 * of what was admitted, low ports are taken for those of servers.
 */
export function refusedFlows(window: Window, selection: Selection, limit: number): string {
  const same = ["interface_id", "protocol"].map((name) => `a.${name} = r.${name}`).join(" AND ");
  const from = `
WITH r AS (${tuples("REJECT", window, selection)}),
a AS (SELECT DISTINCT interface_id, ${source} AS source, ${destination} AS destination, coalesce(srcport, 0) AS srcport,
  coalesce(dstport, 0) AS dstport, protocol FROM flows WHERE action = 'ACCEPT'${inWindow(window)})
SELECT r.*,
  EXISTS (SELECT 1 FROM a WHERE ${same} AND a.source = r.destination AND a.destination = r.source AND a.srcport = r.dstport AND a.dstport = r.srcport) AS answered,
  EXISTS (SELECT 1 FROM a WHERE ${same} AND a.source = r.source AND a.destination = r.destination AND a.srcport = r.srcport AND a.dstport = r.dstport) AS passed,
  EXISTS (SELECT 1 FROM a) AS knows
FROM r`;
  const reply =
    "CASE WHEN answered AND NOT passed THEN true WHEN flags & 16 <> 0 THEN true WHEN flags & 2 <> 0 THEN false " +
    "WHEN answered OR passed THEN srcport < dstport ELSE NOT knows AND srcport < 32768 AND dstport >= 32768 END";
  return `${together(from, reply)} ORDER BY packets DESC NULLS LAST, interface_id, source, destination, protocol, port LIMIT ${limit}`;
}
