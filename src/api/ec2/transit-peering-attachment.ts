import { deleteAttachment, makeAttachment } from "../../model/transit-attachment.ts";
import type { AttachedPeer, TransitAttachment } from "../../model/transit-attachment.ts";
import { attachmentsOf } from "../../model/transit-gateway.ts";
import { scopeKey, find, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { describe } from "./describe.ts";
import { locateLiving, malformed, missing } from "./lookup.ts";
import { invalidValue, oneOf } from "./parameter.ts";
import { attachmentFilters, attachmentView, peeringAttachmentFilters, peeringAttachmentView } from "./views/transit-attachment.ts";

/** Asks the owner of another gateway, in whatever account and region, to peer with one of the caller's. */
export const createTransitGatewayPeeringAttachment = operation({
  name: "CreateTransitGatewayPeeringAttachment",
  run(world, input, call) {
    const peer = parsePeer(input);
    if (isRefusal(peer)) return peer;
    const tags = parseTagSpecifications(input.TagSpecifications, ["transit-gateway-attachment"]);
    if (isRefusal(tags)) return tags;
    const gateway = locateLiving(world, call, "transit-gateway", input.TransitGatewayId ?? "");
    if (isRefusal(gateway)) return gateway;
    if (peer.gateway === gateway.id) return invalidValue("peerTransitGatewayId", peer.gateway, "A gateway can't peer with itself.");
    const same = attachmentsOf(world, gateway.id).find(({ to, gateway: from, state }) => {
      const ends = to.type === "peering" ? [from, to.gateway] : [];
      return ends.includes(peer.gateway) && (state === "available" || state === "pendingAcceptance");
    });
    if (same) {
      return refuse(
        "DuplicateTransitGatewayAttachment",
        `${gateway.id} has non-deleted Transit Gateway Attachments with same peer: ${same.id}.`,
      );
    }
    const made = makeAttachment(world, call, gateway, peer, tags["transit-gateway-attachment"] ?? {});
    // A request for a gateway that is not there, or is another's, fails; like any other it begins first.
    const other = find(world, "transit-gateway", peer.gateway);
    const there = other && other.deleted === undefined && scopeKey(other) === scopeKey(peer);
    const changes = there ? made.changes : [put({ ...made.attachment, state: "failed" as const })];
    const view = { ...peeringAttachmentView(made.attachment, call), State: "initiatingRequest" as const };
    return { changes, output: { TransitGatewayPeeringAttachment: view } };
  },
});

function parsePeer(input: Input<"CreateTransitGatewayPeeringAttachment">): AttachedPeer | Refusal {
  const { PeerTransitGatewayId = "", PeerAccountId: account = "", PeerRegion: region = "" } = input;
  const gateway = parseId("transit-gateway", PeerTransitGatewayId);
  if (!gateway) return malformed("transit-gateway", PeerTransitGatewayId);
  if (!/^\d{12}$/.test(account)) return invalidValue("peerAccountId", account, "This is not an account ID.");
  if (!/^[a-z]+(?:-[a-z]+)+-\d+$/.test(region)) return invalidValue("peerRegion", region, "This is not a region.");
  const asked = input.Options?.DynamicRouting;
  const dynamicRouting = asked === undefined ? undefined : oneOf("dynamicRouting", asked, ["enable", "disable"]);
  if (isRefusal(dynamicRouting)) return dynamicRouting;
  return { type: "peering", gateway, account, region, ...(dynamicRouting !== undefined && { dynamicRouting }) };
}

function locatePeering(world: World, call: Call, id: string): { attachment: TransitAttachment; to: AttachedPeer } | Refusal {
  const attachment = locateLiving(world, call, "transit-gateway-attachment", id);
  if (isRefusal(attachment)) return attachment;
  return attachment.to.type === "peering" ? { attachment, to: attachment.to } : missing("transit-gateway-attachment", [id]);
}

/** The request that the caller may answer: it waits, and is for the caller's gateway. */
function locateRequest(world: World, call: Call, id: string, verb: string): TransitAttachment | Refusal {
  const located = locatePeering(world, call, id);
  if (isRefusal(located)) return located;
  const { attachment, to } = located;
  if (scopeKey(to) !== scopeKey(call)) {
    return refuse("InvalidParameterValue", `Cannot ${verb} ${attachment.id} as the source of the peering request.`);
  }
  return attachment.state === "pendingAcceptance"
    ? attachment
    : refuse("IncorrectState", `${attachment.id} is in invalid state: ${attachment.state}`);
}

export const acceptTransitGatewayPeeringAttachment = operation({
  name: "AcceptTransitGatewayPeeringAttachment",
  run(world, { TransitGatewayAttachmentId = "" }, call) {
    const attachment = locateRequest(world, call, TransitGatewayAttachmentId, "accept");
    if (isRefusal(attachment)) return attachment;
    const accepted: TransitAttachment = { ...attachment, state: "available" };
    const view = { ...peeringAttachmentView(accepted, call), State: "pending" as const };
    return { changes: [put(accepted)], output: { TransitGatewayPeeringAttachment: view } };
  },
});

export const rejectTransitGatewayPeeringAttachment = operation({
  name: "RejectTransitGatewayPeeringAttachment",
  run(world, { TransitGatewayAttachmentId = "" }, call) {
    const attachment = locateRequest(world, call, TransitGatewayAttachmentId, "reject");
    if (isRefusal(attachment)) return attachment;
    const rejected: TransitAttachment = { ...attachment, state: "rejected" };
    return { changes: [put(rejected)], output: { TransitGatewayPeeringAttachment: peeringAttachmentView(rejected, call) } };
  },
});

/** Either side ends it. Routes to it stay, as blackholes. */
export const deleteTransitGatewayPeeringAttachment = operation({
  name: "DeleteTransitGatewayPeeringAttachment",
  run(world, { TransitGatewayAttachmentId = "" }, call) {
    const located = locatePeering(world, call, TransitGatewayAttachmentId);
    if (isRefusal(located)) return located;
    const view = { ...peeringAttachmentView(located.attachment, call), State: "deleting" as const };
    return { changes: deleteAttachment(world, located.attachment, call.now), output: { TransitGatewayPeeringAttachment: view } };
  },
});

const kind = "transit-gateway-attachment";
const ids = { parameter: "TransitGatewayAttachmentIds", alone: false };

export const describeTransitGatewayPeeringAttachments = operation({
  name: "DescribeTransitGatewayPeeringAttachments",
  run(world, { TransitGatewayAttachmentIds, ...request }, call) {
    const listing = {
      kind,
      ids,
      bounds: [5, 1000],
      only: ({ to }: TransitAttachment) => to.type === "peering",
      filters: peeringAttachmentFilters(call),
      view: (_world: World, attachment: TransitAttachment) => peeringAttachmentView(attachment, call),
    } as const;
    const page = describe(listing, world, call, { ...request, ids: TransitGatewayAttachmentIds });
    return isRefusal(page) ? page : { output: { TransitGatewayPeeringAttachments: [...page.items], NextToken: page.next } };
  },
});

/** Attachments of every kind. */
export const describeTransitGatewayAttachments = operation({
  name: "DescribeTransitGatewayAttachments",
  run(world, { TransitGatewayAttachmentIds, ...request }, call) {
    const listing = {
      kind,
      ids,
      bounds: [5, 1000],
      filters: attachmentFilters,
      view: (_: World, attachment: TransitAttachment) => attachmentView(world, attachment, call),
    } as const;
    const page = describe(listing, world, call, { ...request, ids: TransitGatewayAttachmentIds });
    return isRefusal(page) ? page : { output: { TransitGatewayAttachments: [...page.items], NextToken: page.next } };
  },
});
