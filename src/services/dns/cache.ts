/** What others said, for as long as they said it holds. */
import type { Reply } from "./relay.ts";

export interface Cache {
  /** The reply under a key and its age in whole seconds; undefined when there is none that still holds. */
  get(key: string, now: number): { readonly reply: Reply; readonly age: number } | undefined;
  /** `now` in milliseconds, never going back. */
  put(key: string, reply: Reply, now: number): void;
}

/** A cache of at most so many replies and octets of them; the one that was not asked for the longest makes room. */
export function openCache(limits: { readonly replies: number; readonly octets: number }): Cache {
  const kept = new Map<string, { reply: Reply; came: number }>();
  let octets = 0;
  const sizeOf = (key: string, { body, lifetimes }: Reply) => 200 + key.length + body.length + 8 * lifetimes.length;
  const drop = (key: string) => {
    const old = kept.get(key);
    if (!old) return;
    octets -= sizeOf(key, old.reply);
    kept.delete(key);
  };
  return {
    get(key, now) {
      const found = kept.get(key);
      if (!found) return undefined;
      const age = Math.floor((now - found.came) / 1000);
      if (age >= found.reply.keeps) {
        drop(key);
        return undefined;
      }
      // Last again in the order of use.
      kept.delete(key);
      kept.set(key, found);
      return { reply: found.reply, age };
    },
    put(key, reply, now) {
      drop(key);
      const size = sizeOf(key, reply);
      if (reply.keeps <= 0 || size > limits.octets) return;
      kept.set(key, { reply, came: now });
      octets += size;
      for (const oldest of kept.keys()) {
        if (kept.size <= limits.replies && octets <= limits.octets) break;
        drop(oldest);
      }
    },
  };
}
