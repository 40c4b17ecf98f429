import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ec2Operations } from "../../../src/api/ec2/catalog.ts";
import { emptyDescribes } from "../../../src/api/ec2/empty.ts";
import { errors } from "../../../src/api/errors.ts";

const folder = new URL("../../../src/api/ec2/", import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));

test("the catalog holds every operation there is, under its own name", () => {
  const defined = sources.flatMap(({ text }) => [...text.matchAll(/^ {2}name: "(\w+)",$/gm)].map(([, name]) => name ?? ""));
  const listed = emptyDescribes.map(({ name }) => name);
  assert.deepEqual([...ec2Operations.keys()].toSorted(), [...defined, ...listed].toSorted());
  for (const [name, operation] of ec2Operations) assert.equal(operation.name, name);
});

test("every code an operation refuses with is in the table of errors", () => {
  for (const { name, text } of sources) {
    for (const [, refused, listed] of text.matchAll(/refuse\(\s*"([^"]+)"|(?:malformed|missing|\w+(?:Ids|Names)): "([^"]+)"/g)) {
      const code = refused ?? listed ?? "";
      assert.ok(errors.has(code), `${code} in ${name}`);
    }
  }
});
