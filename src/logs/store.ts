/** The port of what holds log groups, streams and events. */
import type { LogEvent } from "./event.ts";

export interface LogScope {
  readonly account: string;
  readonly region: string;
}

export interface LogGroup {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Absent: for ever. */
  readonly retentionDays?: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Of all its events, as Amazon counts them. */
  readonly bytes: number;
}

export interface LogStream {
  readonly name: string;
  /** Milliseconds since 1970, as the others. */
  readonly created: number;
  /** Times of the first and the last event, absent when there is none. */
  readonly firstEvent?: number;
  readonly lastEvent?: number;
  /** When an event was last taken in. */
  readonly lastIngested?: number;
}

export interface NewEvent {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly message: string;
}

/** A place between events: right before the event of that time and place, whether there is one or not. */
export interface Position {
  readonly time: number;
  readonly place: number;
}

/** Before and after everything. */
export const firstPosition: Position = { time: 0, place: 0 };
export const lastPosition: Position = { time: Number.MAX_SAFE_INTEGER, place: 0 };

export interface Selection {
  /** Events of these streams only; absent: of all. */
  readonly streams?: readonly string[];
  /** Events between these positions. */
  readonly from: Position;
  readonly to: Position;
  readonly newestFirst: boolean;
}

/** Every method returns when what it did is in the file, which survives the end of this process. */
export interface LogStore {
  /** All groups of the scope, by name. */
  groups(scope: LogScope): LogGroup[];
  group(scope: LogScope, name: string): LogGroup | undefined;
  /** False, and nothing is changed, when there is one of that name. */
  createGroup(scope: LogScope, name: string, tags: LogGroup["tags"], now: number): boolean;
  /** Replaces retention and tags; false when there is no such group. */
  changeGroup(scope: LogScope, group: Pick<LogGroup, "name" | "retentionDays" | "tags">): boolean;
  /** The group goes with its streams and events; false when there is none. */
  deleteGroup(scope: LogScope, name: string): boolean;
  /** All streams of a group, by name. */
  streams(scope: LogScope, group: string): LogStream[];
  stream(scope: LogScope, group: string, name: string): LogStream | undefined;
  /** False when there is no such group, or there is such a stream. */
  createStream(scope: LogScope, group: string, name: string, now: number): boolean;
  deleteStream(scope: LogScope, group: string, name: string): boolean;
  /** Adds events, all or none; false when there is no such stream. */
  append(scope: LogScope, group: string, stream: string, events: readonly NewEvent[], now: number): boolean;
  /** Events between two positions, in the order of time and, of the same time, of arrival. Nothing, of no such group. */
  read(scope: LogScope, group: string, selection: Selection): Iterable<LogEvent>;
}
