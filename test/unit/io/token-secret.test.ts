import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openTokenSecret } from "../../../src/io/token-secret.ts";

test("a state keeps its secret, for its owner alone; a file without one is replaced", (t) => {
  const state = mkdtempSync(join(tmpdir(), "bailey-secret-"));
  t.after(() => rmSync(state, { recursive: true }));
  const file = join(state, "metadata-token.key");
  const made = openTokenSecret(state);
  assert.match(made, /^[0-9a-f]{64}$/);
  assert.equal(openTokenSecret(state), made);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  writeFileSync(file, "nothing of use\n");
  const anew = openTokenSecret(state);
  assert.match(anew, /^[0-9a-f]{64}$/);
  assert.notEqual(anew, made);
  assert.equal(readFileSync(file, "utf8"), `${anew}\n`);
});
