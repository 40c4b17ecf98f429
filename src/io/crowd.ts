/** Bounds how many connections each asker has at once. */
import type net from "node:net";

export interface Crowd {
  /** Counts the connection until it closes; false when `key` has its share already. */
  admit(key: string, socket: net.Socket): boolean;
}

export function openCrowd(most: number): Crowd {
  const present = new Map<string, number>();
  return {
    admit(key, socket) {
      const before = present.get(key) ?? 0;
      if (before >= most) return false;
      present.set(key, before + 1);
      socket.once("close", () => {
        const left = (present.get(key) ?? 1) - 1;
        if (left > 0) present.set(key, left);
        else present.delete(key);
      });
      return true;
    },
  };
}
