import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { formatOf } from "../../../src/flow/format.ts";
import { fields } from "../../../src/flow/field.ts";
import { mintId } from "../../../src/values/id.ts";
import { flowLogOf, toGroup, toLocal } from "../flow/flow-logs.ts";
import { FlowPlace, lineAt, recordAt, slot } from "./flow-place.ts";

function place(t: TestContext): FlowPlace {
  const made = new FlowPlace();
  t.after(() => made.remove());
  return made;
}

const local = flowLogOf(toLocal);
const spooled = (end: number, port: number): string => `eni-1235b8ca123456789 ${end - 60} ${end} ${lineAt(end, port)}\n`;

test("records are on disk when append returns, by the slot they end in", (t) => {
  const at = place(t);
  const spool = at.spool();
  spool.append(local, [recordAt(slot + 60, 1), recordAt(slot + 301, 2), recordAt(slot + 120, 3)]);
  spool.append(local, [recordAt(slot + 61, 4)]);
  assert.deepEqual(
    [...at.segments()],
    [
      [`${slot}-00000001.open`, spooled(slot + 60, 1) + spooled(slot + 120, 3) + spooled(slot + 61, 4)],
      [`${slot + 300}-00000002.open`, spooled(slot + 301, 2)],
    ],
  );
});

test("what is complete is handed on by time, and all of it at the end", (t) => {
  const at = place(t);
  const spool = at.spool();
  spool.append(local, [recordAt(slot + 60, 1), recordAt(slot + 301, 2)]);
  at.now = slot + 310;
  spool.tick();
  assert.deepEqual([...at.segments().keys()], [`${slot}-00000001.due`, `${slot + 300}-00000002.open`]);
  spool.close();
  assert.deepEqual([...at.segments().keys()], [`${slot}-00000001.due`, `${slot + 300}-00000002.due`]);
});

test("what goes to a log group is handed on at once", (t) => {
  const at = place(t);
  at.spool().append(flowLogOf(toGroup), [recordAt(slot + 60, 1)]);
  assert.deepEqual([...at.segments().keys()], [`${slot}-00000001.due`]);
});

test("a line that another process did not live to finish is taken away, and the rest is handed on", (t) => {
  const at = place(t);
  at.spool().append(local, [recordAt(slot + 60, 1), recordAt(slot + 360, 2)]);
  const whole = join(at.spoolPath, local.id, `${slot}-00000001.open`);
  appendFileSync(whole, spooled(slot + 61, 3).slice(0, -1));
  appendFileSync(join(at.spoolPath, local.id, `${slot}-0000000a.open`), "eni-1 half of a first line");
  // More than one look back from the end.
  appendFileSync(join(at.spoolPath, local.id, `${slot}-0000000b.open`), `${spooled(slot, 7)}${"x".repeat(200_000)}`);
  at.spool();
  assert.deepEqual(
    [...at.segments()],
    [
      [`${slot}-00000001.due`, spooled(slot + 60, 1)],
      [`${slot}-0000000b.due`, spooled(slot, 7)],
      [`${slot + 300}-00000002.due`, spooled(slot + 360, 2)],
    ],
  );
});

test("a flow log that has left nothing is forgotten", (t) => {
  const at = place(t);
  const other = flowLogOf(toLocal, { id: mintId("flow-log", "00000000000000002") });
  const spool = at.spool();
  for (const flowLog of [local, other]) spool.append(flowLog, [recordAt(slot + 60, 1)]);
  spool.close();
  rmSync(join(at.spoolPath, local.id, `${slot}-00000001.due`));
  at.spool();
  assert.deepEqual(readdirSync(at.spoolPath), [other.id]);
});

