/**
 * Mistakes other filters made, planted into the compiled text one by one: each is caught by a verdict case, or by the
 * random worlds. The structural ones, where no line of text is wrong, are in test/kernel/traps.test.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Agreement, interfaceOf, randomRounds } from "../../agreement.ts";
import { cases, type Ready } from "../../cases/all.ts";
import { seed } from "../../random.ts";
import { Compiled, type Mutation, ownerOf } from "../../voices.ts";

const rule = (chain: string) => `^(add rule inet bailey ${chain} .*?)`;
const replacing = (pattern: string, by: string): Mutation => (command) => command.replace(new RegExp(pattern), by);
const dropping = (pattern: string): Mutation => (command) => (new RegExp(pattern).test(command) ? "" : command);
const before = (pattern: string, inserted: string): Mutation => (command) =>
  new RegExp(pattern).test(command) ? `${inserted}\n${command}` : command;

const traps: Readonly<Record<string, Mutation>> = {
  "a list that accepts decides alone": replacing(`${rule("acl-\\S+/in")}return`, "$1accept"),
  "a group that accepts decides alone": replacing(`${rule("groups/out/(?:open|tracked)")}iifname vmap @boundary`, "$1accept"),
  "what leaves one interface need not be let into the next": replacing(`${rule("destination")}return`, "$1goto admit"),
  "established passes before the lists": before("^add rule inet bailey forward ct state", "add rule inet bailey forward ct state established accept"),
  "a list's allow entries are missing": dropping("^add rule inet bailey acl-\\S+ .*return"),
  "a list's final deny is missing, on the way in": replacing(`${rule("acl-\\S+/in")}drop$`, "$1return"),
  "a list's final deny is missing, on the way out": replacing(`${rule("acl-\\S+/out")}drop$`, "$1return"),
  "a list's entries stand at every subnet": replacing('^(add element inet bailey boundary .*"dworld" : goto )\\S+', "$1subnet-a/out"),
  "a list stands inside its subnet": dropping("^add rule inet bailey subnet-\\S+/out oifname @"),
  "a datagram that nobody answers is not of its connection": replacing(`${rule("(?:leave|arrive)")}new,established`, "$1established"),
  "an appliance inherits another's connection": replacing("^(add rule inet bailey zone/.*)ct zone set [0-9]+ ", "$1"),
  "a reference is to first addresses only": replacing("^(add element inet bailey members/sg-2/[46] .*), (?:10\\.0\\.9\\.9|2001:db8:4:4::a00:909)", "$1"),
  "a reference is to public addresses too": replacing("^(add element inet bailey members/sg-2/4 \\{ )", "$1203.0.113.200, "),
  "a reference does not follow membership": dropping("^delete element inet bailey members/"),
  "a verdict outlives its policy": replacing(`${rule("forward")}ct mark and \\S+([12]) == \\S+`, "$1ct mark and 0x$2 == 0x$2"),
  "an error about a connection is taken for one of its packets": dropping("^add rule inet bailey forward ct state"),
  "what a later gate drops is remembered": replacing(`${rule("groups/out/tracked")}meta mark set meta mark or`, "$1ct mark set ct mark or"),
  "a reply makes its connection tracked": (command) =>
    command.replace(/^(add rule inet bailey groups\/out\/(?:open|tracked).*?) ct direction original (meta mark set meta mark or) 0x4/, "$1 ct direction reply $2 0x8\n$&"),
  "an ICMP type is looked at without its code": replacing(`${rule("acl-a/in")}th sport 772`, "$1th sport 768-1023"),
  "what passes from memory is not counted": replacing(`${rule("forward")}goto accepted$`, "$1accept"),
  "a refusal is counted as another gate's": replacing(`${rule("refused/acl-in")}0x80000000`, "$10x30000000"),
  "a packet is counted twice": replacing(`${rule("accepted")}(update \\S+ .*counter \\}) accept$`, "$1$2 $2 accept"),
  "one family's rules speak for both": replacing(`${rule("acl-\\S+")}meta nfproto ipv[46] `, "$1"),
};

/** The verdicts of a case that the compiled text gets wrong. */
function wrong({ network, steps }: Ready, mutation?: Mutation): number {
  const compiled = new Compiled(network, mutation);
  let present = network;
  let count = 0;
  for (const step of steps) {
    if ("now" in step) {
      present = step.now;
      compiled.apply(present);
    } else {
      const from = step.from === undefined ? ownerOf(present, step.sent.source) : interfaceOf(present, step.from);
      if (compiled.send(from, step.sent) !== step.verdict) count++;
    }
  }
  return count;
}

/** What catches a bug first: a case, or a random world; undefined when it goes unseen. */
function caughtBy(mutation: Mutation): string | undefined {
  const found = cases.find((each) => wrong(each, mutation) > 0);
  if (found) return `case ${found.name}`;
  for (let world = 0; world < 5; world++) {
    const agreement = new Agreement(mutation);
    for (const round of randomRounds(seed + world, { interfaces: 6, groups: 5, rules: 6 }, 6)) agreement.hear(round);
    if (agreement.differences > 0) return `random world ${world}`;
  }
  return undefined;
}

test("nothing is caught where nothing is planted", () => {
  assert.equal(caughtBy((command) => command), undefined);
});

for (const [name, mutation] of Object.entries(traps)) {
  test(`caught: ${name}`, (t) => {
    const by = caughtBy(mutation);
    assert.ok(by !== undefined, "nobody noticed");
    t.diagnostic(by);
  });
}
