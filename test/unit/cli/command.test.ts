import assert from "node:assert/strict";
import { test } from "node:test";
import { closest, command, misuse, parse } from "../../../src/cli/command.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const flags = {
  state: { type: "string", about: "" },
  listen: { type: "string", about: "" },
  json: { type: "boolean", about: "" },
} as const;

for (const { args, values, positionals } of [
  { args: [], values: {}, positionals: [] },
  { args: ["--state", "a", "--json", "x"], values: { state: "a", json: true }, positionals: ["x"] },
  { args: ["x", "--state=--odd"], values: { state: "--odd" }, positionals: ["x"] },
  { args: ["--state", "a", "--state", "b"], values: { state: "b" }, positionals: [] },
  { args: ["-h"], values: { help: true }, positionals: [] },
  { args: ["--", "--json"], values: {}, positionals: ["--json"] },
]) {
  test(`reads: ${args.join(" ")}`, () => assert.deepEqual(parse({ flags, positionals: 1 }, args), { values, positionals }));
}

for (const { args, message } of [
  { args: ["--stat", "a"], message: "there is no flag --stat; did you mean --state?" },
  { args: ["--unheard-of"], message: "there is no flag --unheard-of" },
  { args: ["-x"], message: "there is no flag -x" },
  { args: ["--constructor"], message: "there is no flag --constructor" },
  { args: ["--state"], message: "--state needs a value" },
  { args: ["--state", "--json"], message: "--state needs a value" },
  { args: ["--json=yes"], message: "--json takes no value" },
  { args: ["x", "y"], message: "nothing is expected at 'y'" },
]) {
  test(`refuses: ${args.join(" ")}`, () => {
    assert.deepEqual(parse({ flags, positionals: 1 }, args), { refused: "Usage", message });
  });
}

test("what follows the first positional argument is another program's, flags and all", () => {
  const parsed = parse({ flags, positionals: 1, passThrough: true }, ["--state", "a", "i-1", "--", "ls", "--json", "-x"]);
  assert.deepEqual(parsed, { values: { state: "a" }, positionals: ["i-1", "--", "ls", "--json", "-x"] });
});

for (const [word, near] of [
  ["exce", "exec"],
  ["stat", "status"],
  ["dwon", "down"],
  ["teleport", undefined],
  ["xx", undefined],
]) {
  test(`a misspelt ${word} is ${near}`, () => {
    assert.equal(closest(word ?? "", ["up", "env", "status", "exec", "explain", "down"]), near);
  });
}

test("a command points to its help when the line makes no sense, wherever that shows", async () => {
  const shape = { name: "probe", summary: "", usage: "", about: "", flags, examples: [], positionals: 0 };
  const probe = command({ ...shape, run: async ({ state }) => (state === "bad" ? misuse("no such state") : 7) });
  for (const [args, message] of [
    [["--state", "bad"], "no such state\nbailey probe --help shows how"],
    [["y"], "nothing is expected at 'y'\nbailey probe --help shows how"],
  ] as const) {
    const result = await probe.run(args);
    assert.ok(isRefusal(result));
    assert.equal(result.message, message);
  }
  assert.equal(await probe.run([]), 7);
});
