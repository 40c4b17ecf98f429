import type {
  AttachmentStatus,
  EgressOnlyInternetGateway as EgressOnlyGatewayView,
  InternetGateway as InternetGatewayView,
} from "@aws-sdk/client-ec2";
import type { EgressOnlyInternetGateway, InternetGateway } from "../../../model/resource.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";

/** What Amazon calls an internet gateway's attachment, and clients wait for; the SDK's type does not have it. */
const available = "available" as string as AttachmentStatus;

export const internetGatewayView = (_world: World, gateway: InternetGateway): InternetGatewayView => ({
  InternetGatewayId: gateway.id,
  OwnerId: gateway.account,
  Attachments: gateway.vpc === undefined ? [] : [{ VpcId: gateway.vpc, State: available }],
  Tags: tagList(gateway.tags),
});

export const egressOnlyGatewayView = (_world: World, gateway: EgressOnlyInternetGateway): EgressOnlyGatewayView => ({
  EgressOnlyInternetGatewayId: gateway.id,
  Attachments: [{ VpcId: gateway.vpc, State: "attached" }],
  Tags: tagList(gateway.tags),
});

const attachments = (gateway: InternetGatewayView) => gateway.Attachments ?? [];

export const internetGatewayFilters: Filters<InternetGatewayView> = {
  "attachment.state": (gateway) => attachments(gateway).map(({ State }) => State),
  "attachment.vpc-id": (gateway) => attachments(gateway).map(({ VpcId }) => VpcId),
  "internet-gateway-id": (gateway) => [gateway.InternetGatewayId],
  "owner-id": (gateway) => [gateway.OwnerId],
};
