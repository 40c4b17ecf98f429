import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, test } from "node:test";
import { type LogStoreOptions, type OpenLogStore, openLogStore } from "../../../src/io/log-store.ts";
import { eventBytes } from "../../../src/logs/size.ts";
import { type Selection, firstPosition, lastPosition } from "../../../src/logs/store.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const scope = { account: "111122223333", region: "us-east-1" };
const all: Selection = { from: firstPosition, to: lastPosition, newestFirst: false };
const day = 86_400_000;

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "bailey-logs-"));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const file = (): string => path.join(directory, "logs.db");

function open(options?: LogStoreOptions, place = file()): OpenLogStore {
  const store = openLogStore(place, options);
  return isRefusal(store) ? assert.fail(store.message) : store;
}

/** A store with the groups g and h, and streams a and b in g. */
function filled(options?: LogStoreOptions): OpenLogStore {
  const store = open(options);
  store.createGroup(scope, "g", { team: "red" }, 1000);
  store.createGroup(scope, "h", {}, 2000);
  store.createStream(scope, "g", "a", 3000);
  store.createStream(scope, "g", "b", 4000);
  return store;
}

const event = (time: number, message = `at ${time}`) => ({ time, message });
const times = (store: OpenLogStore, group = "g", selection: Partial<Selection> = {}) =>
  [...store.read(scope, group, { ...all, ...selection })].map(({ time, stream }) => `${time}${stream}`);

test("groups and streams are made once, by name, and shown in order", () => {
  const store = filled();
  assert.equal(store.createGroup(scope, "g", {}, 9000), false);
  assert.equal(store.createStream(scope, "g", "a", 9000), false);
  assert.equal(store.createStream(scope, "nowhere", "a", 9000), false);
  assert.deepEqual(store.groups(scope), [
    { name: "g", created: 1000, tags: { team: "red" }, bytes: 0 },
    { name: "h", created: 2000, tags: {}, bytes: 0 },
  ]);
  assert.deepEqual(store.streams(scope, "g"), [{ name: "a", created: 3000 }, { name: "b", created: 4000 }]);
  assert.equal(store.changeGroup(scope, { name: "g", retentionDays: 7, tags: { a: "1" } }), true);
  assert.deepEqual(store.group(scope, "g"), { name: "g", created: 1000, retentionDays: 7, tags: { a: "1" }, bytes: 0 });
  store.changeGroup(scope, { name: "g", tags: {} });
  assert.deepEqual(store.group(scope, "g"), { name: "g", created: 1000, tags: {}, bytes: 0 });
  assert.equal(store.changeGroup(scope, { name: "nowhere", tags: {} }), false);
  store.close();
});

test("each account and region has its own", () => {
  const store = filled();
  store.put(scope.account, "eu-west-1", "g", "a", [event(5)], 6000);
  store.put("999900001111", scope.region, "g", "a", [event(7)], 6000);
  store.append(scope, "g", "a", [event(9)], 6000);
  assert.deepEqual(times(store), ["9a"]);
  assert.deepEqual([...store.read({ account: scope.account, region: "eu-west-1" }, "g", all)].map(({ time }) => time), [5]);
  store.close();
});

