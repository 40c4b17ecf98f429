import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { type Store, openStore } from "../../../src/io/store.ts";
import type { ClientToken } from "../../../src/model/resource.ts";
import { documentFormat } from "../../../src/model/upgrade.ts";
import { applyChanges, everywhere, find, put, remove } from "../../../src/model/world.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const directory = mkdtempSync(join(tmpdir(), "bailey-store-"));
after(() => rmSync(directory, { recursive: true }));
let files = 0;
const newPath = (): string => join(directory, `state-${files++}.db`);

function open(path: string): Store {
  const store = openStore(path);
  assert.ok(!isRefusal(store), JSON.stringify(store));
  return store;
}

const token = (id: string, output = "{}"): ClientToken => ({
  kind: "client-token",
  id,
  account: "123456789012",
  region: "eu-north-1",
  tags: { name: "ü" },
  created: "2026-01-02T03:04:05.678Z",
  digest: "d",
  output,
});

void test("what was committed is there after a restart, as the same world", () => {
  const path = newPath();
  const first = open(path);
  let world = first.load();
  assert.equal(world.revision, 0);
  for (const changes of [[put(token("a")), put(token("b"))], [put(token("a", "[1]")), remove(token("b"))]]) {
    first.commit(world.revision, changes);
    world = applyChanges(world, changes);
  }
  const { realm } = first;
  first.close();

  const second = open(path);
  const loaded = second.load();
  assert.equal(loaded.revision, 2);
  assert.deepEqual(everywhere(loaded, "client-token"), [token("a", "[1]")]);
  assert.deepEqual(everywhere(world, "client-token"), everywhere(loaded, "client-token"));
  assert.match(realm, /^[0-9a-f]{8}$/);
  assert.equal(second.realm, realm);
  second.close();
});

void test("only the owner may read the file", () => {
  const path = newPath();
  const store = open(path);
  store.commit(0, [put(token("a"))]);
  for (const file of [path, `${path}-wal`]) assert.equal(statSync(file).mode & 0o777, 0o600, file);
  store.close();
});

void test("a commit on another revision, or one that fails half way, changes nothing", () => {
  const store = open(newPath());
  store.commit(0, [put(token("a"))]);
  assert.throws(() => store.commit(0, [put(token("b"))]), /at revision 1, not 0/);
  const endless = { ...token("c") } as ClientToken & { self?: unknown };
  endless.self = endless;
  assert.throws(() => store.commit(1, [put(token("b")), put(endless)]), /circular/);
  assert.equal(store.load().revision, 1);
  assert.deepEqual(everywhere(store.load(), "client-token"), [token("a")]);
  store.commit(1, [put(token("b"))]);
  assert.equal(store.load().revision, 2);
  store.close();
});

void test("the event log stays short", () => {
  const path = newPath();
  const store = open(path);
  for (let revision = 0; revision < 1010; revision++) store.commit(revision, [put(token(`t${revision % 7}`))]);
  store.close();
  const database = new DatabaseSync(path);
  const row = database.prepare("SELECT count(*) AS held, max(revision) AS newest FROM event").get();
  assert.deepEqual({ ...row }, { held: 1000, newest: 1010 });
  database.close();
});

const written = (): string => {
  const path = newPath();
  const store = open(path);
  store.commit(
    0,
    Array.from({ length: 200 }, (_, index) => put(token(`t${index}`, "x".repeat(500)))),
  );
  store.close();
  return path;
};

const pageSize = 4096;

/** Ways to spoil a state file, and what the refusal must say. */
const spoiled: readonly { readonly name: string; readonly says: RegExp; spoil(path: string): void }[] = [
  { name: "not a database", says: /can't be read|not one of/, spoil: (path) => writeFileSync(path, "Not SQLite. ".repeat(999)) },
  { name: "empty", says: /is empty/, spoil: (path) => writeFileSync(path, "") },
  { name: "truncated to half", says: /damaged|can't be read/, spoil: (path) => truncateSync(path, statSync(path).size / 2) },
  {
    name: "a page overwritten",
    says: /damaged|can't be read/,
    spoil(path) {
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0xa5, 6 * pageSize, 7 * pageSize));
    },
  },
  {
    name: "someone else's",
    says: /not one of Bailey's/,
    spoil(path) {
      const database = new DatabaseSync(path);
      database.exec("PRAGMA application_id = 7");
      database.close();
    },
  },
  {
    name: "newer",
    says: new RegExp(`has format ${documentFormat + 1}, and this Bailey knows ${documentFormat};`),
    spoil(path) {
      const database = new DatabaseSync(path);
      database.exec(`PRAGMA user_version = ${documentFormat + 1}`);
      database.close();
    },
  },
];

