import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, existsSync, fdatasync, fdatasyncSync, fsyncSync, openSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Resource } from "../model/resource.ts";
import { documentFormat, upgrade } from "../model/upgrade.ts";
import { type Change, type World, worldOf } from "../model/world.ts";
import { type Refusal, refuse } from "../values/refuse.ts";

/** The world on disk. */
export interface Store {
  /** Eight hex digits made with the store: what this region's kernel objects are told from others' by. */
  readonly realm: string;
  /** The world as it was last committed. */
  load(): World;
  /** Makes the changes durable as revision expectedRevision + 1. Throws where `write` or `sync` do. */
  commit(expectedRevision: number, changes: readonly Change[]): void;
  /**
   * Writes the changes of the next revisions, expectedRevision + 1 and on, all or nothing. Not durable yet. Throws, and
   * changes nothing, when the store is at another revision or can't be written.
   */
  write(expectedRevision: number, revisions: readonly (readonly Change[])[]): void;
  /**
   * What was written is durable when it returns. When it throws, what was written since the last time may be there or
   * not after a restart: nothing can be written any more.
   */
  sync(): void;
  /** As sync, without holding up the thread. */
  syncSoon(done: (error: unknown) => void): void;
  close(): void;
}

/** "BAIL": tells our files from any other database. */
const applicationId = 0x4241494c;
const formatVersion = documentFormat;
/** Emptying the write-ahead log holds up the thread: that is for when nobody has written for so long, or it has so many pages. */
const quietMs = 250;
const mostLogPages = 16_000;
/** Revisions whose changes stay in the event log. */
const eventRevisions = 1000;

const schema = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE resource (
    kind TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
  CREATE TABLE event (
    revision INTEGER NOT NULL, place INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, deleted INTEGER NOT NULL,
    PRIMARY KEY (revision, place)
  ) WITHOUT ROWID;
`;

/**
 * Opens the store in a file, making it (mode 0600) when there is none. Refuses, leaving the file as it is, one that
 * another process has open, that is damaged, that is not Bailey's, or that a newer Bailey wrote. What an older Bailey wrote
 * is upgraded first, all of it or nothing.
 */
export function openStore(path: string): Refusal | Store {
  let database: DatabaseSync | undefined;
  try {
    if (!existsSync(path)) create(path);
    // SQLite would take an empty file for a new database.
    if (statSync(path).size === 0) return refuseState(path, "is empty; restore it from a backup");
    chmodSync(path, 0o600);
    database = new DatabaseSync(path, { timeout: 0 });
    const refusal = lock(database, path) ?? prepare(database, path);
    if (!refusal) return new SqliteStore(database, path);
    database.close();
    return refusal;
  } catch (error) {
    database?.close();
    return refuseState(path, isBusy(error) ? "is in use by another process" : `can't be read: ${textOf(error)}`);
  }
}

