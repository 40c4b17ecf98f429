/** Describe calls for what there is none of yet: audits and clean-ups ask for it, and find nothing. */
import { refuse } from "../../values/refuse.ts";
import type { Action, Input, Output } from "../operation.ts";
import type { ServedOperation } from "../perform.ts";

interface Nothing<A extends Action> {
  /** The members of the answer that are empty lists. */
  readonly shows: readonly (string & keyof Output<A>)[];
  /** The members of the input that name what is wanted, and the code that answers such a name. */
  readonly missing?: { readonly [I in string & keyof Input<A>]?: string };
}

const nothing = {
  DescribeClassicLinkInstances: { shows: ["Instances"] },
  DescribeHosts: { shows: ["Hosts"], missing: { HostIds: "InvalidHostID.NotFound" } },
  DescribeIpamPools: { shows: ["IpamPools"], missing: { IpamPoolIds: "InvalidIpamPoolId.NotFound" } },
  DescribeIpams: { shows: ["Ipams"], missing: { IpamIds: "InvalidIpamId.NotFound" } },
  DescribeLocalGateways: { shows: ["LocalGateways"], missing: { LocalGatewayIds: "InvalidLocalGatewayID.NotFound" } },
  DescribeNetworkInsightsAnalyses: {
    shows: ["NetworkInsightsAnalyses"],
    missing: { NetworkInsightsAnalysisIds: "InvalidNetworkInsightsAnalysisId.NotFound" },
  },
  DescribePlacementGroups: {
    shows: ["PlacementGroups"],
    missing: { GroupIds: "InvalidPlacementGroup.Unknown", GroupNames: "InvalidPlacementGroup.Unknown" },
  },
  DescribeReservedInstances: { shows: ["ReservedInstances"], missing: { ReservedInstancesIds: "InvalidReservedInstancesId" } },
  DescribeSnapshots: { shows: ["Snapshots"], missing: { SnapshotIds: "InvalidSnapshot.NotFound" } },
  DescribeSpotInstanceRequests: {
    shows: ["SpotInstanceRequests"],
    missing: { SpotInstanceRequestIds: "InvalidSpotInstanceRequestID.NotFound" },
  },
  DescribeVolumes: { shows: ["Volumes"], missing: { VolumeIds: "InvalidVolume.NotFound" } },
  DescribeVpcClassicLink: { shows: ["Vpcs"] },
  DescribeVpcClassicLinkDnsSupport: { shows: ["Vpcs"] },
} as const satisfies { readonly [A in Action]?: Nothing<A> };

interface Row {
  readonly shows: readonly string[];
  readonly missing?: Readonly<Record<string, string>>;
}

/** One operation for each: it refuses the first thing that is asked for by name, and shows nothing. */
export const emptyDescribes: readonly ServedOperation[] = Object.entries<Row>(nothing).map(
  ([name, { shows, missing = {} }]) => ({
    name,
    run(_world, input: Readonly<Record<string, readonly string[] | undefined>>) {
      for (const [member, code] of Object.entries(missing)) {
        const wanted = input[member]?.[0];
        if (wanted !== undefined) return refuse(code, `'${wanted}' does not exist`);
      }
      return { output: Object.fromEntries(shows.map((list) => [list, []])) };
    },
  }),
);
