import type { Time } from "./value.ts";

const fixedMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const months = { mo: 1, q: 3, y: 12 } as const;

const names: Readonly<Record<string, keyof typeof fixedMs | keyof typeof months>> = {
  ms: "ms", msec: "ms",
  s: "s", sec: "s",
  m: "m", min: "m",
  h: "h", hr: "h",
  d: "d",
  w: "w",
  mo: "mo", mon: "mo",
  q: "q", qtr: "q",
  y: "y", yr: "y",
};

/** A length of time, such as 5m: fixed, or a number of months. */
export type Period = { readonly ms: number } | { readonly months: number };

/** Reads a number and a unit; undefined when it is no such thing, or nothing long. */
export function parsePeriod(text: string): Period | undefined {
  const [, count, name = ""] = /^(\d{1,9})([a-z]+)$/i.exec(text) ?? [];
  const unit = names[name.toLowerCase()];
  if (count === undefined || unit === undefined || Number(count) === 0) return undefined;
  return unit in fixedMs
    ? { ms: Number(count) * fixedMs[unit as keyof typeof fixedMs] }
    : { months: Number(count) * months[unit as keyof typeof months] };
}

/** The start of the period the time is in; periods are counted from 1970, in UTC. */
export function floorTo({ ms }: Time, period: Period): Time {
  if ("ms" in period) return { ms: Math.floor(ms / period.ms) * period.ms };
  const at = new Date(ms);
  const month = (at.getUTCFullYear() - 1970) * 12 + at.getUTCMonth();
  return { ms: Date.UTC(1970, Math.floor(month / period.months) * period.months) };
}

/** The start of the next period, or the time itself when it is the start of one. */
export function ceilTo(time: Time, period: Period): Time {
  const floor = floorTo(time, period);
  if (floor.ms === time.ms) return floor;
  if ("ms" in period) return { ms: floor.ms + period.ms };
  const at = new Date(floor.ms);
  return { ms: Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + period.months) };
}