/** Makes an empty store under another name first, so that a file of the right name is always whole. */
function create(path: string): void {
  const draft = `${path}.new`;
  closeSync(openSync(draft, "w", 0o600));
  const database = new DatabaseSync(draft);
  database.exec(`BEGIN; ${schema}`);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion}`);
  const insert = database.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
  insert.run("revision", "0");
  insert.run("realm", randomBytes(4).toString("hex"));
  database.exec("COMMIT");
  database.close();
  renameSync(draft, path);
  syncDirectory(path);
}

/** Makes the names beside this one durable, and its own. */
function syncDirectory(path: string): void {
  const directory = openSync(dirname(path), "r");
  fsyncSync(directory);
  closeSync(directory);
}

const refuseState = (path: string, why: string): Refusal => refuse("State", `The state file ${path} ${why}.`);

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** SQLITE_BUSY and SQLITE_LOCKED. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && (error.errcode === 5 || error.errcode === 6);

/** Takes the file for this process alone, before anything in it is looked at. */
function lock(database: DatabaseSync, path: string): Refusal | undefined {
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  database.exec("BEGIN EXCLUSIVE");
  database.exec("COMMIT");
  const [problem] = database.prepare("PRAGMA quick_check(1)").all();
  const found = problem?.["quick_check"];
  return found === "ok" ? undefined : refuseState(path, `is damaged (${String(found)}); restore it from a backup`);
}

function prepare(database: DatabaseSync, path: string): Refusal | undefined {
  const version = readPragma(database, "user_version");
  if (readPragma(database, "application_id") !== applicationId) return refuseState(path, "is not one of Bailey's");
  if (version > formatVersion) {
    return refuseState(path, `has format ${version}, and this Bailey knows ${formatVersion}; use a newer Bailey`);
  }
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  if (version < formatVersion) upgradeDocuments(database, version);
  return undefined;
}

/** Writes every document anew in the present format. A crash on the way leaves the former file. */
function upgradeDocuments(database: DatabaseSync, version: number): void {
  const replace = database.prepare("UPDATE resource SET doc = ? WHERE kind = ? AND id = ?");
  database.exec("BEGIN IMMEDIATE");
  for (const { kind, id, doc } of database.prepare("SELECT kind, id, doc FROM resource").all()) {
    replace.run(JSON.stringify(upgrade(JSON.parse(String(doc)), version)), String(kind), String(id));
  }
  database.exec(`PRAGMA user_version = ${formatVersion}`);
  database.exec("COMMIT");
}

const readPragma = (database: DatabaseSync, name: string): number =>
  Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);

const none = Object.freeze({});
const isEmpty = (value: unknown): boolean => typeof value === "object" && value !== null && Object.keys(value).length === 0;

class SqliteStore implements Store {
  readonly realm: string;
  readonly #database: DatabaseSync;
  readonly #statements;
  /** The write-ahead log. What SQLite wrote to it by another descriptor is synced by this one. */
  readonly #log: number;
  #failure: unknown;
  #quiet: NodeJS.Timeout | undefined;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    // In this mode SQLite leaves out one thing it does in FULL: syncing the log at each commit. That is `sync` here.
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec(`PRAGMA wal_autocheckpoint = ${mostLogPages}`);
    database.exec("BEGIN IMMEDIATE; COMMIT");
    this.#log = openSync(`${path}-wal`, "r");
    syncDirectory(path);
    this.#statements = {
      begin: database.prepare("BEGIN IMMEDIATE"),
      commit: database.prepare("COMMIT"),
      rollback: database.prepare("ROLLBACK"),
      meta: database.prepare("SELECT value FROM meta WHERE key = ?"),
      advance: database.prepare("UPDATE meta SET value = ? WHERE key = 'revision' AND value = ?"),
      put: database.prepare(
        "INSERT INTO resource (kind, id, doc) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET doc = excluded.doc",
      ),
      delete: database.prepare("DELETE FROM resource WHERE kind = ? AND id = ?"),
      event: database.prepare("INSERT INTO event (revision, place, kind, id, deleted) VALUES (?, ?, ?, ?, ?)"),
      forget: database.prepare("DELETE FROM event WHERE revision <= ?"),
      resources: database.prepare("SELECT doc FROM resource"),
    };
    this.realm = this.#meta("realm");
  }

  #meta(key: string): string {
    const value = this.#statements.meta.get(key)?.["value"];
    if (typeof value !== "string") throw new Error(`the store has no ${key}`);
    return value;
  }

  load(): World {
    return worldOf(this.#resources(), Number(this.#meta("revision")));
  }

  *#resources(): Iterable<Resource> {
    // What is parsed is new each time it occurs: accounts, dates and what others are called by are held once for all.
    const known = new Map<string, string>();
    const share = (text: string): string => known.get(text) ?? (known.set(text, text), text);
    for (const row of this.#statements.resources.iterate()) {
      const parsed = JSON.parse(String(row["doc"])) as Record<string, unknown>;
      for (const name in parsed) {
        const value = parsed[name];
        if (name !== "id" && typeof value === "string") parsed[name] = share(value);
      }
      if (isEmpty(parsed["tags"])) parsed["tags"] = none;
      yield parsed as unknown as Resource;
    }
  }

  commit(expectedRevision: number, changes: readonly Change[]): void {
    this.write(expectedRevision, [changes]);
    this.sync();
  }

  write(expectedRevision: number, revisions: readonly (readonly Change[])[]): void {
    const { begin, commit, rollback } = this.#statements;
    if (this.#failure !== undefined) throw this.#failure;
    begin.run();
    try {
      this.#advance(expectedRevision, expectedRevision + revisions.length);
      for (const [at, changes] of revisions.entries()) this.#write(expectedRevision + 1 + at, changes);
      commit.run();
      this.#quiet ??= setTimeout(() => this.#emptyLog(), quietMs).unref();
      this.#quiet.refresh();
    } catch (error) {
      if (this.#database.isTransaction) rollback.run();
      throw error;
    }
  }

  #advance(expected: number, revision: number): void {
    const { advance, forget } = this.#statements;
    const { changes } = advance.run(String(revision), String(expected));
    if (changes !== 1) throw new Error(`the store is at revision ${this.#meta("revision")}, not ${expected}`);
    forget.run(revision - eventRevisions);
  }

  #write(revision: number, changes: readonly Change[]): void {
    const { put, delete: remove, event } = this.#statements;
    for (const [place, change] of changes.entries()) {
      const { kind, id } = "put" in change ? change.put : change.delete;
      if ("put" in change) put.run(kind, id, JSON.stringify(change.put));
      else remove.run(kind, id);
      event.run(revision, place, kind, id, "put" in change ? 0 : 1);
    }
  }

  sync(): void {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      fdatasyncSync(this.#log);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  syncSoon(done: (error: unknown) => void): void {
    fdatasync(this.#log, (error) => {
      // The system says only once that it lost something.
      this.#failure ??= error ?? undefined;
      done(this.#failure);
    });
  }

  #emptyLog(): void {
    try {
      this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
    } catch {
      // A disk that is full, say: the log keeps what it has, and the next write tells whoever waits for it.
    }
  }

  close(): void {
    clearTimeout(this.#quiet);
    this.#database.close();
    closeSync(this.#log);
  }
}
