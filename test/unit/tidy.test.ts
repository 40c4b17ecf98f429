/** The house rules that a machine can check. Each failure says what to do. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.join(import.meta.dirname, "..", "..");
const sources = fs
  .globSync("src/**/*.ts", { cwd: root })
  .map((file) => ({ file, room: roomOf(file), text: fs.readFileSync(path.join(root, file), "utf8") }));

function roomOf(file: string): string {
  const [, room = ""] = file.split("/");
  return room.endsWith(".ts") ? room.slice(0, -3) : room;
}

/** Who may import whom, beside itself. `ports` are rooms whose types describe what io does for them. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  values: [],
  model: ["values"],
  iam: ["values"],
  policy: ["values", "model"],
  compile: ["values", "policy"],
  apply: ["values", "model", "policy", "compile"],
  host: ["values", "model", "policy", "compile"],
  services: ["values", "model"],
  flow: ["values", "model", "policy"],
  logs: ["values"],
  analyse: ["values", "model", "policy", "flow"],
  api: ["values", "model", "iam", "policy", "flow", "logs", "analyse"],
  io: ["values", "model", "iam", "policy", "compile", "apply", "host", "services", "flow", "logs", "api"],
  cli: ["values", "model", "iam", "policy", "compile", "apply", "host", "services", "flow", "logs", "analyse", "api", "io", "main"],
  main: ["values", "model", "iam", "policy", "compile", "apply", "host", "services", "flow", "logs", "analyse", "api", "io", "cli"],
};

const importsOf = (text: string): string[] =>
  [...text.matchAll(/^(?:import|export)[^"';]*?from "([^"]+)";|\bimport\("([^"]+)"\)/gm)].map((m) => m[1] ?? m[2] ?? "");

test("rooms import only what the table allows", () => {
  const broken: string[] = [];
  for (const { file, room, text } of sources) {
    const allowed = mayImport[room];
    assert.ok(allowed, `${file}: a room that is not in the table; add it there and to ARCHITECTURE.md, with whom it may import`);
    for (const target of importsOf(text).filter((each) => each.startsWith("."))) {
      const to = roomOf(path.posix.join(path.posix.dirname(file), target));
      if (to !== room && !allowed.includes(to)) {
        broken.push(`${file} imports ${target}: ${room} may import only ${allowed.join(", ") || "nothing"}; pass it in as an argument, or move it`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

test("only io, the command line and main touch the outside world", () => {
  const outside = sources.filter(({ room }) => !["io", "cli", "main"].includes(room));
  const banned: readonly [RegExp, string][] = [
    [/from "node:|import\("node:/, "node:* belongs to io; take it as a port"],
    [/from "koffi"/, "koffi belongs to io"],
    [/\bDate\.now\(|new Date\(\)/, "take `now` as an argument"],
    [/\bMath\.random\(|randomBytes/, "take `mint` or `random` as an argument"],
    [/\bsetTimeout\(|\bsetInterval\(/, "take `sleep` as an argument"],
    [/\bprocess\.(?:env|argv|cwd|exit)/, "read the environment in cli and pass it on"],
  ];
  const broken = outside.flatMap(({ file, text }) =>
    banned.filter(([pattern]) => pattern.test(text)).map(([pattern, instead]) => `${file}: ${pattern.source}: ${instead}`),
  );
  assert.deepEqual(broken, []);
});

test("each language stays in its room", () => {
  const rules: readonly [room: string, except: readonly string[], pattern: RegExp, why: string][] = [
    ["compile", [], /\b(?:amazon|aws|vpc|ec2|nacl)\b/i, "compile knows packets and a packet filter, nothing of Amazon"],
    ["model", [], /\b(?:nft|nftables|conntrack|netlink|netns)\b/i, "the model knows nothing of kernels"],
    ["compile", ["src/compile/nft.ts", "src/compile/beyond.ts"], /\b(?:ct mark|vmap|l4proto|nfproto|iifname|oifname)\b/, "nftables' grammar is compile/nft.ts"],
    ["apply", [], /\b(?:ct mark|vmap|l4proto|nfproto|iifname|oifname)\b/, "nftables' grammar is compile/nft.ts"],
    ["policy", [], /\b(?:nft|nftables|netlink|netns)\b/i, "policy says what is meant, not how a kernel does it"],
  ];
  const broken = rules.flatMap(([room, except, pattern, why]) =>
    sources
      .filter((source) => source.room === room && !except.includes(source.file) && pattern.test(source.text))
      .map(({ file, text }) => `${file}: "${pattern.exec(text)?.[0]}": ${why}`),
  );
  assert.deepEqual(broken, []);
});

test("no file is long, and none is named after nothing", () => {
  const long = sources.filter(({ text }) => text.split("\n").length > 500).map(({ file }) => `${file}: over 500 lines; give its parts names`);
  const vague = sources
    .filter(({ file }) => /(?:^|[-/])(?:utils?|helpers?|manager|misc|common|stuff)\b/i.test(file))
    .map(({ file }) => `${file}: name it after what it holds`);
  assert.deepEqual([...long, ...vague], []);
});

test("nothing is left half done", () => {
  const marks = /\b(?:TODO|FIXME|XXX|HACK)\b|not implemented|\bas any\b|@ts-ignore/i;
  const files = fs.globSync("{src,test,bench,tools}/**/*.ts", { cwd: root }).filter((file) => !file.endsWith("tidy.test.ts"));
  const broken = files.filter((file) => marks.test(fs.readFileSync(path.join(root, file), "utf8")));
  assert.deepEqual(broken, []);
});

test("every bench prints ours beside a baseline", () => {
  const benches = fs.globSync("bench/*.ts", { cwd: root }).filter((file) => !/(?:report|sender|large-world)\.ts$/.test(file));
  const silent = benches.filter((file) => !/\breport\(/.test(fs.readFileSync(path.join(root, file), "utf8")));
  assert.deepEqual(silent, []);
});

test("the lock file names no registry", () => {
  assert.doesNotMatch(fs.readFileSync(path.join(root, "package-lock.json"), "utf8"), /"resolved"/);
});