for (const spoiling of spoiled) {
  void test(`a state file that is ${spoiling.name} is refused by its path and left alone`, () => {
    const path = written();
    spoiling.spoil(path);
    const before = readFileSync(path);
    const store = openStore(path);
    assert.ok(isRefusal(store));
    assert.match(store.message, spoiling.says);
    assert.ok(store.message.includes(path));
    assert.ok(readFileSync(path).equals(before), "the file was changed");
  });
}

/** A store as format 1 was written, which had no targets and no associations. */
function formerStore(documents: readonly { readonly kind: string; readonly id: string }[]): string {
  const path = newPath();
  const store = open(path);
  store.commit(0, []);
  store.close();
  const database = new DatabaseSync(path);
  const insert = database.prepare("INSERT INTO resource (kind, id, doc) VALUES (?, ?, ?)");
  for (const document of documents) insert.run(document.kind, document.id, JSON.stringify(document));
  database.exec("PRAGMA user_version = 1");
  database.close();
  return path;
}

const formerTable = {
  kind: "route-table",
  id: "rtb-00000001",
  account: "123456789012",
  region: "eu-north-1",
  tags: { name: "main" },
  created: "2026-01-02T03:04:05.678Z",
  vpc: "vpc-00000002",
  mainAssociation: "rtbassoc-00000003",
  routes: [
    { destination: "10.0.0.0/16", gateway: "local", origin: "CreateRouteTable" },
    { destination: "2001:db8:4::/56", gateway: "local", origin: "CreateRouteTable" },
  ],
};

void test("what an older Bailey wrote is upgraded once, and everything else in it is kept", () => {
  const path = formerStore([formerTable, token("a", "[7]")]);
  for (const opening of ["first", "second"]) {
    const store = open(path);
    const world = store.load();
    assert.equal(world.revision, 1, opening);
    assert.deepEqual(everywhere(world, "client-token"), [token("a", "[7]")]);
    assert.deepEqual(everywhere(world, "route-table"), [
      {
        ...formerTable,
        associations: [],
        routes: [
          { destination: "10.0.0.0/16", target: { type: "local" }, origin: "CreateRouteTable" },
          { destination: "2001:db8:4::/56", target: { type: "local" }, origin: "CreateRouteTable" },
        ],
      },
    ]);
    store.close();
  }
  const database = new DatabaseSync(path);
  assert.equal(database.prepare("PRAGMA user_version").get()?.["user_version"], documentFormat);
  database.close();
});

void test("an upgrade that can't be done is refused and leaves every document as it was", () => {
  const path = formerStore([formerTable, token("a")]);
  const documents = () => {
    const database = new DatabaseSync(path);
    const rows = database.prepare("SELECT doc FROM resource ORDER BY kind").all().map(({ doc }) => doc);
    const format = database.prepare("PRAGMA user_version").get()?.["user_version"];
    database.close();
    return { rows, format };
  };
  const spoil = new DatabaseSync(path);
  spoil.exec("INSERT INTO resource (kind, id, doc) VALUES ('vpc', 'vpc-00000009', '7')");
  spoil.close();
  const before = documents();
  const store = openStore(path);
  assert.ok(isRefusal(store));
  assert.match(store.message, /can't be read: not a document: 7/);
  assert.deepEqual(documents(), before);
});

void test("a second opener is told that the file is in use, and the first goes on", () => {
  const path = newPath();
  const first = open(path);
  const second = openStore(path);
  assert.ok(isRefusal(second));
  assert.match(second.message, /in use by another process/);
  first.commit(0, [put(token("a"))]);
  first.close();
});

void test("a process killed at any moment loses no commit it acknowledged, and leaves no half of one", async () => {
  const path = newPath();
  const writer = new URL("store-writer.ts", import.meta.url).pathname;
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, [writer, path], { stdio: ["ignore", "pipe", "inherit"] });
    let acknowledged = 0;
    for await (const line of createInterface(child.stdout)) {
      acknowledged = Number(line);
      if (acknowledged % 50 === 20 + round) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    const store = open(path);
    const world = store.load();
    assert.ok(acknowledged > 0 && world.revision >= acknowledged, `${world.revision} after ${acknowledged}`);
    for (const half of ["left", "right"]) {
      assert.equal(find(world, "client-token", half)?.output, String(world.revision), half);
    }
    store.close();
  }
});
