import type {
  TransitGatewayAttachment as AttachmentView,
  TransitGatewayPeeringAttachment as PeeringView,
  TransitGatewayVpcAttachment as VpcView,
} from "@aws-sdk/client-ec2";
import type { Scope } from "../../../model/birth.ts";
import { isGone } from "../../../model/gone.ts";
import { gatewaySeenFrom } from "../../../model/transit-attachment.ts";
import type { TransitAttachment } from "../../../model/transit-attachment.ts";
import { tableAssociated } from "../../../model/transit-route-table.ts";
import { tagsSeen } from "../../../model/visible.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import { switchView } from "./transit-gateway.ts";

/** An attachment shows no list of tags where it has none. */
function tagsOf(scope: Scope, attachment: TransitAttachment): Pick<AttachmentView, "Tags"> {
  const tags = tagList(tagsSeen(scope, attachment));
  return tags.length === 0 ? {} : { Tags: tags };
}

const stateOf = (attachment: TransitAttachment) => (isGone(attachment) ? "deleted" : attachment.state);

/** What is attached, as every view names it. The other gateway of a peering is seen from either side. */
export function attachedView({ to, gateway, account, region }: TransitAttachment, scope: Scope) {
  if (to.type === "vpc") return { ResourceType: "vpc", ResourceId: to.vpc } as const;
  if (to.type === "vpn") return { ResourceType: "vpn", ResourceId: to.connection } as const;
  const own = scope.account === account && scope.region === region;
  return { ResourceType: "peering", ResourceId: own ? to.gateway : gateway } as const;
}

/** An attachment of any kind, as an account sees it. */
export function attachmentView(world: World, attachment: TransitAttachment, scope: Scope): AttachmentView {
  const gateway = gatewaySeenFrom(attachment, scope);
  const table = tableAssociated(world, gateway, attachment.id);
  return {
    TransitGatewayAttachmentId: attachment.id,
    TransitGatewayId: gateway,
    TransitGatewayOwnerId: scope.account,
    ResourceOwnerId: attachment.to.type === "peering" && gateway === attachment.gateway ? attachment.to.account : attachment.account,
    ...attachedView(attachment, scope),
    State: stateOf(attachment),
    Association: table && { TransitGatewayRouteTableId: table.id, State: "associated" },
    CreationTime: new Date(attachment.created),
    ...tagsOf(scope, attachment),
  };
}

export const attachmentFilters: Filters<AttachmentView> = {
  "association.state": ({ Association }) => [Association?.State],
  "association.transit-gateway-route-table-id": ({ Association }) => [Association?.TransitGatewayRouteTableId],
  "resource-id": (attachment) => [attachment.ResourceId],
  "resource-owner-id": (attachment) => [attachment.ResourceOwnerId],
  "resource-type": (attachment) => [attachment.ResourceType],
  state: (attachment) => [attachment.State],
  "transit-gateway-attachment-id": (attachment) => [attachment.TransitGatewayAttachmentId],
  "transit-gateway-id": (attachment) => [attachment.TransitGatewayId],
  "transit-gateway-owner-id": (attachment) => [attachment.TransitGatewayOwnerId],
};

/** An attachment of a VPC; of any other kind it shows nothing but what all have. */
export function vpcAttachmentView(attachment: TransitAttachment): VpcView {
  const { to } = attachment;
  return {
    TransitGatewayAttachmentId: attachment.id,
    TransitGatewayId: attachment.gateway,
    State: stateOf(attachment),
    CreationTime: new Date(attachment.created),
    ...(to.type === "vpc" && {
      VpcId: to.vpc,
      VpcOwnerId: attachment.account,
      SubnetIds: [...to.subnets],
      Options: {
        DnsSupport: switchView(to.dns),
        SecurityGroupReferencingSupport: switchView(to.groupReferencing),
        Ipv6Support: switchView(to.ipv6),
        ApplianceModeSupport: switchView(to.applianceMode),
      },
    }),
    ...tagsOf(attachment, attachment),
  };
}

export const vpcAttachmentFilters: Filters<VpcView> = {
  state: (attachment) => [attachment.State],
  "transit-gateway-attachment-id": (attachment) => [attachment.TransitGatewayAttachmentId],
  "transit-gateway-id": (attachment) => [attachment.TransitGatewayId],
  "vpc-id": (attachment) => [attachment.VpcId],
};

const statuses: Readonly<Record<TransitAttachment["state"], string>> = {
  available: "Available",
  pendingAcceptance: "Pending Acceptance",
  rejected: "Rejected",
  failed: "Failed",
};

/** A peering of transit gateways; of any other kind it shows nothing but what all have. */
export function peeringAttachmentView(attachment: TransitAttachment, scope: Scope): PeeringView {
  const { to, gateway, account, region } = attachment;
  return {
    TransitGatewayAttachmentId: attachment.id,
    State: stateOf(attachment),
    Status: { Code: isGone(attachment) ? "deleted" : attachment.state, Message: isGone(attachment) ? "Deleted" : statuses[attachment.state] },
    CreationTime: new Date(attachment.created),
    ...(to.type === "peering" && {
      RequesterTgwInfo: { TransitGatewayId: gateway, OwnerId: account, Region: region },
      AccepterTgwInfo: { TransitGatewayId: to.gateway, OwnerId: to.account, Region: to.region },
      ...(to.dynamicRouting !== undefined && { Options: { DynamicRouting: to.dynamicRouting } }),
    }),
    ...tagsOf(scope, attachment),
  };
}

/** For the filters that look at either side of a peering from where the caller stands. */
export const peeringAttachmentFilters = ({ account, region }: Scope): Filters<PeeringView> => {
  const sides = ({ RequesterTgwInfo, AccepterTgwInfo }: PeeringView) => [RequesterTgwInfo, AccepterTgwInfo];
  const isLocal = (side: PeeringView["RequesterTgwInfo"]) => side?.OwnerId === account && side.Region === region;
  return {
    "local-owner-id": (peering) => sides(peering).filter(isLocal).map((side) => side?.OwnerId),
    "remote-owner-id": (peering) => {
      const remote = sides(peering).filter((side) => !isLocal(side));
      return (remote.length > 0 ? remote : sides(peering).slice(1)).map((side) => side?.OwnerId);
    },
    state: (peering) => [peering.State],
    "transit-gateway-attachment-id": (peering) => [peering.TransitGatewayAttachmentId],
    "transit-gateway-id": (peering) => sides(peering).map((side) => side?.TransitGatewayId),
  };
};
