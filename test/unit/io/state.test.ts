import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { holdWorld } from "../../../src/io/state.ts";
import { type Store, openStore } from "../../../src/io/store.ts";
import type { ClientToken } from "../../../src/model/resource.ts";
import { type Change, everywhere, put, type World } from "../../../src/model/world.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const directory = mkdtempSync(join(tmpdir(), "bailey-held-"));
after(() => rmSync(directory, { recursive: true }));
let files = 0;

const token = (id: string, output = "{}"): Change =>
  put({ kind: "client-token", id, account: "123456789012", region: "eu-north-1", tags: {}, created: "2026-01-02T03:04:05.678Z", digest: "d", output } satisfies ClientToken);
const idsOf = (world: World): string[] => everywhere(world, "client-token").map(({ id }) => id).toSorted();
const idOf = (change: Change | undefined): string => (change && "put" in change ? change.put.id : "");

/** A held world whose turn of the event loop ends, and whose disk answers, when the test says so. */
function hold({ store = open() }: { store?: Store } = {}) {
  const turns: (() => void)[] = [];
  const syncs: (() => Promise<void>)[] = [];
  const committed: string[] = [];
  let failure: Error | undefined;
  const slow: Store = {
    realm: store.realm,
    load: () => store.load(),
    commit: (revision, changes) => store.commit(revision, changes),
    write: (revision, revisions) => store.write(revision, revisions),
    sync: () => {
      if (failure) throw failure;
      store.sync();
    },
    syncSoon: (done) =>
      syncs.push(async () => {
        await new Promise<unknown>((resolve) => store.syncSoon(resolve));
        done(failure);
      }),
    close: () => store.close(),
  };
  const held = holdWorld(slow, (changes) => committed.push(changes.map(idOf).join("+")), (write) => turns.push(write));
  return {
    held,
    store,
    committed,
    turns,
    syncs,
    endTurn: () => turns.splice(0).forEach((write) => write()),
    breakDisk: () => (failure = new Error("no disk")),
    /** The disk answers. */
    sync: () => Promise.all(syncs.splice(0).map((answer) => answer())),
  };
}

function open(): Store {
  const store = openStore(join(directory, `state-${files++}.db`));
  assert.ok(!isRefusal(store), JSON.stringify(store));
  return store;
}

/** How a promise stands. */
async function stands(promise: Promise<unknown>): Promise<string> {
  const outcome = promise.then(() => "resolved", (error: Error) => error.message);
  return Promise.race([outcome, new Promise<string>((resolve) => setImmediate(resolve, "pending"))]);
}

void test("what several callers change in one turn is durable together, and only then told", async () => {
  const { held, store, committed, endTurn, sync, syncs } = hold();
  held.proposals.commit([token("a"), token("b")]);
  const first = held.proposals.durable();
  held.proposals.commit([token("c")]);
  const second = held.proposals.durable();
  assert.deepEqual(idsOf(held.proposals.world()), ["a", "b", "c"]);
  endTurn();
  assert.equal(syncs.length, 1);
  assert.deepEqual([await stands(first), await stands(second), committed], ["pending", "pending", []]);
  await sync();
  assert.deepEqual([await stands(first), await stands(second), committed], ["resolved", "resolved", ["a+b", "c"]]);
  assert.equal(held.world().revision, 2);
  assert.equal(store.load().revision, 2);
  store.close();
});

void test("what comes while the disk is busy waits for the next time", async () => {
  const { held, store, committed, endTurn, sync, syncs } = hold();
  held.proposals.commit([token("a")]);
  endTurn();
  held.proposals.commit([token("b")]);
  const later = held.proposals.durable();
  endTurn();
  assert.equal(syncs.length, 1);
  await sync();
  assert.deepEqual([await stands(later), committed, syncs.length], ["pending", ["a"], 1]);
  await sync();
  assert.deepEqual([await stands(later), committed], ["resolved", ["a", "b"]]);
  assert.equal(await stands(held.proposals.durable()), "resolved");
  store.close();
});

void test("who asks for the world gets one that is durable, with all that is on its way", async () => {
  const { held, store, committed, endTurn, sync } = hold();
  held.proposals.commit([token("a")]);
  endTurn();
  held.proposals.commit([token("b")]);
  const waited = held.proposals.durable();
  assert.deepEqual(idsOf(held.world()), ["a", "b"]);
  assert.deepEqual([await stands(waited), committed], ["resolved", ["a", "b"]]);
  held.proposals.commit([token("c")]);
  held.commit([token("d")]);
  assert.deepEqual([committed, idsOf(store.load())], [["a", "b", "c", "d"], ["a", "b", "c", "d"]]);
  // The disk answers at last, when nobody waits for it any more.
  await sync();
  endTurn();
  assert.deepEqual([committed, held.world().revision], [["a", "b", "c", "d"], 4]);
  store.close();
});

void test("what can't be written is as if it had never been, and what comes next is written", async () => {
  const { held, store, committed, endTurn, sync } = hold();
  held.commit([token("a")]);
  const endless = { self: {} };
  endless.self = endless;
  const unwritable: Change = { put: { ...(token("b") as { put: ClientToken }).put, output: endless as unknown as string } };
  held.proposals.commit([unwritable]);
  const waited = held.proposals.durable();
  endTurn();
  assert.match(await stands(waited), /circular/);
  assert.deepEqual(idsOf(held.proposals.world()), ["a"]);
  held.proposals.commit([token("c")]);
  endTurn();
  await sync();
  assert.deepEqual([committed, idsOf(store.load()), held.world().revision], [["a", "c"], ["a", "c"], 2]);
  store.close();
});

void test("a disk that fails takes with it what was on its way, and what was made of that", async () => {
  const { held, store, committed, endTurn, sync, breakDisk } = hold();
  held.commit([token("a")]);
  held.proposals.commit([token("b")]);
  const [first] = [held.proposals.durable(), endTurn()];
  held.proposals.commit([token("c")]);
  const second = held.proposals.durable();
  breakDisk();
  await sync();
  assert.deepEqual([await stands(first), await stands(second)], ["no disk", "no disk"]);
  assert.deepEqual([committed, idsOf(held.proposals.world()), idsOf(held.world())], [["a"], ["a"], ["a"]]);
  store.close();
});
