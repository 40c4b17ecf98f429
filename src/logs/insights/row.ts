import type { LogEvent } from "../event.ts";
import type { Value } from "./value.ts";

/** The fields found in a message, by name. */
export type Discovered = (name: string) => Value;

/** What a query looks at: an event with the fields found in it, or a line of results, with what was computed. */
export class Row {
  readonly event: LogEvent | undefined;
  readonly #computed: Map<string, Value>;
  readonly #discover: (message: string) => Discovered;
  #discovered: Discovered | undefined;
  readonly #group: string;

  /** `group` is what @log says. */
  constructor(event: LogEvent | undefined, computed: Map<string, Value>, group: string, discover: (message: string) => Discovered) {
    this.event = event;
    this.#computed = computed;
    this.#group = group;
    this.#discover = discover;
  }

  get(name: string): Value {
    if (this.#computed.has(name)) return this.#computed.get(name);
    if (!this.event) return undefined;
    switch (name) {
      case "@message":
        return this.event.message;
      case "@timestamp":
        return { ms: this.event.time };
      case "@ingestionTime":
        return { ms: this.event.ingested };
      case "@logStream":
        return this.event.stream;
      case "@log":
        return this.#group;
      default:
        return (this.#discovered ??= this.#discover(this.event.message))(name);
    }
  }

  set(name: string, value: Value): void {
    this.#computed.set(name, value);
  }
}

/** A line of results that no single event stands for. */
export const resultRow = (values: Map<string, Value>): Row => new Row(undefined, values, "", () => () => undefined);
