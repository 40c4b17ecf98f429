/**
 * From `bailey up` to the first answered call, and the memory it takes, with an empty state; beside a Node process that
 * serves bare HTTPS.
 *
 *   node bench/start.ts [--json] [--runs 5]
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { Agent } from "node:https";
import { parseArgs } from "node:util";
import { withEndings } from "../test/endings.ts";
import { post, startRegion } from "../test/region-process.ts";
import { measure, report, tell } from "./report.ts";

const { values } = parseArgs({ options: { json: { type: "boolean" }, runs: { type: "string", default: "5" } } });
const dataplane = process.getuid?.() === 0 ? "kernel" : "none";
const taken = { ours: [] as number[], bare: [] as number[] };
const resident = { ours: [] as number[], bare: [] as number[] };
for (let run = 0; run < Number(values.runs); run++) {
  await withEndings(async (defer) => {
    const region = await startRegion(dataplane);
    defer(region.close);
    taken.ours.push(region.startMs);
    resident.ours.push(region.residentMb());
    const bare = await startBare(region.state);
    taken.bare.push(bare.startMs);
    resident.bare.push(bare.residentMb);
  });
  tell(`run ${run + 1}: ${Math.round(taken.ours.at(-1) ?? 0)} ms, ${Math.round(resident.ours.at(-1) ?? 0)} MB`);
}
report([
  measure("cold start to the first answered call", "ms", taken.ours, taken.bare),
  measure("resident memory, empty state", "MB", resident.ours, resident.bare),
]);

/** A server with the region's certificate that answers anything. */
async function startBare(state: string): Promise<{ startMs: number; residentMb: number }> {
  const begun = performance.now();
  const script = `
    const fs = require("node:fs");
    const server = require("node:https").createServer({ cert: fs.readFileSync(${JSON.stringify(`${state}/server.pem`)}),
      key: fs.readFileSync(${JSON.stringify(`${state}/server.key`)}) }, (i, o) => { i.resume(); i.on("end", () => o.end("ok")); });
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<string>((resolve) => child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim())));
  const agent = new Agent({ ca: fs.readFileSync(`${state}/ca.pem`) });
  await post(new URL(`https://127.0.0.1:${port}`), agent, {}, "");
  const startMs = performance.now() - begun;
  const status = fs.readFileSync(`/proc/${child.pid}/status`, "utf8");
  child.kill();
  return { startMs, residentMb: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024 };
}
