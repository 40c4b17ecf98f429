import type {
  VpcPeeringConnection as VpcPeeringConnectionView,
  VpcPeeringConnectionOptionsDescription,
  VpcPeeringConnectionVpcInfo,
} from "@aws-sdk/client-ec2";
import type { Scope } from "../../../model/birth.ts";
import { stateOf } from "../../../model/peering.ts";
import type { PeeringSide, VpcPeeringConnection } from "../../../model/resource.ts";
import { tagsSeen } from "../../../model/visible.ts";
import { find } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";

export interface Viewer extends Scope {
  /** ISO 8601 with milliseconds. */
  readonly now: string;
}

/** A peering as one of its sides sees it now. What the accepter has is not told before it accepts. */
export function peeringView(world: World, peering: VpcPeeringConnection, viewer: Viewer): VpcPeeringConnectionView {
  const state = stateOf(peering, viewer.now);
  const requested = state === "pending-acceptance" || state === "expired";
  return {
    VpcPeeringConnectionId: peering.id,
    Status: { Code: state, Message: state === "expired" ? "Expired" : peering.message },
    ExpirationTime: requested ? new Date(peering.expires) : undefined,
    RequesterVpcInfo: {
      ...sideView(peering.requester),
      ...blocksView(world, peering.requester),
      ...optionsView(peering, "requester"),
    },
    AccepterVpcInfo: {
      ...sideView(peering.accepter),
      ...(state === "active" && blocksView(world, peering.accepter)),
      ...optionsView(peering, "accepter"),
    },
    Tags: tagList(tagsSeen(viewer, peering)),
  };
}

const sideView = ({ vpc, account, region }: PeeringSide): VpcPeeringConnectionVpcInfo => ({
  VpcId: vpc,
  OwnerId: account,
  Region: region,
});

/** The blocks of a side's VPC, as long as it is there. */
function blocksView(world: World, side: PeeringSide): VpcPeeringConnectionVpcInfo {
  const vpc = find(world, "vpc", side.vpc);
  if (!vpc) return {};
  return {
    CidrBlock: vpc.cidrs[0]?.cidr,
    CidrBlockSet: vpc.cidrs.map(({ cidr }) => ({ CidrBlock: cidr })),
    Ipv6CidrBlockSet: vpc.ipv6Cidrs.map(({ cidr }) => ({ Ipv6CidrBlock: cidr })),
  };
}

/** A side's options, which only an active peering has. */
const optionsView = (peering: VpcPeeringConnection, side: "requester" | "accepter"): VpcPeeringConnectionVpcInfo =>
  peering.state === "active" ? { PeeringOptions: peeringOptionsView(peering[side]) } : {};

export const peeringOptionsView = ({ dnsResolution }: PeeringSide): VpcPeeringConnectionOptionsDescription => ({
  AllowDnsResolutionFromRemoteVpc: dnsResolution,
  AllowEgressFromLocalClassicLinkToRemoteVpc: false,
  AllowEgressFromLocalVpcToRemoteClassicLink: false,
});

const sideFilters = (
  prefix: string,
  sideOf: (peering: VpcPeeringConnectionView) => VpcPeeringConnectionVpcInfo | undefined,
): Filters<VpcPeeringConnectionView> => ({
  [`${prefix}.cidr-block`]: (peering) => [sideOf(peering)?.CidrBlock],
  [`${prefix}.owner-id`]: (peering) => [sideOf(peering)?.OwnerId],
  [`${prefix}.vpc-id`]: (peering) => [sideOf(peering)?.VpcId],
});

export const peeringFilters: Filters<VpcPeeringConnectionView> = {
  ...sideFilters("accepter-vpc-info", (peering) => peering.AccepterVpcInfo),
  "expiration-time": (peering) => [peering.ExpirationTime?.toISOString()],
  ...sideFilters("requester-vpc-info", (peering) => peering.RequesterVpcInfo),
  "status-code": (peering) => [peering.Status?.Code],
  "status-message": (peering) => [peering.Status?.Message],
  "vpc-peering-connection-id": (peering) => [peering.VpcPeeringConnectionId],
};
