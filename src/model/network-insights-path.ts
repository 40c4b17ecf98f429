import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Owned } from "./resource.ts";

export interface InsightsPorts {
  readonly from: number;
  readonly to: number;
}

/** Packets a path is about, as they are at one of its ends. */
export interface InsightsFilter {
  readonly source?: string;
  readonly sourcePorts?: InsightsPorts;
  readonly destination?: string;
  readonly destinationPorts?: InsightsPorts;
}

/** A question whether one thing can reach another. It is stored, and not answered. */
export interface InsightsPath extends Owned {
  readonly kind: "network-insights-path";
  readonly id: Id<"network-insights-path">;
  /** Identifiers of what was there when it was made. */
  readonly source: string;
  readonly destination?: string;
  readonly sourceIp?: string;
  readonly destinationIp?: string;
  readonly protocol: "tcp" | "udp";
  readonly port?: number;
  readonly atSource?: InsightsFilter;
  readonly atDestination?: InsightsFilter;
}

export type InsightsPlan = Omit<InsightsPath, keyof Owned | "kind" | "id">;

export const makeInsightsPath = (birth: Birth, plan: InsightsPlan, tags: Tags): InsightsPath => ({
  ...owned(birth, tags),
  kind: "network-insights-path",
  id: birth.mint("network-insights-path"),
  ...plan,
});
