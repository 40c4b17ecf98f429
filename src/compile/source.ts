/**
 * The source check: an interface may use its own addresses only. It stands before connection tracking, so that a spoofed
 * packet costs no entry there. Where there are appliances it also says whose memory a packet belongs to.
 */
import type { Interface, Network } from "../policy/network.ts";
import { once } from "../values/once.ts";
import { type Chain, type Part, type Rule, rule, type Section, section } from "./rule.ts";

/** Zones are 16-bit numbers; this is the largest prime among them. */
const zoneModulus = 65_521;
const zoneFactor = 257;

/**
 * A zone for each leg between an appliance and another interface. Its number follows from the two interfaces alone, so
 * that no change of others hands it on with its connections. One appliance's legs never share a zone, nor do one
 * interface's; of two others that would, the later stands alone.
 */
function zonesOf(all: readonly Interface[], appliances: readonly Interface[]): { key: number[]; zone: number }[] {
  const legs = new Map<number, number[]>();
  for (const { index: appliance } of appliances) {
    for (const { index: end } of all) {
      const zone = 1 + ((appliance * zoneFactor + end) % zoneModulus);
      if (appliance !== end && Math.max(appliance, end) < zoneModulus && !legs.has(zone)) legs.set(zone, [appliance, end]);
    }
  }
  return [...legs].map(([zone, key]) => ({ key, zone }));
}

/** The source check, and where there are appliances, each leg's own memory. */
export const sourceParts = once((interfaces: Network["interfaces"]): Section => {
  const all = [...interfaces.values()];
  const appliances = all.filter(({ checked }) => !checked);
  if (appliances.length === 0) return section([plainSource]);
  const zones = zonesOf(all, appliances.toSorted((a, b) => a.index - b.index));
  return section([
    {
      name: "source",
      sets: [
        { name: "appliances", key: ["iifIndex"], intervals: false, toChain: false },
        { name: "zones", key: ["iifIndex", "oifIndex"], intervals: false, toChain: true },
      ],
      elements: [
        ...appliances.map(({ index }) => ({ set: "appliances", key: [index] })),
        ...zones.map(({ key, zone }) => ({ set: "zones", key, chain: zoneChain(zone) })),
      ],
      chains: [
        sourceChain([rule([{ lookup: ["route"], set: "appliances" }], { jump: "towards" })], [
          rule([{ lookup: ["iifIndex"], set: "appliances" }], { goto: "foreign" }),
        ]),
        // To an appliance, for somebody else.
        {
          name: "towards",
          rules: [
            rule([{ lookup: ["route", "daddr4"], set: "own4" }], { return: true }),
            rule([{ lookup: ["route", "daddr6"], set: "own6" }], { return: true }),
            rule([{ lookup: ["iifIndex", "saddr4"], set: "own4" }], { dispatch: ["route", "iifIndex"], map: "zones" }),
            rule([{ lookup: ["iifIndex", "saddr6"], set: "own6" }], { dispatch: ["route", "iifIndex"], map: "zones" }),
          ],
        },
        // From an appliance, in another's name.
        {
          name: "foreign",
          rules: [
            rule([{ lookup: ["route", "daddr4"], set: "own4" }], { dispatch: ["iifIndex", "route"], map: "zones" }),
            rule([{ lookup: ["route", "daddr6"], set: "own6" }], { dispatch: ["iifIndex", "route"], map: "zones" }),
            rule([], { untrack: true }, { accept: true }),
          ],
        },
        ...zones.map(({ zone }) => ({ name: zoneChain(zone), rules: [rule([], { zone }, { accept: true })] })),
      ],
    },
  ]);
});

const zoneChain = (zone: number): string => `zone/${zone}`;

const sourceChain = (before: readonly Rule[], after: readonly Rule[]): Chain => ({
  name: "source",
  hook: { at: "prerouting", priority: "raw" },
  rules: [
    ...before,
    rule([{ lookup: ["iifIndex", "saddr4"], set: "own4" }], { accept: true }),
    rule([{ lookup: ["iifIndex", "saddr6"], set: "own6" }], { accept: true }),
    rule([{ peer: "saddr", cidr: { family: 6, base: 0xfe80n << 112n, length: 10 } }], { accept: true }),
    ...after,
  ],
});

const plainSource: Part = { name: "source", sets: [], elements: [], chains: [sourceChain([], [])] };
