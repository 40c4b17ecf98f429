import assert from "node:assert/strict";
import { test } from "node:test";
import { interfaceOf, stepText } from "../../agreement.ts";
import { cases } from "../../cases/all.ts";
import { Compiled, Connections, ownerOf } from "../../voices.ts";

for (const { name, network, steps } of cases) {
  test(`case ${name}`, () => {
    const judge = new Connections(network);
    const compiled = new Compiled(network);
    let present = network;
    for (const step of steps) {
      if ("now" in step) {
        present = step.now;
        judge.apply(present);
        compiled.apply(present);
        continue;
      }
      const from = step.from === undefined ? ownerOf(present, step.sent.source) : interfaceOf(present, step.from);
      const { verdict, trace } = judge.send(from, step.sent);
      const texts = trace.map(stepText);
      assert.equal(verdict, step.verdict, `${step.said}: the judge: ${texts.join(", ")}`);
      if (verdict === "drop") assert.equal(texts.at(-1), step.because, step.said);
      else assert.ok(texts.includes(step.because), `${step.said}: ${step.because} is not in ${texts.join(", ")}`);
      assert.equal(compiled.send(from, step.sent), step.verdict, `${step.said}: the compiled text`);
    }
  });
}