test("events come in the order of time, then of arrival, from wherever one begins", () => {
  const store = filled();
  store.append(scope, "g", "a", [event(10), event(30)], 6000);
  store.append(scope, "g", "b", [event(20), event(30)], 7000);
  store.append(scope, "g", "a", [event(30, "late")], 8000);
  assert.deepEqual(times(store), ["10a", "20b", "30a", "30b", "30a"]);
  assert.deepEqual(times(store, "g", { newestFirst: true }), ["30a", "30b", "30a", "20b", "10a"]);
  assert.deepEqual(times(store, "g", { streams: ["a"] }), ["10a", "30a", "30a"]);
  assert.deepEqual(times(store, "g", { streams: ["b"], newestFirst: true }), ["30b", "20b"]);
  assert.deepEqual(times(store, "g", { streams: ["a", "b"], from: { time: 20, place: 0 }, to: { time: 30, place: 0 } }), ["20b"]);
  assert.deepEqual(times(store, "g", { streams: ["c"] }), []);
  assert.deepEqual(times(store, "nowhere"), []);
  const [, , third] = [...store.read(scope, "g", all)];
  assert.deepEqual(third, { time: 30, place: 2, ingested: 6000, message: "at 30", stream: "a" });
  assert.deepEqual(times(store, "g", { from: { time: 30, place: 3 } }), ["30b", "30a"]);
  assert.deepEqual(times(store, "g", { to: { time: 30, place: 4 } }), ["10a", "20b", "30a"]);
  assert.deepEqual(store.stream(scope, "g", "a"), { name: "a", created: 3000, firstEvent: 10, lastEvent: 30, lastIngested: 8000 });
  assert.equal(store.append(scope, "g", "c", [event(1)], 1), false);
  store.close();
});

test("messages and sizes survive whatever is in them", () => {
  const store = filled();
  const messages = ["plain", "zwölf €uro 𝄞", "a\0b\n\tc", '{"a":"\\u0000"}', " "];
  store.append(scope, "g", "a", messages.map((message, at) => event(at, message)), 1);
  assert.deepEqual([...store.read(scope, "g", all)].map(({ message }) => message), messages);
  const bytes = messages.reduce((sum, message) => sum + Buffer.byteLength(message) + 26, 0);
  assert.equal(store.group(scope, "g")?.bytes, bytes);
  for (const message of messages) assert.equal(eventBytes(message), Buffer.byteLength(message) + 26, message);
  store.close();
});

test("delivery makes groups and streams as it needs them", () => {
  const store = open();
  store.put(scope.account, scope.region, "/vpc/flows", "eni-1-all", [event(1), event(2)], 5000);
  store.put(scope.account, scope.region, "/vpc/flows", "eni-1-all", [event(3)], 6000);
  assert.deepEqual(times(store, "/vpc/flows"), ["1eni-1-all", "2eni-1-all", "3eni-1-all"]);
  assert.deepEqual(store.streams(scope, "/vpc/flows"), [{ name: "eni-1-all", created: 5000, firstEvent: 1, lastEvent: 3, lastIngested: 6000 }]);
  assert.equal(store.group(scope, "/vpc/flows")?.created, 5000);
  store.close();
});

test("what is deleted is not seen again, and is swept away", () => {
  const store = filled();
  store.append(scope, "g", "a", [event(1), event(2)], 1);
  store.append(scope, "g", "b", [event(3)], 1);
  store.put(scope.account, scope.region, "h", "s", [event(4)], 1);
  assert.equal(store.deleteStream(scope, "g", "a"), true);
  assert.equal(store.deleteStream(scope, "g", "a"), false);
  assert.deepEqual(times(store), ["3b"]);
  store.createStream(scope, "g", "a", 2);
  assert.deepEqual(times(store), ["3b"]);
  store.sweep(0);
  assert.equal(store.group(scope, "g")?.bytes, eventBytes("at 3"));
  assert.equal(store.deleteGroup(scope, "g"), true);
  assert.equal(store.deleteGroup(scope, "g"), false);
  store.createGroup(scope, "g", {}, 3);
  assert.deepEqual([times(store), store.streams(scope, "g")], [[], []]);
  store.sweep(0);
  store.close();
  const database = new DatabaseSync(file());
  const left = { ...database.prepare("SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM gone) AS gone, (SELECT bytes FROM totals) AS bytes").get() };
  assert.deepEqual(left, { events: 1, gone: 0, bytes: eventBytes("at 4") });
  database.close();
});

test("events go when their group's retention is over, not before", () => {
  const store = filled();
  const now = 100 * day;
  store.append(scope, "g", "a", [event(now - 3 * day - 1), event(now - 3 * day), event(now)], now);
  store.put(scope.account, scope.region, "h", "s", [event(1)], now);
  store.sweep(now);
  assert.equal(times(store).length, 3, "without a retention, they stay");
  store.changeGroup(scope, { name: "g", retentionDays: 3, tags: {} });
  store.sweep(now);
  assert.deepEqual(times(store), [`${now - 3 * day}a`, `${now}a`]);
  assert.deepEqual(times(store, "h"), ["1s"]);
  store.close();
});

