/** A host on which nothing runs: for a region without a data plane, where instances are what the API says of them. */
import type { Guests, RunningGuest } from "./guests.ts";

export function absentGuests(): Guests {
  const said = new Map<string, RunningGuest>();
  return {
    observe: () => Promise.resolve(new Map(said)),
    start(guest) {
      const running = { pid: 0, started: 0, boot: guest.boot };
      said.set(guest.id, running);
      return Promise.resolve(running);
    },
    stop(id) {
      said.delete(id);
      return Promise.resolve();
    },
    remove: () => Promise.resolve(),
    console: () => new Uint8Array(),
  };
}
