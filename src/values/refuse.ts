/**
 * An expected failure is a value, never thrown. `code` is the wire code a client sees (a key of api/errors.ts);
 * `message` is the public text. What is thrown is a bug and becomes InternalError.
 */
export interface Refusal {
  readonly refused: string;
  readonly message: string;
}

export const refuse = (code: string, message: string): Refusal => ({ refused: code, message });

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "refused" in value;
