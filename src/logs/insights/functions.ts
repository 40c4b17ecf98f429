import { covers, hostCidr, parseCidr, parseIp } from "../../values/ip.ts";
import type { Family } from "../../values/ip.ts";
import { type Value, numberOf, textOf } from "./value.ts";

/** A function of values, and how many of them it takes. */
export interface ScalarFunction {
  readonly least: number;
  readonly most: number;
  readonly of: (...args: readonly Value[]) => Value;
}

const one = (of: (value: Value) => Value): ScalarFunction => ({ least: 1, most: 1, of });
const two = (of: (a: Value, b: Value) => Value): ScalarFunction => ({ least: 2, most: 2, of });
const many = (of: (...values: readonly Value[]) => Value): ScalarFunction => ({ least: 1, most: Infinity, of });

const number = (of: (value: number) => number): ScalarFunction =>
  one((value) => {
    const given = numberOf(value);
    const result = given === undefined ? Number.NaN : of(given);
    return Number.isFinite(result) ? result : undefined;
  });

const text = (of: (value: string) => Value): ScalarFunction => one((value) => (value === undefined ? undefined : of(textOf(value))));

const extreme = (of: (...values: number[]) => number): ScalarFunction =>
  many((...values) => {
    const numbers = values.map(numberOf).filter((value) => value !== undefined);
    return numbers.length === 0 ? undefined : of(...numbers);
  });

const isEmpty = (value: Value): boolean => value === undefined || textOf(value) === "";

/** Trims white space, or the characters given. */
const trimmer = (left: boolean, right: boolean): ScalarFunction => ({
  least: 1,
  most: 2,
  of(value, characters) {
    if (value === undefined) return undefined;
    const given = textOf(value);
    const goes = (char: string): boolean => (characters === undefined ? /\s/.test(char) : textOf(characters).includes(char));
    let [from, to] = [0, given.length];
    while (left && from < to && goes(given.charAt(from))) from++;
    while (right && to > from && goes(given.charAt(to - 1))) to--;
    return given.slice(from, to);
  },
});

const isAddress = (...families: readonly Family[]): ScalarFunction =>
  text((given) => families.some((family) => family === parseIp(given)?.family));

const isInSubnet = (...families: readonly Family[]): ScalarFunction =>
  two((address, subnet) => {
    const ip = address === undefined ? undefined : parseIp(textOf(address));
    const cidr = subnet === undefined ? undefined : parseCidr(textOf(subnet));
    return ip !== undefined && cidr !== undefined && families.includes(cidr.family) && covers(cidr, hostCidr(ip));
  });

const substring: ScalarFunction = {
  least: 2,
  most: 3,
  of(value, from, length) {
    if (value === undefined) return undefined;
    const start = numberOf(from) ?? 0;
    const count = numberOf(length);
    return textOf(value).slice(start, count === undefined ? undefined : start + count);
  },
};

const replace: ScalarFunction = {
  least: 3,
  most: 3,
  of: (value, searched, replacement) =>
    value === undefined || searched === undefined ? value : textOf(value).replaceAll(textOf(searched), () => textOf(replacement ?? "")),
};

/** By name, lower case. Those of time take a period and are in evaluate. */
export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = {
  abs: number(Math.abs),
  ceil: number(Math.ceil),
  floor: number(Math.floor),
  log: number(Math.log),
  sqrt: number(Math.sqrt),
  greatest: extreme(Math.max),
  least: extreme(Math.min),
  ispresent: one((value) => value !== undefined),
  isempty: one(isEmpty),
  isblank: one((value) => value === undefined || textOf(value).trim() === ""),
  coalesce: many((...values) => values.find((value) => value !== undefined)),
  concat: many((...values) => values.map((value) => (value === undefined ? "" : textOf(value))).join("")),
  strlen: text((given) => given.length),
  toupper: text((given) => given.toUpperCase()),
  tolower: text((given) => given.toLowerCase()),
  trim: trimmer(true, true),
  ltrim: trimmer(true, false),
  rtrim: trimmer(false, true),
  substr: substring,
  replace,
  strcontains: two((value, searched) => Number(value !== undefined && searched !== undefined && textOf(value).includes(textOf(searched)))),
  tomillis: one((value) => numberOf(value)),
  frommillis: one((value) => {
    const ms = numberOf(value);
    return ms === undefined || Math.abs(ms) > 8.64e15 ? undefined : { ms };
  }),
  isvalidip: isAddress(4, 6),
  isvalidipv4: isAddress(4),
  isvalidipv6: isAddress(6),
  isipinsubnet: isInSubnet(4, 6),
  isipv4insubnet: isInSubnet(4),
  isipv6insubnet: isInSubnet(6),
};
