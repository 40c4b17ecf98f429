/**
 * How many connections an interface may have tracked at a time, where it says so. A connection counts at each of its ends
 * that tracks it, from when its first packet is admitted until connection tracking forgets it.
 */
import type { Interface } from "../policy/network.ts";
import { type Field, type Match, type Part, rule, trackedAtOriginator, trackedAtResponder } from "./rule.ts";

export const allowanceChain = "allowance";
const allowanceSet = "allowance";

/** The chain for the first packets of connections, on the point of being admitted: it drops those there is no room for. */
export function allowancePart(interfaces: readonly Interface[]): Part {
  const limited = interfaces.flatMap(({ id, index, allowance }) => (allowance === undefined ? [] : [{ id, index, allowance }]));
  if (limited.length === 0) return { name: allowanceChain, chains: [{ name: allowanceChain, rules: [] }], sets: [], elements: [] };
  const full = (field: Field): Match => ({ lookup: [field], set: allowanceSet });
  return {
    name: allowanceChain,
    chains: [
      {
        name: allowanceChain,
        rules: [
          rule([{ noted: trackedAtOriginator }, full("iifIndex")], { drop: true }),
          rule([{ noted: trackedAtResponder }, full("oifIndex")], { drop: true }),
        ],
      },
    ],
    sets: [{ name: allowanceSet, key: ["iifIndex"], intervals: false, toChain: false, counts: true }],
    elements: limited.map(({ id, index, allowance }) => ({ set: allowanceSet, key: [index], allowance, comment: id })),
  };
}
