/** How much one interface may ask of all services together; what is more is dropped in silence. */

/** Packets each second, as Amazon has it. */
export const defaultAllowance = 1024;

export interface Allowance {
  /** Takes one packet of the asker's; false when it has none left. `now` in milliseconds, never going back. */
  take(asker: object, now: number): boolean;
}

/** A token bucket for each asker, filled at that many tokens each second and never above one second's. It goes with the asker. */
export function openAllowance(perSecond: number): Allowance {
  const buckets = new WeakMap<object, { tokens: number; at: number }>();
  return {
    take(asker, now) {
      let bucket = buckets.get(asker);
      if (!bucket) buckets.set(asker, (bucket = { tokens: perSecond, at: now }));
      bucket.tokens = Math.min(perSecond, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
      bucket.at = now;
      if (bucket.tokens < 1) return false;
      bucket.tokens--;
      return true;
    },
  };
}
