import type { ModifyTransitGatewayVpcAttachmentRequestOptions } from "@aws-sdk/client-ec2";
import { Draft } from "../../model/draft.ts";
import type { Subnet, Vpc } from "../../model/resource.ts";
import { attachmentOfVpc, deleteAttachment, joinSubnet, leaveSubnets, makeAttachment } from "../../model/transit-attachment.ts";
import type { AttachedVpc, TransitAttachment, VpcAttachmentOptions } from "../../model/transit-attachment.ts";
import { listed, need, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { chooseAddresses, parseAddresses } from "./addresses.ts";
import { describe } from "./describe.ts";
import { locate, locateAll, locateLiving, missing } from "./lookup.ts";
import { missingParameter } from "./parameter.ts";
import { parseSwitch } from "./transit-gateway-options.ts";
import { vpcAttachmentFilters, vpcAttachmentView } from "./views/transit-attachment.ts";

const standard: VpcAttachmentOptions = { dns: true, groupReferencing: true, ipv6: false, applianceMode: false };

const switches = {
  DnsSupport: "dns",
  SecurityGroupReferencingSupport: "groupReferencing",
  Ipv6Support: "ipv6",
  ApplianceModeSupport: "applianceMode",
} as const satisfies { readonly [P in keyof ModifyTransitGatewayVpcAttachmentRequestOptions]?: keyof VpcAttachmentOptions };

function parseOptions(given: ModifyTransitGatewayVpcAttachmentRequestOptions = {}): Partial<VpcAttachmentOptions> | Refusal {
  const options: { -readonly [K in keyof VpcAttachmentOptions]?: VpcAttachmentOptions[K] } = {};
  for (const parameter of Object.keys(switches) as (keyof typeof switches)[]) {
    const parsed = parseSwitch(parameter.charAt(0).toLowerCase() + parameter.slice(1), given[parameter]);
    if (isRefusal(parsed)) return parsed;
    if (parsed.on !== undefined) options[switches[parameter]] = parsed.on;
  }
  return options;
}

/** Attaches a VPC to a gateway, with an interface in each of the subnets. */
export const createTransitGatewayVpcAttachment = operation({
  name: "CreateTransitGatewayVpcAttachment",
  run(world, input, call) {
    const { TransitGatewayId = "", VpcId = "", SubnetIds = [] } = input;
    const options = parseOptions(input.Options);
    if (isRefusal(options)) return options;
    const tags = parseTagSpecifications(input.TagSpecifications, ["transit-gateway-attachment"]);
    if (isRefusal(tags)) return tags;
    if (SubnetIds.length === 0) return missingParameter("SubnetIds");
    const gateway = locateLiving(world, call, "transit-gateway", TransitGatewayId);
    if (isRefusal(gateway)) return gateway;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    const subnets = locateSubnets(world, call, vpc, SubnetIds, []);
    if (isRefusal(subnets)) return subnets;
    if (attachmentOfVpc(world, vpc, gateway.id)) {
      return refuse(
        "DuplicateTransitGatewayAttachment",
        `${gateway.id} has non-deleted Transit Gateway Attachments with same VPC ID.`,
      );
    }
    if (listed(world, "transitAttachmentsOfVpc", vpc.id).size >= call.quotas.transitGatewaysPerVpc) {
      return refuse("TransitGatewayAttachmentLimitExceeded", `The maximum number of transit gateway attachments of ${vpc.id} has been reached.`);
    }
    const to: AttachedVpc = { type: "vpc", vpc: vpc.id, subnets: subnets.map(({ id }) => id), ...standard, ...options };
    const made = makeAttachment(world, call, gateway, to, tags["transit-gateway-attachment"] ?? {});
    const draft = new Draft(world);
    draft.add(...made.changes);
    const full = joinSubnets(draft, call, made.attachment, subnets);
    if (full) return full;
    // It is in place by the time this is read, but clients expect to see it begin.
    const view = { ...vpcAttachmentView(made.attachment), State: "pending" as const };
    return { changes: draft.changes, output: { TransitGatewayVpcAttachment: view } };
  },
});

/** Subnets of the VPC, each once, in zones of which no other one, `present` ones included, has another. */
function locateSubnets(world: World, call: Call, vpc: Pick<Vpc, "id">, ids: readonly string[], present: readonly Subnet[]): Subnet[] | Refusal {
  const subnets = locateAll(world, call, "subnet", ids);
  if (isRefusal(subnets)) return subnets;
  const strange = subnets.find((subnet) => subnet.vpc !== vpc.id);
  if (strange) return missing("subnet", [strange.id]);
  const zones = new Set(present.map(({ zone }) => zone));
  for (const { id, zone } of subnets) {
    if (zones.has(zone)) return refuse("DuplicateSubnetsInSameZone", `Duplicate Subnets for same AZ: ${id}`);
    zones.add(zone);
  }
  return subnets;
}

function joinSubnets(draft: Draft, call: Call, attachment: TransitAttachment, subnets: readonly Subnet[]): Refusal | undefined {
  const wanted = parseAddresses({});
  if (isRefusal(wanted)) return wanted;
  for (const subnet of subnets) {
    const chosen = chooseAddresses(draft.world, subnet, wanted, limits.addressesPerInterface);
    if (isRefusal(chosen)) return chosen;
    joinSubnet(draft, call, attachment, subnet, chosen.addresses[0] ?? "");
  }
  return undefined;
}

/** An attachment of a VPC that the caller has. */
function locateVpcAttachment(world: World, call: Call, id: string): { attachment: TransitAttachment; to: AttachedVpc } | Refusal {
  const attachment = locateLiving(world, call, "transit-gateway-attachment", id);
  if (isRefusal(attachment)) return attachment;
  return attachment.to.type === "vpc" ? { attachment, to: attachment.to } : missing("transit-gateway-attachment", [id]);
}

/** Changes the subnets and options of an attachment. One subnet stays at least. */
export const modifyTransitGatewayVpcAttachment = operation({
  name: "ModifyTransitGatewayVpcAttachment",
  run(world, { TransitGatewayAttachmentId = "", AddSubnetIds = [], RemoveSubnetIds = [], Options }, call) {
    const options = parseOptions(Options);
    if (isRefusal(options)) return options;
    const located = locateVpcAttachment(world, call, TransitGatewayAttachmentId);
    if (isRefusal(located)) return located;
    const { attachment, to } = located;
    const removed = locateAll(world, call, "subnet", RemoveSubnetIds);
    if (isRefusal(removed)) return removed;
    const strange = removed.find(({ id }) => !to.subnets.includes(id));
    if (strange) return missing("subnet", [strange.id]);
    const kept = to.subnets.filter((subnet) => !removed.some(({ id }) => id === subnet));
    const added = locateSubnets(world, call, { id: to.vpc }, AddSubnetIds, kept.map((id) => need(world, "subnet", id)));
    if (isRefusal(added)) return added;
    const subnets = [...kept, ...added.map(({ id }) => id)];
    if (subnets.length === 0) return refuse("InvalidParameterValue", `${attachment.id} must keep at least one subnet.`);
    const next: TransitAttachment = { ...attachment, to: { ...to, ...options, subnets } };
    const draft = new Draft(world);
    draft.add(put(next), ...leaveSubnets(world, attachment, removed.map(({ id }) => id)));
    const full = joinSubnets(draft, call, next, added);
    if (full) return full;
    return {
      changes: draft.changes,
      output: { TransitGatewayVpcAttachment: { ...vpcAttachmentView(next), State: "modifying" as const } },
    };
  },
});

/** Deletes an attachment with its interfaces. Routes to it stay, as blackholes. */
export const deleteTransitGatewayVpcAttachment = operation({
  name: "DeleteTransitGatewayVpcAttachment",
  run(world, { TransitGatewayAttachmentId = "" }, call) {
    const located = locateVpcAttachment(world, call, TransitGatewayAttachmentId);
    if (isRefusal(located)) return located;
    const view = { ...vpcAttachmentView(located.attachment), State: "deleting" as const };
    return { changes: deleteAttachment(world, located.attachment, call.now), output: { TransitGatewayVpcAttachment: view } };
  },
});

/** No gateway is shared, so no attachment ever waits for anybody. */
const refuseAnswer = (world: World, call: Call, id: string): Refusal => {
  const located = locateVpcAttachment(world, call, id);
  if (isRefusal(located)) return located;
  return refuse("IncorrectState", `${located.attachment.id} is in invalid state: ${located.attachment.state}`);
};

export const acceptTransitGatewayVpcAttachment = operation({
  name: "AcceptTransitGatewayVpcAttachment",
  run: (world, { TransitGatewayAttachmentId = "" }, call) => refuseAnswer(world, call, TransitGatewayAttachmentId),
});

export const rejectTransitGatewayVpcAttachment = operation({
  name: "RejectTransitGatewayVpcAttachment",
  run: (world, { TransitGatewayAttachmentId = "" }, call) => refuseAnswer(world, call, TransitGatewayAttachmentId),
});

const listing = {
  kind: "transit-gateway-attachment",
  ids: { parameter: "TransitGatewayAttachmentIds", alone: false },
  bounds: [5, 1000],
  only: ({ to }: TransitAttachment) => to.type === "vpc",
  filters: vpcAttachmentFilters,
  view: (_world: World, attachment: TransitAttachment) => vpcAttachmentView(attachment),
} as const;

export const describeTransitGatewayVpcAttachments = operation({
  name: "DescribeTransitGatewayVpcAttachments",
  run(world, { TransitGatewayAttachmentIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: TransitGatewayAttachmentIds });
    return isRefusal(page) ? page : { output: { TransitGatewayVpcAttachments: [...page.items], NextToken: page.next } };
  },
});