test("a full store loses the oldest events of its largest group", () => {
  const size = eventBytes("x".repeat(100));
  const store = filled({ mostBytes: 100 * size });
  store.put(scope.account, scope.region, "h", "s", Array.from({ length: 20 }, (_, at) => event(at, "x".repeat(100))), 1);
  for (let at = 0; at < 200; at += 10) {
    store.append(scope, "g", "a", Array.from({ length: 10 }, (_, more) => event(1000 + at + more, "x".repeat(100))), 1);
  }
  const kept = times(store);
  assert.ok(kept.length <= 80 && kept.length >= 60, `${kept.length} are kept`);
  assert.equal(kept.at(-1), "1199a");
  assert.equal(kept[0], `${1200 - kept.length}a`);
  assert.equal(times(store, "h").length, 20);
  assert.equal(store.group(scope, "g")?.bytes, kept.length * size);
  store.close();
});

test("two threads' connections see each other's writing", () => {
  const [one, other] = [filled(), open()];
  other.put(scope.account, scope.region, "g", "a", [event(1)], 1);
  one.append(scope, "g", "a", [event(1, "second")], 1);
  assert.deepEqual([...other.read(scope, "g", all)].map(({ message, place }) => `${message} ${place}`), ["at 1 1", "second 2"]);
  one.deleteGroup(scope, "g");
  other.put(scope.account, scope.region, "g", "a", [event(2)], 1);
  assert.deepEqual(times(one), ["2a"]);
  one.close();
  other.close();
});

test("what was taken in survives kill -9, and batches are whole", () => {
  const script = `
    import { openLogStore } from ${JSON.stringify(new URL("../../../src/io/log-store.ts", import.meta.url).href)};
    const store = openLogStore(process.argv[1]);
    const events = Array.from({ length: 500 }, (_, at) => ({ time: at, message: "m" }));
    for (let at = 0; ; at++) {
      store.put("111122223333", "us-east-1", "g", "a", events, at);
      if (at === 20) process.kill(process.pid, "SIGKILL");
    }`;
  const { signal, stderr } = spawnSync(process.execPath, ["--input-type=module-typescript", "--disable-warning=ExperimentalWarning", "-e", script, file()], { encoding: "utf8" });
  assert.equal(signal, "SIGKILL", stderr);
  const store = open();
  assert.equal(times(store).length, 21 * 500);
  store.close();
});

test("a file is mode 0600; what is no log store is refused and left alone", () => {
  open().close();
  assert.equal(fs.statSync(file()).mode & 0o777, 0o600);
  const text = path.join(directory, "text");
  fs.writeFileSync(text, "not a database, but long enough to be looked at as if it were one".repeat(20));
  const refused = openLogStore(text);
  assert.match(isRefusal(refused) ? refused.message : "", /can't be read: file is not a database/);
  assert.match(fs.readFileSync(text, "utf8"), /^not a database/);
  const stranger = path.join(directory, "stranger.db");
  const database = new DatabaseSync(stranger);
  database.exec("CREATE TABLE t (x); PRAGMA user_version = 3");
  database.close();
  const other = openLogStore(stranger);
  assert.match(isRefusal(other) ? other.message : "", /is not one of Bailey's/);
  const newer = new DatabaseSync(file());
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  const future = openLogStore(file());
  assert.match(isRefusal(future) ? future.message : "", /has format 99, and this Bailey knows 1/);
});

test("a store can be emptied", () => {
  const store = filled();
  store.append(scope, "g", "a", [event(1)], 1);
  store.clear();
  assert.deepEqual(store.groups(scope), []);
  store.put(scope.account, scope.region, "g", "a", [event(2)], 1);
  assert.deepEqual(times(store), ["2a"]);
  store.close();
});
