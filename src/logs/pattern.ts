/** Filter patterns, as FilterLogEvents takes them. */
import { type Refusal, isRefusal, refuse } from "../values/refuse.ts";
import { compileColumns } from "./pattern-columns.ts";
import { compileJson } from "./pattern-json.ts";
import { compileExpression, invalidPattern } from "./conditions.ts";

/** Whether a log event's message matches. */
export type Matches = (message: string) => boolean;

/**
 * Compiles a filter pattern: `[columns]` of space-delimited events, `{ conditions }` on JSON, or terms. The empty one
 * matches everything. Refused with InvalidParameterException.
 */
export function compilePattern(text: string): Matches | Refusal {
  const trimmed = text.trim();
  if (trimmed === "") return () => true;
  if (trimmed.startsWith("{")) return compileJson(trimmed);
  if (trimmed.startsWith("[")) return compileColumns(trimmed);
  return compileTerms(trimmed);
}

const term = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"%]+))(?:\s+|$)/y;

/** All terms must be in the message, those with `-` must not; where all have `?`, one is enough. */
function compileTerms(text: string): Matches | Refusal {
  const terms: Record<"" | "-" | "?", Matches[]> = { "": [], "-": [], "?": [] };
  term.lastIndex = 0;
  while (term.lastIndex < text.length) {
    const [, sign, quoted, expression, bare] = term.exec(text) ?? [];
    if (sign === undefined) return invalidPattern(`'${text}'`);
    const test = compileTerm(quoted, expression, bare ?? "");
    if (isRefusal(test)) return test;
    terms[sign as "" | "-" | "?"].push(test);
  }
  const { "": all, "-": none, "?": any } = terms;
  // As Amazon has it, optional terms count only by themselves.
  if (all.length + none.length === 0) return (message) => any.some((test) => test(message));
  return (message) => all.every((test) => test(message)) && !none.some((test) => test(message));
}

function compileTerm(quoted: string | undefined, expression: string | undefined, bare: string): Matches | Refusal {
  if (expression !== undefined) return compileExpression(expression);
  if (quoted === undefined && /[^\p{L}\p{N}_]/u.test(bare)) {
    return refuse("InvalidParameterException", `Invalid character(s) in term '${bare}'`);
  }
  const wanted = quoted?.replace(/\\(.)/g, "$1") ?? bare;
  return (message) => message.includes(wanted);
}
