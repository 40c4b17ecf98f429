/** One event of a log stream. */
export interface LogEvent {
  /** Milliseconds since 1970, as its writer said. */
  readonly time: number;
  /** When it was taken in, milliseconds since 1970. */
  readonly ingested: number;
  readonly message: string;
  readonly stream: string;
  /** Tells it from others of its group with the same time: the later one has the higher. */
  readonly place: number;
}

/** Its identifier: 56 digits, in the order of time. */
export const eventId = ({ time, place }: Pick<LogEvent, "time" | "place">): string =>
  String(time).padStart(20, "0") + String(place).padStart(36, "0");
