/** What was not recorded, said as SKIPDATA: one line for each interface, however much it stands for. */
import type { FlowLog } from "../model/resource.ts";
import type { FlowRecord } from "./record.ts";

/** From the first to the last moment that something is missing of, Unix seconds. */
export interface Gap {
  readonly start: number;
  readonly end: number;
}

/** Gaps by interface. */
export type Gaps = Map<string, Gap>;

export function widen(gaps: Gaps, eni: string, { start, end }: Gap): void {
  const known = gaps.get(eni);
  gaps.set(eni, known ? { start: Math.min(known.start, start), end: Math.max(known.end, end) } : { start, end });
}

/** The records that say the gaps. What identifies them is all that a record without data tells. */
export const skipped = ({ account, region }: Pick<FlowLog, "account" | "region">, gaps: Gaps): FlowRecord[] =>
  [...gaps].map(([eni, { start, end }]) => ({
    status: "SKIPDATA",
    account,
    interface: eni,
    start,
    end,
    ownAddresses: [],
    vpc: "",
    subnet: "",
    region,
    zoneId: "",
  }));
