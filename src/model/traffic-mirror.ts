/** Which packets of an interface are to be copied where. No packet is copied. */
import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Owned } from "./resource.ts";
import { listed, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

export interface MirrorFilter extends Owned {
  readonly kind: "traffic-mirror-filter";
  readonly id: Id<"traffic-mirror-filter">;
  readonly description?: string;
  /** Whether the traffic of the network's own name server is to be copied, whatever the rules. */
  readonly dns: boolean;
}

export interface MirrorRule extends Owned {
  readonly kind: "traffic-mirror-filter-rule";
  readonly id: Id<"traffic-mirror-filter-rule">;
  readonly filter: Id<"traffic-mirror-filter">;
  readonly direction: "ingress" | "egress";
  /** Of one direction, no other rule of the filter has it. */
  readonly number: number;
  readonly action: "accept" | "reject";
  /** An IANA number; absent: all. */
  readonly protocol?: number;
  /** Canonical, both of one family. */
  readonly source: string;
  readonly destination: string;
  readonly sourcePorts?: MirrorPorts;
  readonly destinationPorts?: MirrorPorts;
  readonly description?: string;
}

export interface MirrorPorts {
  readonly from: number;
  readonly to: number;
}

export interface MirrorTarget extends Owned {
  readonly kind: "traffic-mirror-target";
  readonly id: Id<"traffic-mirror-target">;
  readonly to:
    | { readonly type: "network-interface"; readonly id: Id<"network-interface"> }
    | { readonly type: "network-load-balancer"; readonly arn: string }
    | { readonly type: "gateway-load-balancer-endpoint"; readonly id: Id<"vpc-endpoint"> };
  readonly description?: string;
}

export interface MirrorSession extends Owned {
  readonly kind: "traffic-mirror-session";
  readonly id: Id<"traffic-mirror-session">;
  readonly interface: Id<"network-interface">;
  readonly target: Id<"traffic-mirror-target">;
  readonly filter: Id<"traffic-mirror-filter">;
  /** 1 to 32766; no other session of the interface has it. */
  readonly number: number;
  /** Of each packet, so many octets; absent: all. */
  readonly length?: number;
  /** A VXLAN network identifier, 24 bits. */
  readonly network: number;
  readonly description?: string;
}

type Plan<R extends Owned> = Omit<R, keyof Owned | "kind" | "id">;

export const makeMirrorFilter = (birth: Birth, plan: Plan<MirrorFilter>, tags: Tags): MirrorFilter => ({
  ...owned(birth, tags),
  kind: "traffic-mirror-filter",
  id: birth.mint("traffic-mirror-filter"),
  ...plan,
});

export const makeMirrorRule = (birth: Birth, plan: Plan<MirrorRule>, tags: Tags): MirrorRule => ({
  ...owned(birth, tags),
  kind: "traffic-mirror-filter-rule",
  id: birth.mint("traffic-mirror-filter-rule"),
  ...plan,
});

export const makeMirrorTarget = (birth: Birth, plan: Plan<MirrorTarget>, tags: Tags): MirrorTarget => ({
  ...owned(birth, tags),
  kind: "traffic-mirror-target",
  id: birth.mint("traffic-mirror-target"),
  ...plan,
});

export const makeMirrorSession = (birth: Birth, plan: Plan<MirrorSession>, tags: Tags): MirrorSession => ({
  ...owned(birth, tags),
  kind: "traffic-mirror-session",
  id: birth.mint("traffic-mirror-session"),
  ...plan,
});

/** The rules of a filter in one direction, in order of their numbers. */
export const rulesOf = (world: World, filter: string, direction: MirrorRule["direction"]): MirrorRule[] =>
  [...listed(world, "rulesOfMirrorFilter", filter).values()]
    .filter((rule) => rule.direction === direction)
    .toSorted((a, b) => a.number - b.number);

/** A filter goes together with its rules. */
export const deleteMirrorFilter = (world: World, filter: MirrorFilter): Change[] => [
  ...[...listed(world, "rulesOfMirrorFilter", filter.id).values()].map(remove),
  remove(filter),
];

/** An interface goes, and the sessions that copied its packets with it. */
export const forgetMirrorSessions = (world: World, eni: { readonly id: string }): Change[] =>
  [...listed(world, "mirrorSessionsOfInterface", eni.id).values()].map(remove);
