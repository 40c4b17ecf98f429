/** The part of a ruleset that changes with every change: its marker, the fast path, and what puts a connection on it. */
import { fingerprint } from "../values/fingerprint.ts";
import { summed } from "../values/derived.ts";
import { once } from "../values/once.ts";
import { allowanceChain } from "./allowance.ts";
import { afterwards } from "./count.ts";
import { idleChain } from "./idle.ts";
import { addElements, markerChain, partText } from "./nft.ts";
import {
  type Action,
  originalWay,
  type Part,
  replyWay,
  rule,
  type Ruleset,
  type Section,
  section,
  seenOriginal,
  seenReply,
  trackedAtOriginator,
  trackedAtResponder,
} from "./rule.ts";

/** What the parts say, whatever their order; what generation they are in force under is no part of it. */
export const fingerprintOf = (ruleset: Ruleset): string =>
  digits(combined([...ruleset].map(([name, parts]) => lanesOf(`${name} ${digits(sectionLanes(parts))}`))));

/** The two halves of a fingerprint as numbers, which many are combined of, whatever their order. */
type Lanes = readonly [number, number];

const sectionLanes: (parts: Section) => Lanes = summed<Part, Lanes>([0, 0], (sum, part) => combined([sum, partLanes(part)]));

/** A part's elements have no order either. */
const partLanes = once((part: Part): Lanes =>
  combined([lanesOf(partText({ ...part, elements: [] }).join("\n")), ...part.elements.map((element) => lanesOf(addElements(element.set, [element])))]),
);

function lanesOf(text: string): Lanes {
  const found = fingerprint(text);
  return [Number.parseInt(found.slice(0, 8), 16), Number.parseInt(found.slice(8), 16)];
}

function combined(all: readonly Lanes[]): Lanes {
  let [a, b] = [0, 0];
  for (const [first, second] of all) {
    a ^= first;
    b ^= second;
  }
  return [a, b];
}

const digits = (lanes: Lanes): string => lanes.map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");

/** The ruleset with its generation: the marker, the fast path, and what puts a connection on it. */
export function withGeneration(ruleset: Ruleset, generation: number): Ruleset {
  return new Map(ruleset).set("generation", section([generationPart(fingerprintOf(ruleset), generation, admittedTo(ruleset))]));
}

/**
 * The ruleset while ways change under it: every packet walks the gates, and nothing is remembered of it. A marker that
 * means nothing stands for it, so that a process that finds it makes all anew.
 */
export function suspended(ruleset: Ruleset): Ruleset {
  const part: Part = {
    name: "generation",
    sets: [],
    elements: [],
    chains: [
      { name: markerChain("0".repeat(16), 0), rules: [] },
      { name: "forward", hook: { at: "forward", priority: "filter" }, rules: [rule([], { goto: "leave" })] },
      { name: "admit", rules: [rule([], admittedTo(ruleset))] },
    ],
  };
  return new Map(ruleset).set("generation", section([part]));
}

const admittedTo = (ruleset: Ruleset): Action => afterwards(ruleset.has("counts"));

function generationPart(intended: string, generation: number, accept: Action): Part {
  return {
    name: "generation",
    sets: [],
    elements: [],
    chains: [
      { name: markerChain(intended, generation), rules: [] },
      {
        name: "forward",
        hook: { at: "forward", priority: "filter" },
        rules: [
          rule([{ standing: "alone" }], { goto: "leave" }),
          rule([{ current: generation, seen: seenOriginal }, originalWay], accept),
          rule([{ current: generation, seen: seenReply }, replyWay], accept),
          rule([], { goto: "leave" }),
        ],
      },
      {
        name: "admit",
        rules: [
          rule([{ standing: "alone" }], accept),
          rule([{ fresh: true }], { jump: allowanceChain }),
          rule([{ fresh: true }], { jump: idleChain }),
          rule([{ outdated: generation }], { renew: generation }),
          ...[trackedAtOriginator, trackedAtResponder].map((bit) => rule([{ noted: bit }], { remember: bit })),
          rule([originalWay], { remember: seenOriginal }, accept),
          rule([], { remember: seenReply }, accept),
        ],
      },
    ],
  };
}
