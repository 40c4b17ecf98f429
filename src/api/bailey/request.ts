/** Reads the JSON bodies of Bailey's own requests. */
import { type Refusal, refuse } from "../../values/refuse.ts";

type MemberType = "string" | "number" | "boolean" | "strings";
type Members = Readonly<Record<string, MemberType>>;
interface Values {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
  readonly strings: readonly string[];
}
type ValueOf<M extends MemberType> = Values[M];
type Read<M extends Members, R extends keyof M> = { readonly [K in R]: ValueOf<M[K]> } & {
  readonly [K in Exclude<keyof M, R>]?: ValueOf<M[K]>;
};

const nouns: Readonly<Record<MemberType, string>> = { string: "a string", number: "a number", boolean: "true or false", strings: "a list of strings" };

/** The body's members, of the types said and no others; refused when one of `required` is missing. */
export function readRequest<const M extends Members, R extends keyof M & string>(
  input: unknown,
  members: M,
  required: readonly R[],
): Read<M, R> | Refusal {
  const given = Object.entries(typeof input === "object" && input !== null ? input : {});
  for (const [name, value] of given) {
    const wanted = Object.hasOwn(members, name) ? members[name] : undefined;
    if (wanted === undefined) return refuse("UnknownParameter", `The parameter ${name} is not recognized`);
    if (!isOf(wanted, value)) return refuse("InvalidParameterValue", `Value for parameter ${name} is not ${nouns[wanted]}.`);
  }
  const missing = required.find((name) => !given.some(([member]) => member === name));
  if (missing !== undefined) return refuse("MissingParameter", `The request must contain the parameter ${missing}`);
  return Object.fromEntries(given) as unknown as Read<M, R>;
}

const isOf = (type: MemberType, value: unknown): boolean =>
  type === "strings" ? Array.isArray(value) && value.every((each) => typeof each === "string") : typeof value === type;
