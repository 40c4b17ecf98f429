/** `logs unused-rules` and `logs permissive-rules`. */
import { isRefusal } from "../values/refuse.ts";
import { command, regionFlag } from "./command.ts";
import { regionOf } from "./logs-observed.ts";
import { answerOf, formOf, print } from "./logs-output.ts";
import { formFlags, type SourceValues, sourceFlags, withFlows } from "./logs-source.ts";
import { basisOf, permissiveRules, revocationOf, rulesInUse, type RulesInUse, unusedRules } from "./logs-usage.ts";
import type { Answer } from "../io/flow-query.ts";

const flags = { region: regionFlag, ...formFlags, ...sourceFlags } as const;

interface Values extends SourceValues {
  readonly region?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** Says what the rules in use come to, and on stderr how that is known. */
async function answer(values: Values, rows: (found: RulesInUse, table: boolean) => Answer) {
  const form = formOf(values);
  if (isRefusal(form)) return form;
  return withFlows(values, async (flows, window, telling) => {
    const found = await rulesInUse(flows, window, regionOf(values), telling);
    telling.end();
    if (isRefusal(found)) return found;
    process.stderr.write(`bailey: ${basisOf(found)}\n`);
    return print(rows(found, form === "table"), form);
  });
}

export const unused = command({
  name: "logs unused-rules",
  summary: "rules of groups, and entries that allow, which no admitted flow used",
  usage: "[--since 7d] [--json|--csv]",
  about: `
Which rules of the running region let nothing pass in the time the records tell of. The records name the deciding rule
where their format has \${bailey-rule}; else the judge finds it, by interface, addresses and ports, in the present policy.
ICMP is taken for ping, as records do not say its type. A rule that only replies used counts as used.`,
  flags,
  examples: ["./bailey logs unused-rules --since 30d", "./bailey logs unused-rules --json | jq -r '.[].rule'"],
  positionals: 0,
  run: (values) =>
    answer(values, (found) =>
      answerOf(
        ["rule", "owner", "direction", "says", "interfaces"],
        unusedRules(found).map(({ id, owner, direction, text, interfaces }) => [id, owner, direction, text, interfaces]),
      ),
    ),
});

export const permissive = command({
  name: "logs permissive-rules",
  summary: "rules wider than their use, and tighter ones that would still admit all of it",
  usage: "[--since 7d] [--json|--csv]",
  about: `
What each rule of the running region's groups admits beside what was really used of it, peers and ports, and the tighter
rules that would still admit all of that: one a row. With --json and --csv also the commands that make them, and the one
that takes the wide rule away afterwards. A rule is left as wide as it is where what used it fills half of it.`,
  flags,
  examples: ["./bailey logs permissive-rules --since 30d", "./bailey logs permissive-rules --json | jq -r '.[].command'"],
  positionals: 0,
  run: (values) =>
    answer(values, (found, table) => {
      const rows = permissiveRules(found).flatMap(({ rule, packets, peers, tighter }) =>
        tighter.map(({ text, command: words }) => [
          rule.id, rule.owner, rule.direction, rule.text, packets, peers, text, ...(table ? [] : [words, revocationOf(rule)]),
        ]),
      );
      return answerOf(["rule", "group", "direction", "says", "packets", "peers", "tighter", ...(table ? [] : ["command", "afterwards"])], rows);
    }),
});
