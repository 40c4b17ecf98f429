/** Which attachments a transit gateway's route table routes for, and whose routes it has. */
import type { Filter, TransitGatewayAttachmentPropagation, TransitGatewayRouteTableAssociation } from "@aws-sdk/client-ec2";
import { listed, need } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters, Tagged } from "../filters.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import type { Page, PageRequest } from "../pages.ts";
import { ageKey } from "./describe.ts";
import { locateLiving } from "./lookup.ts";
import { attachedView } from "./views/transit-attachment.ts";

type Member = Omit<TransitGatewayRouteTableAssociation, "State">;

const filters: Filters<Member & Tagged> = {
  "resource-id": (member) => [member.ResourceId],
  "resource-type": (member) => [member.ResourceType],
  "transit-gateway-attachment-id": (member) => [member.TransitGatewayAttachmentId],
};

interface Request extends PageRequest {
  readonly TransitGatewayRouteTableId: string | undefined;
  readonly Filters?: readonly Filter[] | undefined;
}

/** The table's attachments of one list that pass the filters, one page of them, the oldest first. */
function members(world: World, call: Call, list: "associations" | "propagations", request: Request): Page<Member> | Refusal {
  const topic = `transit ${list}`;
  const asked = parsePageRequest(request, [5, 1000], topic);
  if (isRefusal(asked)) return asked;
  const passes = parseFilters(filters, request.Filters);
  if (isRefusal(passes)) return passes;
  const table = locateLiving(world, call, "transit-gateway-route-table", request.TransitGatewayRouteTableId ?? "");
  if (isRefusal(table)) return table;
  const all = table[list].map((id) => {
    const attachment = need(world, "transit-gateway-attachment", id);
    return { key: ageKey(attachment), member: { TransitGatewayAttachmentId: id, ...attachedView(attachment, call) } };
  });
  const passing = all.filter(({ member }) => passes(member));
  const page = pageOf(passing, ({ key }) => key, asked, topic);
  return { ...page, items: page.items.map(({ member }) => member) };
}

export const getTransitGatewayRouteTableAssociations = operation({
  name: "GetTransitGatewayRouteTableAssociations",
  run(world, request, call) {
    const page = members(world, call, "associations", request);
    if (isRefusal(page)) return page;
    return { output: { Associations: page.items.map((one) => ({ ...one, State: "associated" as const })), NextToken: page.next } };
  },
});

export const getTransitGatewayRouteTablePropagations = operation({
  name: "GetTransitGatewayRouteTablePropagations",
  run(world, request, call) {
    const page = members(world, call, "propagations", request);
    if (isRefusal(page)) return page;
    const all = page.items.map((one) => ({ ...one, State: "enabled" as const }));
    return { output: { TransitGatewayRouteTablePropagations: all, NextToken: page.next } };
  },
});

const propagationFilters: Filters<TransitGatewayAttachmentPropagation & Tagged> = {
  "transit-gateway-route-table-id": (propagation) => [propagation.TransitGatewayRouteTableId],
};

/** The tables that have an attachment's routes. */
export const getTransitGatewayAttachmentPropagations = operation({
  name: "GetTransitGatewayAttachmentPropagations",
  run(world, { TransitGatewayAttachmentId = "", ...request }, call) {
    const topic = "propagations of an attachment";
    const asked = parsePageRequest(request, [5, 1000], topic);
    if (isRefusal(asked)) return asked;
    const passes = parseFilters(propagationFilters, request.Filters);
    if (isRefusal(passes)) return passes;
    const attachment = locateLiving(world, call, "transit-gateway-attachment", TransitGatewayAttachmentId);
    if (isRefusal(attachment)) return attachment;
    const tables = [...listed(world, "tablesOfTransitAttachment", attachment.id).values()];
    const all = tables
      .filter(({ propagations, account }) => account === call.account && propagations.includes(attachment.id))
      .map(({ id }) => ({ TransitGatewayRouteTableId: id, State: "enabled" as const }));
    const page = pageOf(all.filter(passes), (one) => one.TransitGatewayRouteTableId, asked, topic);
    return { output: { TransitGatewayAttachmentPropagations: [...page.items], NextToken: page.next } };
  },
});
