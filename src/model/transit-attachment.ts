import type { Id } from "../values/id.ts";
import type { Birth, Scope, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import { Draft } from "./draft.ts";
import type { Departing } from "./gone.ts";
import { deleteInterface, makePlainInterface } from "./network-interface.ts";
import type { Owned, Subnet, Vpc } from "./resource.ts";
import type { TransitGateway } from "./transit-gateway.ts";
import { forgetAttachment } from "./transit-route-table.ts";
import { find, listed, need, put } from "./world.ts";
import type { Change, World } from "./world.ts";

export interface VpcAttachmentOptions {
  readonly dns: boolean;
  readonly groupReferencing: boolean;
  readonly ipv6: boolean;
  readonly applianceMode: boolean;
}

export interface AttachedVpc extends VpcAttachmentOptions {
  readonly type: "vpc";
  readonly vpc: Id<"vpc">;
  /** One for each zone at most. */
  readonly subnets: readonly Id<"subnet">[];
}

export interface AttachedVpn {
  readonly type: "vpn";
  readonly connection: Id<"vpn-connection">;
}

/** Another transit gateway: the accepter's. The attachment is its requester's resource, and both see it. */
export interface AttachedPeer extends Scope {
  readonly type: "peering";
  readonly gateway: Id<"transit-gateway">;
  readonly dynamicRouting?: "enable" | "disable";
}

export interface TransitAttachment extends Owned, Departing {
  readonly kind: "transit-gateway-attachment";
  readonly id: Id<"transit-gateway-attachment">;
  readonly gateway: Id<"transit-gateway">;
  readonly to: AttachedVpc | AttachedVpn | AttachedPeer;
  readonly state: "available" | "pendingAcceptance" | "rejected" | "failed";
  /** Those the accepter of a peering gave it. */
  readonly accepterTags?: Readonly<Record<string, string>>;
}

/** The attachment whose tables an account reads: its own gateway's side of it. */
export const gatewaySeenFrom = ({ to, gateway, account, region }: TransitAttachment, scope: Scope): Id<"transit-gateway"> =>
  to.type === "peering" && !(scope.account === account && scope.region === region) ? to.gateway : gateway;

/** An attachment of a gateway, associated and propagating by default where that is asked for. */
export function makeAttachment(
  world: World,
  birth: Birth,
  gateway: TransitGateway,
  to: TransitAttachment["to"],
  tags: Tags,
): { attachment: TransitAttachment; changes: Change[] } {
  const attachment: TransitAttachment = {
    ...owned(birth, tags),
    kind: "transit-gateway-attachment",
    id: birth.mint("transit-gateway-attachment"),
    gateway: gateway.id,
    to,
    state: to.type === "peering" ? "pendingAcceptance" : "available",
  };
  const draft = new Draft(world);
  draft.add(put(attachment));
  if (to.type !== "peering") joinDefaultTables(draft, gateway, attachment);
  return { attachment, changes: draft.changes };
}

function joinDefaultTables(draft: Draft, { associationTable, propagationTable }: TransitGateway, { id }: TransitAttachment): void {
  if (associationTable !== undefined) {
    const table = need(draft.world, "transit-gateway-route-table", associationTable);
    draft.add(put({ ...table, associations: [...table.associations, id] }));
  }
  if (propagationTable !== undefined) {
    const table = need(draft.world, "transit-gateway-route-table", propagationTable);
    draft.add(put({ ...table, propagations: [...table.propagations, id] }));
  }
}

/** The interface of an attachment in one of its subnets. It is in no group, and nothing answers there. */
export function joinSubnet(draft: Draft, birth: Birth, attachment: TransitAttachment, subnet: Subnet, address: string): void {
  const eni = makePlainInterface(draft.world, birth, subnet, {
    description: `Network Interface for Transit Gateway Attachment ${attachment.id}`,
    groups: [],
    addresses: [address],
  });
  draft.add(put({ ...eni, managedBy: attachment.id }));
}

/** The attachment's interfaces in subnets, which go. */
export const leaveSubnets = (world: World, attachment: TransitAttachment, subnets: readonly string[]): Change[] =>
  subnets.flatMap((subnet) =>
    [...listed(world, "interfacesOfSubnet", subnet).values()]
      .filter(({ managedBy }) => managedBy === attachment.id)
      .flatMap((eni) => deleteInterface(world, eni)),
  );

/** The attachment is deleted, with its interfaces. Routes to it stay, as blackholes. */
export const deleteAttachment = (world: World, attachment: TransitAttachment, now: string): Change[] => [
  ...(attachment.to.type === "vpc" ? leaveSubnets(world, attachment, attachment.to.subnets) : []),
  ...forgetAttachment(world, attachment.id),
  put({ ...attachment, deleted: now }),
];

/** The attachment of a VPC to a gateway that is not deleted. */
export const attachmentOfVpc = (world: World, vpc: Pick<Vpc, "id">, gateway: string): TransitAttachment | undefined =>
  listed(world, "transitAttachmentsOfVpc", vpc.id).find((one) => one.gateway === gateway);

/** Whether what it leads to is there and takes part. */
export const isAvailable = (world: World, id: string): boolean => {
  const attachment = find(world, "transit-gateway-attachment", id);
  return attachment?.state === "available" && attachment.deleted === undefined;
};
