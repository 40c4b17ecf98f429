import type { Refusal } from "../values/refuse.ts";
import { closest, type Command, misuse } from "./command.ts";
import { diagnoseLogs, whyRejected } from "./logs-diagnose.ts";
import { query, rejectedTraffic, topTalkersOf } from "./logs-query.ts";
import { permissive, unused } from "./logs-rules.ts";

const questions: readonly Command[] = [query, topTalkersOf, rejectedTraffic, unused, permissive, whyRejected, diagnoseLogs];
const wordOf = ({ name }: Command): string => name.split(" ").at(-1) ?? name;
const width = Math.max(...questions.map((each) => wordOf(each).length));

const help = `bailey logs QUESTION

Asks flow records: the region's own, Amazon's, anybody's in one of their formats; text or Parquet, here or in S3.

Questions:
${questions.map((each) => `  ${wordOf(each).padEnd(width)}  ${each.summary}`).join("\n")}

Each explains itself: bailey logs QUESTION --help.
`;

/** The commands about flow records. */
export const logs: Command = {
  name: "logs",
  summary: "ask flow records: SQL, top talkers, what is refused and why, which rules are unused or too wide",
  help,
  refusalCode: 1,
  async run([name, ...args]): Promise<number | Refusal> {
    if (name === undefined || name === "--help" || name === "-h") {
      process.stdout.write(help);
      return 0;
    }
    const question = questions.find((each) => wordOf(each) === name);
    if (question) return question.run(args);
    const near = closest(name, questions.map(wordOf));
    return misuse(`there is no question '${name}'${near === undefined ? "" : `; did you mean ${near}?`}\nbailey logs --help lists them`);
  },
};
