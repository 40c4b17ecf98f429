import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

/** The refusal of a parameter's value. */
export const invalidValue = (parameter: string, value: string | number, why = ""): Refusal =>
  refuse("InvalidParameterValue", `Value (${value}) for parameter ${parameter} is invalid.${why === "" ? "" : ` ${why}`}`);

export const missingParameter = (parameter: string): Refusal =>
  refuse("MissingParameter", `The request must contain the parameter ${parameter}`);

/** A value that is one of a few words, whatever the client's own types say of it. */
export function oneOf<W extends string>(parameter: string, value: string, words: readonly W[]): W | Refusal {
  return words.find((word) => word === value) ?? invalidValue(parameter, value, `Valid values: ${words.join(", ")}.`);
}

/** The largest number that Amazon's `Integer` holds. */
export const largestInteger = 2 ** 31 - 1;

/** Refuses a number that is given and outside all of the ranges, or not whole. */
export function refuseOutside(
  parameter: string,
  value: number | undefined,
  ...ranges: readonly (readonly [least: number, most: number])[]
): Refusal | undefined {
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && ranges.some(([least, most]) => value >= least && value <= most)) return undefined;
  return invalidValue(parameter, value, `It must be ${ranges.map(([least, most]) => `${least} to ${most}`).join(" or ")}.`);
}
