/** Describe calls for what there is none of yet: audits and clean-ups ask for it, and find nothing. */
import type { Filter } from "@aws-sdk/client-ec2";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { parseFilters, passedByNothing } from "../filters.ts";
import type { Action, Input, Output } from "../operation.ts";
import { parsePageRequest } from "../pages.ts";
import type { Bounds } from "../pages.ts";
import type { ServedOperation } from "../perform.ts";
import { refuseTogether } from "./describe.ts";
import { filterNames } from "./empty-filters.ts";
import { oneOf } from "./parameter.ts";

interface Nothing<A extends Action> {
  /** The members of the answer that are empty lists. */
  readonly shows: readonly (string & keyof Output<A>)[];
  /** The members of the input that name what is wanted, and the code that answers such a name. */
  readonly missing?: { readonly [I in string & keyof Input<A>]?: string };
  /** The members that are one of a few words. */
  readonly words?: { readonly [I in string & keyof Input<A>]?: readonly string[] };
  /** How many may be asked for at once; absent: 5 to 1000. */
  readonly bounds?: Bounds;
  /** Whether MaxResults may not be given together with such names. */
  readonly alone?: true;
}

const nothing = {
  DescribeClassicLinkInstances: { shows: ["Instances"], missing: { InstanceIds: "InvalidInstanceID.NotFound" } },
  DescribeHosts: { shows: ["Hosts"], bounds: [5, 500], alone: true, missing: { HostIds: "InvalidHostID.NotFound" } },
  DescribeIpamPools: { shows: ["IpamPools"], missing: { IpamPoolIds: "InvalidIpamPoolId.NotFound" } },
  DescribeIpams: { shows: ["Ipams"], missing: { IpamIds: "InvalidIpamId.NotFound" } },
  DescribeLocalGateways: { shows: ["LocalGateways"], missing: { LocalGatewayIds: "InvalidLocalGatewayID.NotFound" } },
  DescribePlacementGroups: {
    shows: ["PlacementGroups"],
    missing: { GroupIds: "InvalidPlacementGroup.Unknown", GroupNames: "InvalidPlacementGroup.Unknown" },
  },
  DescribeReservedInstances: {
    shows: ["ReservedInstances"],
    missing: { ReservedInstancesIds: "InvalidReservedInstancesId" },
    words: {
      OfferingClass: ["standard", "convertible"],
      OfferingType: [
        "Heavy Utilization",
        "Medium Utilization",
        "Light Utilization",
        "No Upfront",
        "Partial Upfront",
        "All Upfront",
      ],
    },
  },
  DescribeSnapshots: { shows: ["Snapshots"], missing: { SnapshotIds: "InvalidSnapshot.NotFound" } },
  DescribeSpotInstanceRequests: {
    shows: ["SpotInstanceRequests"],
    missing: { SpotInstanceRequestIds: "InvalidSpotInstanceRequestID.NotFound" },
  },
  DescribeVpcEndpointConnectionNotifications: {
    shows: ["ConnectionNotificationSet"],
    missing: { ConnectionNotificationId: "InvalidConnectionNotification" },
  },
  DescribeVolumes: { shows: ["Volumes"], missing: { VolumeIds: "InvalidVolume.NotFound" } },
} as const satisfies { readonly [A in Action]?: Nothing<A> };

interface Row {
  readonly shows: readonly string[];
  readonly missing?: Readonly<Record<string, string>>;
  readonly words?: Readonly<Record<string, readonly string[]>>;
  readonly bounds?: Bounds;
  readonly alone?: true;
}

/** What such an operation reads of its input. */
interface Asked {
  readonly Filters?: readonly Filter[];
  readonly Filter?: readonly Filter[];
  readonly [member: string]: unknown;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

const usual: Bounds = [5, 1000];

/** One operation for each: it refuses the first thing that is asked for by name, and shows nothing. */
export const emptyDescribes: readonly ServedOperation[] = Object.entries<Row>(nothing).map(([name, row]) => ({
  name,
  run(_world, input: Asked) {
    const wrong = refuseRequest(name, row, input) ?? refuseWords(row, input) ?? refuseNames(row, input);
    return wrong ?? { output: Object.fromEntries(row.shows.map((list) => [list, []])) };
  },
}));

function refuseRequest(name: string, { bounds = usual }: Row, input: Asked): Refusal | undefined {
  const page = parsePageRequest(input, bounds, name);
  if (isRefusal(page)) return page;
  const known = filterNames.get(name);
  const passes = known && parseFilters(passedByNothing(...known), input.Filters ?? input.Filter);
  return isRefusal(passes) ? passes : undefined;
}

function refuseWords({ words = {} }: Row, input: Asked): Refusal | undefined {
  for (const [member, known] of Object.entries(words)) {
    const word = input[member];
    const wrong = typeof word === "string" ? oneOf(member, word, known) : undefined;
    if (isRefusal(wrong)) return wrong;
  }
  return undefined;
}

function refuseNames({ missing = {}, alone }: Row, input: Asked): Refusal | undefined {
  for (const [member, code] of Object.entries(missing)) {
    const names = input[member];
    const wanted: unknown = Array.isArray(names) ? names[0] : names;
    if (typeof wanted !== "string") continue;
    if (alone && input.MaxResults !== undefined) return refuseTogether(member);
    return refuse(code, `'${wanted}' does not exist`);
  }
  return undefined;
}