const failing: readonly [what: string, write: (fd: number, bytes: Buffer, calls: number) => number][] = [
  ["at once", () => { throw new Error("ENOSPC: no space left on device, write"); }],
  ["in the middle of a line", (fd, bytes, calls) => {
    if (calls > 1) throw new Error("ENOSPC: no space left on device, write");
    return writeSync(fd, bytes.subarray(0, 150));
  }],
];
for (const [what, write] of failing) {
  test(`a disk that is full ${what} costs no half line, and what it cost is said as SKIPDATA`, (t) => {
    const at = place(t);
    let full = false;
    let calls = 0;
    const spool = at.spool({ write: (fd, bytes) => (full ? write(fd, bytes, ++calls) : writeSync(fd, bytes)) });
    spool.append(local, [recordAt(slot + 60, 1)]);
    full = true;
    spool.append(local, [recordAt(slot + 70, 2), recordAt(slot + 80, 3, { interface: "eni-2" })]);
    spool.append(local, [recordAt(slot + 90, 4)]);
    spool.tick();
    full = false;
    assert.deepEqual([...at.segments().values()], [spooled(slot + 60, 1)]);
    spool.tick();
    spool.append(local, [recordAt(slot + 100, 5)]);
    assert.deepEqual([...at.segments().values()].join("").split("\n"), [
      ...spooled(slot + 60, 1).trim().split("\n"),
      `eni-1235b8ca123456789 ${slot + 10} ${slot + 90} 2 123456789012 eni-1235b8ca123456789 - - - - - - - ${slot + 10} ${slot + 90} - SKIPDATA`,
      `eni-2 ${slot + 20} ${slot + 80} 2 123456789012 eni-2 - - - - - - - ${slot + 20} ${slot + 80} - SKIPDATA`,
      ...spooled(slot + 100, 5).trim().split("\n"),
      "",
    ]);
    assert.deepEqual(at.lines, ["flow logs: records can't be spooled: ENOSPC: no space left on device, write"]);
  });
}

test("a spool that is full takes no more, until somebody has taken from it", (t) => {
  const at = place(t);
  const spool = at.spool({ limit: 400 });
  for (const port of [1, 2, 3, 4]) spool.append(local, [recordAt(slot + 60, port)]);
  assert.equal([...at.segments().values()].join(""), spooled(slot + 60, 1) + spooled(slot + 60, 2));
  assert.deepEqual(at.lines, ["flow logs: records can't be spooled: the spool has its 400 bytes"]);
  spool.tick();
  assert.equal([...at.segments().values()].join(""), spooled(slot + 60, 1) + spooled(slot + 60, 2));
});

test("thousands of records are written as they were told, whatever their format", (t) => {
  const at = place(t);
  const spool = at.spool();
  const format = formatOf(fields.filter(({ name }) => ["srcport", "bailey-revision"].includes(name))).text;
  spool.append(flowLogOf(toLocal, { format }), Array.from({ length: 20_000 }, (_, n) => recordAt(slot + (n % 2) * 300, n)));
  const [even = "", odd = ""] = [...at.segments().values()];
  const ports = (text: string): number[] => text.trim().split("\n").map((line) => Number(line.split(" ")[3]));
  assert.deepEqual(ports(even), Array.from({ length: 10_000 }, (_, n) => 2 * n));
  assert.deepEqual(ports(odd), Array.from({ length: 10_000 }, (_, n) => 2 * n + 1));
});

test("a process that is killed while it spools loses nothing that append returned from, and leaves no half line", async (t) => {
  const at = place(t);
  const writer = spawn(process.execPath, [join(import.meta.dirname, "flow-spooler.ts"), at.spoolPath], { stdio: ["ignore", "pipe", "inherit"] });
  let appended = 0;
  for await (const line of createInterface(writer.stdout)) {
    appended = Number(line);
    if (appended === 20) writer.kill("SIGKILL");
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");
  assert.ok(appended >= 20);
  at.spool();
  const text = [...at.segments().values()].join("");
  assert.ok(text.endsWith("\n"));
  const lines = text.trimEnd().split("\n");
  assert.deepEqual(lines.filter((line) => !/^eni-\w+ \d+ \d+ 2 \d{12} eni-\w+ \S+ \S+ \d+ 443 6 11 1213 \d+ \d+ ACCEPT OK$/.test(line)), []);
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line.split(" ")[8] ?? "", (counts.get(line.split(" ")[8] ?? "") ?? 0) + 1);
  for (let batch = 1; batch <= appended; batch++) assert.equal(counts.get(String(batch)), 1000, `batch ${batch}`);
});
