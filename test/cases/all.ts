/**
 * The verdict cases that need groups, lists, subnets, references inside one network, and tracking; each also in the
 * other family, where it has no packet of both. The numbers are those of the list of Amazon's verdicts.
 *
 * Others need more than one network's filter, and have tests of their own, with real packets: 28 and 61 to 64 (services
 * of the link: `never-filtered`), 43 and 67, 68 (gateways and NAT: `nat`), 50 and 51 (peering: `peering-members`), 73
 * and 74 (time: `elapsed`), 75 and 76 (no room for another connection: `allowance`), 78 (the end of a TCP connection:
 * `late`). Left out for what is not there: 49 (middleboxes), 69 to 71 (transit gateways), 72 and 79 (load balancers),
 * 80 (the block of port 25).
 */
import type { Network } from "../../src/policy/network.ts";
import type { Sent } from "../conntrack.ts";
import { type Case, parsePacket } from "./case.ts";
import { otherNetwork, otherSent } from "./family.ts";
import { groups } from "./groups.ts";
import { lists } from "./lists.ts";
import { tracking } from "./tracking.ts";

export type ReadyStep =
  | { readonly sent: Sent; readonly said: string; readonly verdict: "accept" | "drop"; readonly because: string; readonly from: string | undefined }
  | { readonly now: Network };

/** A case ready to be replayed. */
export interface Ready {
  readonly name: string;
  readonly network: Network;
  readonly steps: readonly ReadyStep[];
}

function asWritten({ name, network, steps }: Case): Ready {
  return {
    name,
    network,
    steps: steps.map((step) => {
      if ("now" in step) return step;
      const [said, verdict, because, from] = step;
      return { sent: parsePacket(said), said, verdict, because, from };
    }),
  };
}

/** Nothing where the case speaks of both families already. */
function otherFamily(written: Case): Ready[] {
  const { name, network, steps } = asWritten(written);
  const hasTwin = !written.oneFamily && steps.every((step) => "now" in step || step.sent.source.family === 4);
  if (!hasTwin) return [];
  const others = steps.map((step) =>
    "now" in step ? { now: otherNetwork(step.now) } : { ...step, sent: otherSent(step.sent), said: `${step.said}, as IPv6` },
  );
  return [{ name: `${name} (IPv6)`, network: otherNetwork(network), steps: others }];
}

export const cases: readonly Ready[] = [...tracking, ...lists, ...groups].flatMap((each) => [asWritten(each), ...otherFamily(each)]);
