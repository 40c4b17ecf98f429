import { living } from "../../model/gone.ts";
import { attachmentsOf, deleteTransitGateway as deletion, makeTransitGateway } from "../../model/transit-gateway.ts";
import type { TransitGateway } from "../../model/transit-gateway.ts";
import type { TransitAttachment } from "../../model/transit-attachment.ts";
import { list, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { describe } from "./describe.ts";
import { locateLiving } from "./lookup.ts";
import { changeOptions, parseOptionChanges, parseOptions } from "./transit-gateway-options.ts";
import { transitGatewayFilters, transitGatewayView } from "./views/transit-gateway.ts";

/** Makes a gateway, with a route table by default. */
export const createTransitGateway = operation({
  name: "CreateTransitGateway",
  run(world, { Description = "", Options = {}, TagSpecifications }, call) {
    const options = parseOptions(Options);
    if (isRefusal(options)) return options;
    const tags = parseTagSpecifications(TagSpecifications, ["transit-gateway"]);
    if (isRefusal(tags)) return tags;
    if (living(list(world, call, "transit-gateway")).length >= call.quotas.transitGateways) {
      return refuse("TransitGatewayLimitExceeded", "The maximum number of transit gateways has been reached.");
    }
    const made = makeTransitGateway(call, options, { description: Description, tags: tags["transit-gateway"] ?? {} });
    // It exists by the time this is read, but clients expect to see it begin.
    return {
      changes: made.changes,
      output: { TransitGateway: { ...transitGatewayView(world, made.gateway), State: "pending" as const } },
    };
  },
});

/** Changes a gateway's description and options. */
export const modifyTransitGateway = operation({
  name: "ModifyTransitGateway",
  run(world, { TransitGatewayId = "", Description, Options = {} }, call) {
    const asked = parseOptionChanges(Options);
    if (isRefusal(asked)) return asked;
    const gateway = locateLiving(world, call, "transit-gateway", TransitGatewayId);
    if (isRefusal(gateway)) return gateway;
    const changed = changeOptions(world, call, gateway, asked, Options);
    if (isRefusal(changed)) return changed;
    const next: TransitGateway = { ...changed, ...(Description !== undefined && { description: Description }) };
    return { changes: [put(next)], output: { TransitGateway: { ...transitGatewayView(world, next), State: "modifying" as const } } };
  },
});

/** Deletes a gateway that has no attachments, with its route tables. */
export const deleteTransitGateway = operation({
  name: "DeleteTransitGateway",
  run(world, { TransitGatewayId = "" }, call) {
    const gateway = locateLiving(world, call, "transit-gateway", TransitGatewayId);
    if (isRefusal(gateway)) return gateway;
    const held = refuseAttachments(world, gateway);
    if (held) return held;
    return {
      changes: deletion(world, gateway, call.now),
      output: { TransitGateway: { ...transitGatewayView(world, gateway), State: "deleting" as const } },
    };
  },
});

const nouns: Readonly<Record<TransitAttachment["to"]["type"], string>> = {
  vpc: "VPC Attachments",
  vpn: "VPN Attachments",
  peering: "Transit Gateway Cross Region Peering Attachments",
};

function refuseAttachments(world: World, gateway: TransitGateway): Refusal | undefined {
  const attachments = attachmentsOf(world, gateway.id).filter(({ state }) => state !== "rejected" && state !== "failed");
  const [first] = attachments;
  if (!first) return undefined;
  const ids = attachments.filter(({ to }) => to.type === first.to.type).map(({ id }) => id);
  return refuse("IncorrectState", `${gateway.id} has non-deleted ${nouns[first.to.type]}: ${ids.toSorted().join(", ")}.`);
}

const listing = {
  kind: "transit-gateway",
  ids: { parameter: "TransitGatewayIds", alone: false },
  bounds: [5, 1000],
  filters: transitGatewayFilters,
  view: transitGatewayView,
} as const;

export const describeTransitGateways = operation({
  name: "DescribeTransitGateways",
  run(world, { TransitGatewayIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: TransitGatewayIds });
    return isRefusal(page) ? page : { output: { TransitGateways: [...page.items], NextToken: page.next } };
  },
});
