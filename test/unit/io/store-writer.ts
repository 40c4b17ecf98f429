/** Commits two resources at a time to the store in argv[2], for ever, and says each revision once it is durable. */
import { writeSync } from "node:fs";
import { openStore } from "../../../src/io/store.ts";
import type { ClientToken } from "../../../src/model/resource.ts";
import { put } from "../../../src/model/world.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const store = openStore(process.argv[2] ?? "");
if (isRefusal(store)) throw new Error(store.message);

const half = (id: string, revision: number): ClientToken => ({
  kind: "client-token",
  id,
  account: "123456789012",
  region: "eu-north-1",
  tags: {},
  created: "2026-01-02T03:04:05.678Z",
  digest: "d",
  output: String(revision),
});

for (let { revision } = store.load(); ; revision++) {
  store.commit(revision, [put(half("left", revision + 1)), put(half("right", revision + 1))]);
  writeSync(1, `${revision + 1}\n`);
}
