import { type Refusal, isRefusal } from "../values/refuse.ts";
import { Reader, invalidPattern, readComparison, readConditions } from "./conditions.ts";
import type { Test } from "./conditions.ts";
import type { Matches } from "./pattern.ts";

/** One column: undefined is `...`, any number of them. */
type Column = Test<string> | undefined;

/** Compiles `[a, b = x*, ..., c > 3 && c < 5]`: an event has as many columns as the pattern, each as it says. */
export function compileColumns(text: string): Matches | Refusal {
  if (!text.endsWith("]")) return invalidPattern("a bracket is not closed");
  const columns: Column[] = [];
  for (const part of splitColumns(text.slice(1, -1))) {
    const column = part.trim() === "..." ? undefined : compileColumn(part.trim());
    if (isRefusal(column)) return column;
    columns.push(column);
  }
  const ellipsis = columns.indexOf(undefined);
  if (ellipsis !== columns.lastIndexOf(undefined)) return invalidPattern("it has more than one ellipsis");
  const matchFrom = (wanted: readonly Column[], words: readonly string[], offset: number): boolean =>
    wanted.every((test, at) => test?.(words[offset + at] ?? "") ?? true);
  if (ellipsis < 0) {
    return (message) => {
      const words = wordsOf(message);
      return words.length === columns.length && matchFrom(columns, words, 0);
    };
  }
  const [before, after] = [columns.slice(0, ellipsis), columns.slice(ellipsis + 1)];
  return (message) => {
    const words = wordsOf(message);
    if (words.length < before.length + after.length) return false;
    return matchFrom(before, words, 0) && matchFrom(after, words, words.length - after.length);
  };
}

/** At commas that are in no quotes and no expression. */
const splitColumns = (text: string): string[] => text.match(/(?:"(?:[^"\\]|\\.)*"|%[^%]*%|[^,"%])+|(?<=^|,)(?=,|$)/g) ?? [""];

function compileColumn(text: string): Test<string> | Refusal {
  if (/^[\w-]*$/.test(text)) return () => true;
  const reader = new Reader(text);
  const test = readConditions<string>(reader, (from) =>
    from.take(/[\w-]+/y) ? readComparison(from) : invalidPattern(`the name of a column was expected at '${from.rest}'`),
  );
  return isRefusal(test) || reader.rest === "" ? test : invalidPattern(`'${reader.rest}' was not expected`);
}

/** What white space separates; text in double quotes or brackets is one word, without these. */
function wordsOf(message: string): string[] {
  const trimmed = message.trim();
  // Most messages have neither, and need no more.
  if (!/["[]/.test(trimmed)) return trimmed === "" ? [] : trimmed.split(/\s+/);
  const words = trimmed.matchAll(/"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|(\S+)/g);
  return Array.from(words, ([, quoted, bracketed, word]) => quoted ?? bracketed ?? word ?? "");
}
