/** The words of a query. */
export interface Token {
  /** `name` is a field, command or function; `quoted` a field in backticks; `symbol` an operator or a bracket. */
  readonly kind: "name" | "quoted" | "number" | "period" | "string" | "expression" | "symbol" | "end";
  /** Its content: without quotes; of an expression, its source. */
  readonly text: string;
  /** Where it starts and ends in the query. */
  readonly from: number;
  readonly to: number;
}

const space = /(?:\s+|#[^\n]*)*/y;
const forms: readonly (readonly [Token["kind"], RegExp])[] = [
  ["string", /"((?:[^"\\]|\\.)*)"/suy],
  ["string", /'((?:[^'\\]|\\.)*)'/suy],
  ["quoted", /`([^`]+)`/uy],
  ["period", /(\d+[a-z]+)\b/iuy],
  ["number", /((?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)/iuy],
  ["name", /([@\p{L}_][@\p{L}\p{N}_.]*)/uy],
  ["symbol", /(=~|!=|<=|>=|[-+*/%^=<>|,()[\]])/uy],
];
const expression = /\/((?:[^/\\\n]|\\.)+)\//uy;

/** The token at a place. A slash starts a regular expression only where one is wanted. */
export function tokenAt(query: string, at: number, wantsExpression: boolean): Token | { readonly strange: number } {
  space.lastIndex = at;
  space.exec(query);
  const from = space.lastIndex;
  if (from >= query.length) return { kind: "end", text: "", from, to: from };
  const candidates: typeof forms = wantsExpression ? [["expression", expression], ...forms] : forms;
  for (const [kind, form] of candidates) {
    form.lastIndex = from;
    const text = form.exec(query)?.[1];
    if (text !== undefined) return { kind, text: kind === "string" ? unescape(text) : text, from, to: form.lastIndex };
  }
  return { strange: from };
}

/** Only quotes and backslashes need one; others keep it, as expressions in strings do. */
const unescape = (text: string): string => text.replace(/\\(["'\\])/g, "$1");
