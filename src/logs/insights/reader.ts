import { type Refusal, refuse } from "../../values/refuse.ts";
import { type Token, tokenAt } from "./token.ts";

const end = (at: number): Token => ({ kind: "end", text: "", from: at, to: at });
/** What is nested deeper would be a burden on the stack. */
const deepest = 100;

/**
 * Reads a query token by token. The first fault is kept and ends the reading: from then on there are only ends, so
 * that whoever reads comes to theirs.
 */
export class Reader {
  readonly query: string;
  fault: Refusal | undefined;
  #next: Token;
  #after = 0;
  #depth = 0;

  constructor(query: string) {
    this.query = query;
    this.#next = end(0);
    this.#read(0, false);
  }

  get next(): Token {
    return this.#next;
  }

  /** Where the token before the next one ended. */
  get after(): number {
    return this.#after;
  }

  #read(at: number, wantsExpression: boolean): void {
    const token = tokenAt(this.query, at, wantsExpression);
    if ("strange" in token) this.failAt(token.strange);
    else this.#next = token;
  }

  /** The next token, which is read. `wantsExpression`: a slash right after it starts a regular expression. */
  take(wantsExpression = false): Token {
    const taken = this.#next;
    this.#after = taken.to;
    if (taken.kind !== "end") this.#read(taken.to, wantsExpression);
    return taken;
  }

  /** Whether the next token is that symbol or, in any case, that word. */
  at(text: string): boolean {
    const { kind, text: next } = this.#next;
    return kind === "symbol" ? next === text : kind === "name" && next.toLowerCase() === text;
  }

  /** Reads the next token if it is that symbol or word. */
  skip(text: string, wantsExpression = false): boolean {
    if (!this.at(text)) return false;
    this.take(wantsExpression);
    return true;
  }

  /** As skip; anything else is a fault. */
  expect(text: string): void {
    if (!this.skip(text)) this.fail();
  }

  /** The next token is not what a query may have here. */
  fail(): void {
    this.failAt(this.#next.from);
  }

  failAt(at: number, why?: string): void {
    const before = this.query.slice(0, at).split("\n");
    const place = `at line ${before.length} and position ${(before.at(-1)?.length ?? 0) + 1}`;
    const symbol = this.query.slice(at).split(/\s/, 1)[0] || "the end of the query";
    this.fault ??= refuse("MalformedQueryException", why === undefined ? `unexpected symbol found ${symbol} ${place}` : `${why} ${place}`);
    this.#next = end(this.query.length);
  }

  /** Reads something that may hold others of its kind. */
  nested<T>(read: () => T, otherwise: T): T {
    if (this.#depth >= deepest) {
      this.failAt(this.#next.from, "the query is nested too deeply");
      return otherwise;
    }
    this.#depth++;
    const result = read();
    this.#depth--;
    return result;
  }
}
