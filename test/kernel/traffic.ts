/** Flows that go on all the time, each known to be admitted or refused: what differs from that is counted. */
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import type { Wire } from "./wire.ts";

export interface Flow {
  readonly name: string;
  readonly from: Wire;
  readonly to: Wire;
  readonly admitted: boolean;
  /** The flow's nth frame, which must carry the tag. */
  frame(tag: number, nth: number): Buffer;
}

/** By name of the flow: how many packets went another way than they should. */
export interface Outcome {
  readonly lost: Readonly<Record<string, number>>;
  readonly leaked: Readonly<Record<string, number>>;
}

/** How long what is on the way may take, in milliseconds. */
const patience = 1000;

export class Traffic {
  readonly #flows: readonly Flow[];
  readonly #arrived: number[];
  #rounds = 0;

  constructor(flows: readonly Flow[]) {
    this.#flows = flows;
    this.#arrived = flows.map(() => 0);
  }

  /** Packets sent so far in each flow. */
  get rounds(): number {
    return this.#rounds;
  }

  /** One packet of each flow. */
  round(): void {
    for (const [tag, flow] of this.#flows.entries()) flow.from.send(flow.frame(tag, this.#rounds));
    this.#rounds++;
    this.#collect();
  }

  /** Round after round until the work is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    let busy = true;
    const done = work.finally(() => (busy = false));
    while (busy) {
      this.round();
      await turn();
    }
    return done;
  }

  async outcome(): Promise<Outcome> {
    const missing = () => this.#differing(true);
    for (let waited = 0; waited < patience && Object.keys(missing()).length > 0; waited += 5) {
      await sleep(5);
      this.#collect();
    }
    return { lost: missing(), leaked: this.#differing(false) };
  }

  #differing(admitted: boolean): Record<string, number> {
    const counts = this.#flows.map((flow, tag): [string, number] => {
      const arrived = this.#arrived[tag] ?? 0;
      return [flow.name, admitted ? this.#rounds - arrived : arrived];
    });
    return Object.fromEntries(counts.filter(([, count], at) => this.#flows[at]?.admitted === admitted && count > 0));
  }

  #collect(): void {
    for (const wire of new Set(this.#flows.map(({ to }) => to))) {
      for (const tag of wire.arrived()) {
        if (this.#flows[tag]?.to === wire) this.#arrived[tag] = (this.#arrived[tag] ?? 0) + 1;
      }
    }
  }
}
