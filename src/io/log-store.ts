import { chmodSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { LogEvent } from "../logs/event.ts";
import { eventBytes } from "../logs/size.ts";
import type { LogGroup, LogScope, LogStore, LogStream, NewEvent, Selection } from "../logs/store.ts";
import { type Refusal, refuse } from "../values/refuse.ts";

/** A log store as the region that has it open uses it. Several threads may have the same file open. */
export interface OpenLogStore extends LogStore {
  /** As append, and makes the group and the stream where there are none. */
  put(account: string, region: string, group: string, stream: string, events: readonly NewEvent[], now: number): void;
  /** Removes for good what is past its group's retention, or of a deleted group or stream: some milliseconds' worth. */
  sweep(now: number): void;
  /** Empties everything. */
  clear(): void;
  close(): void;
}

export interface LogStoreOptions {
  /** Of all events, as eventBytes counts: beyond it the largest group loses its oldest events. */
  readonly mostBytes: number;
}

export const standardLogStore: LogStoreOptions = { mostBytes: 1 << 30 };

/** "BAIl": tells our files from any other database. */
const applicationId = 0x4241496c;
const format = 1;
/** How long a writer waits for another thread's transaction. */
const busyMs = 5_000;
/** How long one sweep may take, and how many events it removes at a time. */
const sweepMs = 50;
const sweepEvents = 2_000;
const dayMs = 86_400_000;

/**
 * Events lie in their group's order of time; a second index has each stream's. Identifiers are never used again, so
 * what is left of a deleted group or stream can be removed later.
 */
const schema = `
  CREATE TABLE totals (one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER NOT NULL, place INTEGER NOT NULL);
  INSERT INTO totals VALUES (1, 0, 0);
  CREATE TABLE log_group (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    created INTEGER NOT NULL, retention INTEGER, tags TEXT NOT NULL, bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, region, name)
  );
  CREATE TABLE log_stream (
    id INTEGER PRIMARY KEY AUTOINCREMENT, log_group INTEGER NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL,
    ingested INTEGER, UNIQUE (log_group, name)
  );
  CREATE TABLE event (
    log_group INTEGER NOT NULL, time INTEGER NOT NULL, place INTEGER NOT NULL, stream INTEGER NOT NULL,
    ingested INTEGER NOT NULL, message TEXT NOT NULL, PRIMARY KEY (log_group, time, place)
  ) WITHOUT ROWID;
  CREATE INDEX event_of_stream ON event (stream, time, place);
  CREATE TABLE gone (log_group INTEGER NOT NULL, stream INTEGER NOT NULL, PRIMARY KEY (log_group, stream)) WITHOUT ROWID;
`;

/**
 * Opens the log store in a file, making it (mode 0600) when there is none. What returned is safe from a crash of this
 * process; when the machine loses power, the last moments' events may be lost, never part of a batch. Refuses a file
 * that can't be used, leaving it as it is.
 */
export function openLogStore(path: string, options: LogStoreOptions = standardLogStore): Refusal | OpenLogStore {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: busyMs });
    if (path !== ":memory:") chmodSync(path, 0o600);
    const refusal = prepare(database, path);
    if (!refusal) return new SqliteLogStore(database, options);
    database.close();
    return refusal;
  } catch (error) {
    database?.close();
    return refuseFile(path, `can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const refuseFile = (path: string, why: string): Refusal => refuse("State", `The log store ${path} ${why}.`);

function prepare(database: DatabaseSync, path: string): Refusal | undefined {
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000");
  database.exec("BEGIN IMMEDIATE");
  const [id, version] = [pragma("application_id"), pragma("user_version")];
  if (id === 0 && version === 0) database.exec(`${schema} PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${format}`);
  database.exec("COMMIT");
  if (id === 0 && version === 0) return undefined;
  if (id !== applicationId) return refuseFile(path, "is not one of Bailey's");
  return version === format ? undefined : refuseFile(path, `has format ${version}, and this Bailey knows ${format}`);
}

type Found = Readonly<Record<string, unknown>>;

class SqliteLogStore implements OpenLogStore {
  readonly #database: DatabaseSync;
  readonly #mostBytes: number;
  readonly #statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();

  constructor(database: DatabaseSync, { mostBytes }: LogStoreOptions) {
    this.#database = database;
    this.#mostBytes = mostBytes;
  }

  /** Prepared once for each text. */
  #sql(text: string): ReturnType<DatabaseSync["prepare"]> {
    let statement = this.#statements.get(text);
    if (!statement) this.#statements.set(text, (statement = this.#database.prepare(text)));
    return statement;
  }

  #get(text: string, ...values: readonly SQLInputValue[]): Found | undefined {
    return this.#sql(text).get(...values);
  }

  #run(text: string, ...values: readonly SQLInputValue[]): boolean {
    return this.#sql(text).run(...values).changes > 0;
  }

  /** All of it or nothing, with no other writer between. */
  #atOnce<T>(work: () => T): T {
    this.#sql("BEGIN IMMEDIATE").run();
    try {
      const result = work();
      this.#sql("COMMIT").run();
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#sql("ROLLBACK").run();
      throw error;
    }
  }

  #groupId({ account, region }: LogScope, name: string): number | undefined {
    const found = this.#get("SELECT id FROM log_group WHERE account = ? AND region = ? AND name = ?", account, region, name);
    return found && Number(found["id"]);
  }

  #streamId(group: number | undefined, name: string): number | undefined {
    if (group === undefined) return undefined;
    const found = this.#get("SELECT id FROM log_stream WHERE log_group = ? AND name = ?", group, name);
    return found && Number(found["id"]);
  }

  groups({ account, region }: LogScope): LogGroup[] {
    return this.#sql("SELECT * FROM log_group WHERE account = ? AND region = ? ORDER BY name").all(account, region).map(groupOf);
  }

  group({ account, region }: LogScope, name: string): LogGroup | undefined {
    const found = this.#get("SELECT * FROM log_group WHERE account = ? AND region = ? AND name = ?", account, region, name);
    return found && groupOf(found);
  }

  createGroup({ account, region }: LogScope, name: string, tags: LogGroup["tags"], now: number): boolean {
    const insert = "INSERT OR IGNORE INTO log_group (account, region, name, created, tags) VALUES (?, ?, ?, ?, ?)";
    return this.#run(insert, account, region, name, now, JSON.stringify(tags));
  }

  changeGroup({ account, region }: LogScope, { name, retentionDays, tags }: Pick<LogGroup, "name" | "retentionDays" | "tags">): boolean {
    const update = "UPDATE log_group SET retention = ?, tags = ? WHERE account = ? AND region = ? AND name = ?";
    return this.#run(update, retentionDays ?? null, JSON.stringify(tags), account, region, name);
  }

  deleteGroup(scope: LogScope, name: string): boolean {
    return this.#atOnce(() => {
      const id = this.#groupId(scope, name);
      if (id === undefined) return false;
      this.#run("DELETE FROM log_stream WHERE log_group = ?", id);
      this.#run("DELETE FROM gone WHERE log_group = ?", id);
      this.#run("INSERT INTO gone VALUES (?, 0)", id);
      return this.#run("DELETE FROM log_group WHERE id = ?", id);
    });
  }

  streams(scope: LogScope, group: string): LogStream[] {
    const id = this.#groupId(scope, group);
    return id === undefined ? [] : this.#sql(`${selectStream} WHERE log_group = ? ORDER BY name`).all(id).map(streamOf);
  }

  stream(scope: LogScope, group: string, name: string): LogStream | undefined {
    const id = this.#groupId(scope, group);
    const found = id === undefined ? undefined : this.#get(`${selectStream} WHERE log_group = ? AND name = ?`, id, name);
    return found && streamOf(found);
  }

  createStream(scope: LogScope, group: string, name: string, now: number): boolean {
    return this.#atOnce(() => {
      const id = this.#groupId(scope, group);
      return id !== undefined && this.#run("INSERT OR IGNORE INTO log_stream (log_group, name, created) VALUES (?, ?, ?)", id, name, now);
    });
  }

  deleteStream(scope: LogScope, group: string, name: string): boolean {
    return this.#atOnce(() => {
      const id = this.#groupId(scope, group);
      const stream = this.#streamId(id, name);
      if (id === undefined || stream === undefined) return false;
      this.#run("INSERT INTO gone VALUES (?, ?)", id, stream);
      return this.#run("DELETE FROM log_stream WHERE id = ?", stream);
    });
  }

  append(scope: LogScope, group: string, stream: string, events: readonly NewEvent[], now: number): boolean {
    return this.#atOnce(() => {
      const id = this.#groupId(scope, group);
      const streamId = this.#streamId(id, stream);
      if (id === undefined || streamId === undefined) return false;
      this.#insert(id, streamId, events, now);
      return true;
    });
  }

  put(account: string, region: string, group: string, stream: string, events: readonly NewEvent[], now: number): void {
    const scope = { account, region };
    this.#atOnce(() => {
      this.createGroup(scope, group, {}, now);
      const id = this.#groupId(scope, group) ?? 0;
      this.#run("INSERT OR IGNORE INTO log_stream (log_group, name, created) VALUES (?, ?, ?)", id, stream, now);
      this.#insert(id, this.#streamId(id, stream) ?? 0, events, now);
    });
  }

  #insert(group: number, stream: number, events: readonly NewEvent[], now: number): void {
    const insert = this.#sql("INSERT INTO event (log_group, time, place, stream, ingested, message) VALUES (?, ?, ?, ?, ?, ?)");
    let place = Number(this.#get("SELECT place FROM totals")?.["place"]);
    let bytes = 0;
    for (const { time, message } of events) {
      insert.run(group, time, ++place, stream, now, message);
      bytes += eventBytes(message);
    }
    this.#run("UPDATE log_stream SET ingested = ? WHERE id = ?", now, stream);
    this.#run("UPDATE log_group SET bytes = bytes + ? WHERE id = ?", bytes, group);
    const totals = this.#get("UPDATE totals SET place = ?, bytes = bytes + ? RETURNING bytes", place, bytes);
    // Twice what came: a store that has shrunk its limit gets there, and no call waits for long.
    if (Number(totals?.["bytes"]) > this.#mostBytes) this.#evict(2 * events.length);
  }

  #evict(count: number): void {
    const largest = this.#get("SELECT id FROM log_group ORDER BY bytes DESC LIMIT 1");
    if (largest) this.#removeOldest(Number(largest["id"]), Number.MAX_SAFE_INTEGER, count);
  }

  *read(scope: LogScope, group: string, { streams, from, to, newestFirst }: Selection): Generator<LogEvent> {
    const id = this.#groupId(scope, group);
    if (id === undefined) return;
    const names = this.#streamNames(id, streams);
    const [only] = names.keys();
    if (only === undefined) return;
    const [key, value] = names.size === 1 ? ["stream", only] : ["log_group", id];
    const way = newestFirst ? "DESC" : "ASC";
    // A statement of its own: several readings may be under way.
    const rows = this.#database.prepare(
      `SELECT time, place, stream, ingested, message FROM event
       WHERE ${key} = ? AND (time, place) >= (?, ?) AND (time, place) < (?, ?) ORDER BY time ${way}, place ${way}`,
    );
    for (const row of rows.iterate(value, from.time, from.place, to.time, to.place)) {
      const stream = names.get(Number(row["stream"]));
      if (stream === undefined) continue;
      yield { time: Number(row["time"]), place: Number(row["place"]), ingested: Number(row["ingested"]), message: String(row["message"]), stream };
    }
  }

  /** By number, all of a group's or those asked for. */
  #streamNames(group: number, asked: readonly string[] | undefined): Map<number, string> {
    const wanted = asked && new Set(asked);
    const rows = this.#sql("SELECT id, name FROM log_stream WHERE log_group = ?").all(group);
    const names = rows.map((row) => [Number(row["id"]), String(row["name"])] as const);
    return new Map(names.filter(([, name]) => wanted?.has(name) ?? true));
  }

  sweep(now: number): void {
    const until = performance.now() + sweepMs;
    const more = (work: () => number): void => {
      while (performance.now() < until && this.#atOnce(work) === sweepEvents);
    };
    for (const row of this.#sql("SELECT id, retention FROM log_group WHERE retention IS NOT NULL").all()) {
      more(() => this.#removeOldest(Number(row["id"]), now - Number(row["retention"]) * dayMs, sweepEvents));
    }
    for (const row of this.#sql("SELECT log_group, stream FROM gone").all()) {
      more(() => this.#removeGone(Number(row["log_group"]), Number(row["stream"])));
    }
  }

  /** Removes up to `count` events of a group from before `time`, the oldest; how many it removed. */
  #removeOldest(group: number, time: number, count: number): number {
    return this.#remove(
      this.#sql("SELECT log_group, time, place, message FROM event WHERE log_group = ? AND time < ? ORDER BY time, place LIMIT ?").all(group, time, count),
    );
  }

  #removeGone(group: number, stream: number): number {
    const [key, value] = stream === 0 ? ["log_group", group] : ["stream", stream];
    const removed = this.#remove(
      this.#sql(`SELECT log_group, time, place, message FROM event WHERE ${key} = ? LIMIT ?`).all(value, sweepEvents),
    );
    if (removed < sweepEvents) this.#run("DELETE FROM gone WHERE log_group = ? AND stream = ?", group, stream);
    return removed;
  }

  /** Events of one group. */
  #remove(events: readonly Found[]): number {
    const remove = this.#sql("DELETE FROM event WHERE log_group = ? AND time = ? AND place = ?");
    let bytes = 0;
    for (const event of events) {
      bytes += eventBytes(String(event["message"]));
      remove.run(Number(event["log_group"]), Number(event["time"]), Number(event["place"]));
    }
    this.#run("UPDATE log_group SET bytes = bytes - ? WHERE id = ?", bytes, Number(events[0]?.["log_group"] ?? 0));
    this.#run("UPDATE totals SET bytes = bytes - ?", bytes);
    return events.length;
  }

  clear(): void {
    this.#atOnce(() => {
      for (const table of ["event", "log_stream", "log_group", "gone"]) this.#database.exec(`DELETE FROM ${table}`);
      this.#run("UPDATE totals SET bytes = 0");
    });
  }

  close(): void {
    this.#database.close();
  }
}

const selectStream = `
  SELECT name, created, ingested,
    (SELECT min(time) FROM event WHERE stream = log_stream.id) AS first,
    (SELECT max(time) FROM event WHERE stream = log_stream.id) AS last
  FROM log_stream`;

const groupOf = (row: Found): LogGroup => ({
  name: String(row["name"]),
  created: Number(row["created"]),
  ...(row["retention"] !== null && { retentionDays: Number(row["retention"]) }),
  tags: JSON.parse(String(row["tags"])) as LogGroup["tags"],
  bytes: Number(row["bytes"]),
});

const streamOf = (row: Found): LogStream => ({
  name: String(row["name"]),
  created: Number(row["created"]),
  ...(row["first"] !== null && { firstEvent: Number(row["first"]), lastEvent: Number(row["last"]) }),
  ...(row["ingested"] !== null && { lastIngested: Number(row["ingested"]) }),
});
