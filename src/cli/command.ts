import { parseArgs } from "node:util";
import { isRefusal, refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";

export interface Flag {
  /** A list is what all of several such flags say. */
  readonly type: "string" | "boolean" | "list";
  /** What stands for the value in help, such as DIR. */
  readonly value?: string;
  readonly about: string;
}

type Flags = Readonly<Record<string, Flag>>;
type ValueOf<T extends Flag["type"]> = { string: string; boolean: boolean; list: readonly string[] }[T];
type Values<F extends Flags> = { readonly [K in keyof F]?: ValueOf<F[K]["type"]> };

export interface Definition<F extends Flags> {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What follows the command's name: its positional arguments. */
  readonly usage: string;
  readonly about: string;
  readonly flags: F;
  readonly examples: readonly string[];
  /** The most positional arguments it takes; unlimited with `passThrough`. */
  readonly positionals: number;
  /** Whatever follows the first positional argument is another program's. */
  readonly passThrough?: boolean;
  /** The exit code of a refusal, where 1 is an answer. */
  readonly refusalCode?: number;
  /** The exit code, or what went wrong. */
  run(values: Values<F>, positionals: readonly string[]): Promise<number | Refusal>;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  /** The exit code of a refusal that is no misuse. */
  readonly refusalCode: number;
  /** The exit code, or what went wrong. Help goes to stdout. */
  run(args: readonly string[]): Promise<number | Refusal>;
}

export const stateFlag = {
  type: "string",
  value: "DIR",
  about: "where the region's state lives (default: $XDG_STATE_HOME/bailey or ~/.local/state/bailey)",
} as const satisfies Flag;

export const regionFlag = {
  type: "string",
  value: "NAME",
  about: "the region asked about (default: the one the state was made for; one endpoint serves all)",
} as const satisfies Flag;
export const jsonFlag = { type: "boolean", about: "answer in JSON; fields are only ever added" } as const satisfies Flag;

/** The refusal of a command line that makes no sense: exit code 2, and a pointer to help. */
export const misuse = (message: string): Refusal => refuse("Usage", message);
export const isMisuse = (refusal: Refusal): boolean => refusal.refused === "Usage";

/** A command from its definition: parsing, help and the refusal of unknown flags are the same for all. */
export function command<const F extends Flags>(definition: Definition<F>): Command {
  const help = helpOf(definition);
  const hint = `bailey ${definition.name} --help shows how`;
  return {
    name: definition.name,
    summary: definition.summary,
    help,
    refusalCode: definition.refusalCode ?? 1,
    async run(args) {
      const parsed = parse(definition, args);
      if (isRefusal(parsed)) return misuse(`${parsed.message}\n${hint}`);
      if (parsed.values["help"]) {
        process.stdout.write(help);
        return 0;
      }
      const result = await definition.run(parsed.values as Values<F>, parsed.positionals);
      return isRefusal(result) && isMisuse(result) ? misuse(`${result.message}\n${hint}`) : result;
    },
  };
}

interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | readonly string[]>>;
  readonly positionals: readonly string[];
}

type Shape = Pick<Definition<Flags>, "flags" | "positionals" | "passThrough">;

/** Reads a command line strictly: every flag is known and complete, or the refusal says which one isn't. */
export function parse(shape: Shape, args: readonly string[]): Parsed | Refusal {
  const flags: Flags = { ...shape.flags, help: { type: "boolean", about: "" } };
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type }]) => [name, { type: type === "boolean" ? type : ("string" as const) }]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...options, help: { type: "boolean", short: "h" } },
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | boolean | readonly string[]> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (shape.passThrough) return { values, positionals: args.slice(token.index) };
      positionals.push(token.value);
    } else if (token.kind === "option") {
      const problem = problemOf(token, flags);
      if (problem !== undefined) return misuse(problem);
      const said = token.value ?? true;
      const before = values[token.name];
      values[token.name] = flags[token.name]?.type === "list" ? [...(Array.isArray(before) ? before : []), String(said)] : said;
    }
  }
  const surplus = positionals[shape.positionals];
  return surplus === undefined ? { values, positionals } : misuse(`nothing is expected at '${surplus}'`);
}

interface Token {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function problemOf(token: Token, flags: Flags): string | undefined {
  const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
  if (!flag) {
    const near = closest(token.name, Object.keys(flags));
    return `there is no flag ${token.rawName}${near === undefined ? "" : `; did you mean --${near}?`}`;
  }
  if (flag.type === "boolean") return token.value === undefined ? undefined : `${token.rawName} takes no value`;
  const missing = token.value === undefined || (!token.inlineValue && token.value.startsWith("--"));
  return missing ? `${token.rawName} needs a value` : undefined;
}

/** The candidate that is a plausible misspelling of the word. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const near = candidates
    .map((candidate) => ({ candidate, distance: candidate.startsWith(word) ? 1 : editDistance(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.min(3, Math.ceil(candidate.length / 2)));
  return near.toSorted((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** Levenshtein's distance: insertions, deletions and substitutions. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of a.split("").entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split("").entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function helpOf({ name, usage, about, flags, examples }: Omit<Definition<Flags>, "run">): string {
  const named = Object.entries(flags).map(([flag, { value, about: text }]) => [
    `--${flag}${value === undefined ? "" : ` ${value}`}`,
    text,
  ]);
  const rows = [...named, ["-h, --help", "this text"]];
  const width = Math.max(...rows.map(([left = ""]) => left.length));
  return [
    `bailey ${name}${usage === "" ? "" : ` ${usage}`}\n`,
    `${about.trim()}\n`,
    "Flags:",
    ...rows.map(([left = "", text = ""]) => `  ${left.padEnd(width)}  ${text}`),
    "\nFor example:",
    ...examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}
