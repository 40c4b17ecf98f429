/** Events into log groups. The store's file is opened when the first are put, and stays open. */
import { isRefusal } from "../values/refuse.ts";
import type { PutEvents } from "./flow-deliverer.ts";
import { type OpenLogStore, openLogStore } from "./log-store.ts";

/** SQLite's codes for a file that others keep busy, that can't be written, and that finds no room. */
const failures: ReadonlySet<unknown> = new Set([5, 10, 13]);

/** Puts into the store of that file, which another thread may have open too. A store that can't be opened is tried again. */
export function openLogGroups(path: string): PutEvents {
  let store: OpenLogStore | undefined;
  return (account, region, group, stream, events) => {
    if (!store) {
      const opened = openLogStore(path);
      if (isRefusal(opened)) return Promise.resolve({ message: opened.message });
      store = opened;
    }
    try {
      store.put(account, region, group, stream, events.map(({ timestamp, message }) => ({ time: timestamp, message })), Date.now());
      return Promise.resolve(undefined);
    } catch (error) {
      if (error instanceof Error && "errcode" in error && failures.has(error.errcode)) return Promise.resolve({ message: `the log store can't be written: ${error.message}` });
      throw error;
    }
  };
}
