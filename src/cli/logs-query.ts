/** `logs query`, `logs top-talkers` and `logs rejected`: answers that are in the records alone. */
import type { Flows } from "../io/flow-query.ts";
import { isRefusal, type Refusal } from "../values/refuse.ts";
import { command, misuse, regionFlag } from "./command.ts";
import { judge, lacks, type Region, regionOf } from "./logs-observed.ts";
import { answerOf, type Form, formOf, print } from "./logs-output.ts";
import { formFlags, sourceFlags, type Window, withFlows } from "./logs-source.ts";
import { type Grouping, observedNeeds, refusals, refusedFlows, rejected, talkers, topTalkers } from "./logs-sql.ts";

export const query = command({
  name: "logs query",
  summary: "SQL about the view `flows`, one row a record",
  usage: '"SQL" [--json|--csv] [--files PATH… | --s3 URL]',
  about: `
Runs SQL (DuckDB's) about flow records. The view flows has a column for every field, with _ for -, typed as in Amazon's
Parquet files: srcaddr, dstport, packets, "start", "end", action, flow_direction, bailey_rule…; what a file does not
have, and what it tells as -, is NULL. Times are Unix seconds. --since and --until choose files by their names only:
rows are for the SQL to choose.`,
  flags: { ...formFlags, ...sourceFlags },
  examples: [
    `./bailey logs query "SELECT action, count(*) FROM flows GROUP BY action"`,
    `./bailey logs query --s3 s3://my-flow-logs/AWSLogs --since 1d --csv "SELECT * FROM flows WHERE dstport = 22"`,
  ],
  positionals: 1,
  async run({ json, csv, ...values }, [sql]) {
    if (sql === undefined) return misuse("SQL is expected");
    const form = formOf({ ...(json && { json }), ...(csv && { csv }) });
    if (isRefusal(form)) return form;
    return withFlows(values, async (flows, _, telling) => {
      const answer = await flows.query(sql);
      if (form !== "csv") telling.end();
      return print(answer, form);
    });
  },
});

const limitFlag = { type: "string", value: "N", about: "how many rows (default: 20)" } as const;

export function readLimit(text: string | undefined, otherwise: number): number | Refusal {
  if (text === undefined) return otherwise;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : misuse(`--limit is a number from 1, not '${text}'`);
}

/** One of the ways to group, by its name. */
function groupingOf<G extends Readonly<Record<string, Grouping>>>(groupings: G, by: string): Grouping | Refusal {
  const found = Object.hasOwn(groupings, by) ? groupings[by] : undefined;
  return found ?? misuse(`--by is one of ${Object.keys(groupings).join(", ")}, not '${by}'`);
}

interface Asked {
  readonly by: Grouping;
  readonly limit: number;
  readonly form: Form;
}

interface Said {
  readonly by: string;
  readonly limit: string | undefined;
  readonly json: boolean | undefined;
  readonly csv: boolean | undefined;
}

function read(groupings: Readonly<Record<string, Grouping>>, said: Said): Asked | Refusal {
  const by = groupingOf(groupings, said.by);
  if (isRefusal(by)) return by;
  const limit = readLimit(said.limit, 20);
  if (isRefusal(limit)) return limit;
  const form = formOf({ ...(said.json && { json: true }), ...(said.csv && { csv: true }) });
  return isRefusal(form) ? form : { by, limit, form };
}

export const topTalkersOf = command({
  name: "logs top-talkers",
  summary: "who moves most bytes: by source, destination, pair, port or interface",
  usage: "[--by src|dst|pair|port|interface] [--since 1h] [--limit N]",
  about: `
Sums up bytes and packets. What two interfaces exchange that both have a flow log is in the records of both; addresses
are those in the packets (pkt-srcaddr, pkt-dstaddr) where the records have them.`,
  flags: {
    by: { type: "string", value: "WHAT", about: "src, dst, pair, port or interface (default: pair)" },
    limit: limitFlag,
    ...formFlags,
    ...sourceFlags,
  },
  examples: ["./bailey logs top-talkers --since 1h", "./bailey logs top-talkers --by port --limit 5 --json"],
  positionals: 0,
  async run({ by = "pair", limit, json, csv, ...values }) {
    const asked = read(talkers, { by, limit, json, csv });
    if (isRefusal(asked)) return asked;
    return withFlows(values, async (flows, window, telling) => {
      const answer = lacks(flows.columns, [...asked.by.needs, ["bytes"], ["action"]]) ?? (await flows.query(topTalkers(asked.by, window, asked.limit)));
      telling.end();
      return print(answer, asked.form);
    });
  },
});

export const rejectedTraffic = command({
  name: "logs rejected",
  summary: "what is refused most: by port, rule, source or interface",
  usage: "[--by port|rule|source|interface] [--since 1h] [--limit N]",
  about: `
Sums up refused packets. By rule: as the records name it where their format has \${bailey-rule}, else as the running
region judges them by its present policy.`,
  flags: {
    by: { type: "string", value: "WHAT", about: "port, rule, source or interface (default: port)" },
    limit: limitFlag,
    region: regionFlag,
    ...formFlags,
    ...sourceFlags,
  },
  examples: ["./bailey logs rejected", "./bailey logs rejected --by rule --since 1d"],
  positionals: 0,
  async run({ by = "port", limit, region, json, csv, ...values }) {
    const asked = read(refusals, { by, limit, json, csv });
    if (isRefusal(asked)) return asked;
    const judging = regionOf({ ...values, ...(region !== undefined && { region }) });
    return withFlows(values, async (flows, window, telling) => {
      const judged = by === "rule" && !flows.columns.has("bailey_rule");
      const answer =
        lacks(flows.columns, [...(judged ? observedNeeds : asked.by.needs), ["packets"], ["action"]]) ??
        (judged ? await rejectedByJudge(flows, window, asked.limit, judging) : await flows.query(rejected(asked.by, window, asked.limit)));
      telling.end();
      return print(answer, asked.form);
    });
  },
});

/** More kinds of refused traffic are not judged. */
export const mostRefused = 200_000;

async function rejectedByJudge(flows: Flows, window: Window, limit: number, region: Region) {
  const sums = new Map<string, { packets: number; records: number }>();
  let revision = 0;
  for await (const each of judge(flows, refusedFlows(window, {}, mostRefused), "REJECT", region)) {
    const { traffic, judged } = each;
    revision = each.revision;
    const why = typeof judged === "string" ? judged : (judged.decided?.text ?? "admitted by the present policy");
    const sum = sums.get(why) ?? { packets: 0, records: 0 };
    sums.set(why, { packets: sum.packets + traffic.packets, records: sum.records + traffic.records });
  }
  process.stderr.write(`bailey: judged by the present policy (revision ${revision}), as the records do not name rules\n`);
  const rows = [...sums].toSorted(([, a], [, b]) => b.packets - a.packets).slice(0, limit);
  return answerOf(["rule", "packets", "records"], rows.map(([why, { packets, records }]) => [why, packets, records]));
}
