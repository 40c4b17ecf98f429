import type { TrafficMirrorPortRangeRequest } from "@aws-sdk/client-ec2";
import { makeMirrorRule, rulesOf } from "../../model/traffic-mirror.ts";
import type { MirrorPorts, MirrorRule } from "../../model/traffic-mirror.ts";
import { listed, put, remove } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { cidrOf, formatCidr, parseCidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";
import type { Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { describe } from "./describe.ts";
import { locate } from "./lookup.ts";
import { invalidValue, oneOf, refuseOutside } from "./parameter.ts";
import { mirrorRuleFilters, mirrorRuleView } from "./views/traffic-mirror.ts";

type Rule = Omit<MirrorRule, "kind" | "id" | "filter" | "account" | "region" | "tags" | "created">;
type Fields = { -readonly [K in keyof Rule]?: Rule[K] };
type RuleInput = Pick<
  Input<"ModifyTrafficMirrorFilterRule">,
  | "TrafficDirection" | "RuleNumber" | "RuleAction" | "Protocol" | "SourceCidrBlock" | "DestinationCidrBlock"
  | "SourcePortRange" | "DestinationPortRange" | "Description"
>;

/** What an input says of a rule, each part checked by itself. */
function parseFields(input: RuleInput): Fields | Refusal {
  const wrong = refuseOutside("ruleNumber", input.RuleNumber, [1, 32766]) ?? refuseOutside("protocol", input.Protocol, [0, 255]);
  if (wrong) return wrong;
  const fields: Fields = {};
  if (input.RuleNumber !== undefined) fields.number = input.RuleNumber;
  if (input.Protocol !== undefined) fields.protocol = input.Protocol;
  if (input.Description !== undefined) fields.description = input.Description;
  if (input.TrafficDirection !== undefined) {
    const direction = oneOf("trafficDirection", input.TrafficDirection, ["ingress", "egress"]);
    if (isRefusal(direction)) return direction;
    fields.direction = direction;
  }
  if (input.RuleAction !== undefined) {
    const action = oneOf("ruleAction", input.RuleAction, ["accept", "reject"]);
    if (isRefusal(action)) return action;
    fields.action = action;
  }
  for (const [name, text] of [["source", input.SourceCidrBlock], ["destination", input.DestinationCidrBlock]] as const) {
    const cidr = text === undefined ? undefined : parseCidr(text);
    if (text !== undefined && !cidr) return invalidValue(`${name}CidrBlock`, text, "This is not a valid CIDR block.");
    if (cidr) fields[name] = formatCidr(cidr);
  }
  for (const [name, range] of [["sourcePorts", input.SourcePortRange], ["destinationPorts", input.DestinationPortRange]] as const) {
    const ports = range && parsePorts(range);
    if (isRefusal(ports)) return ports;
    if (ports) fields[name] = ports;
  }
  return fields;
}

function parsePorts({ FromPort: from = 0, ToPort: to = from }: TrafficMirrorPortRangeRequest): MirrorPorts | Refusal {
  const wrong = refuseOutside("fromPort", from, [0, 65535]) ?? refuseOutside("toPort", to, [0, 65535]);
  return wrong ?? (from > to ? invalidValue("toPort", to, "It is less than fromPort.") : { from, to });
}

const withPorts = [6, 17];

/** A rule whose parts go together, or what is missing of it. */
function completeRule({ direction, number, action, source, destination, ...rest }: Fields): Rule | Refusal {
  if (!direction || number === undefined || !action || source === undefined || destination === undefined) {
    return refuse("MissingParameter", "A rule has a direction, a number, an action, a source and a destination CIDR block.");
  }
  if (cidrOf(source).family !== cidrOf(destination).family) {
    return refuse("InvalidParameterCombination", "The source and destination CIDR blocks must be of the same family.");
  }
  if ((rest.sourcePorts ?? rest.destinationPorts) && !withPorts.includes(rest.protocol ?? -1)) {
    return refuse("InvalidParameterCombination", "Ports need the protocol TCP (6) or UDP (17).");
  }
  return { direction, number, action, source, destination, ...rest };
}

function refuseNumber(world: World, filter: string, rule: Rule, self?: string): Refusal | undefined {
  const clash = rulesOf(world, filter, rule.direction).some(({ number, id }) => number === rule.number && id !== self);
  return clash
    ? refuse("TrafficMirrorFilterRuleAlreadyExists", `The filter ${filter} has an ${rule.direction} rule with the number ${rule.number} already.`)
    : undefined;
}

export const createTrafficMirrorFilterRule = operation({
  name: "CreateTrafficMirrorFilterRule",
  run(world, { TrafficMirrorFilterId = "", TagSpecifications, ClientToken, ...input }, call) {
    const fields = parseFields(input);
    if (isRefusal(fields)) return fields;
    const rule = completeRule(fields);
    if (isRefusal(rule)) return rule;
    const tags = parseTagSpecifications(TagSpecifications, ["traffic-mirror-filter-rule"]);
    if (isRefusal(tags)) return tags;
    const filter = locate(world, call, "traffic-mirror-filter", TrafficMirrorFilterId);
    if (isRefusal(filter)) return filter;
    const clash = refuseNumber(world, filter.id, rule);
    if (clash) return clash;
    if (listed(world, "rulesOfMirrorFilter", filter.id).size >= limits.rulesPerMirrorFilter) {
      return refuse("TrafficMirrorFilterRuleLimitExceeded", `The maximum number of rules of ${filter.id} has been reached.`);
    }
    const made = makeMirrorRule(call, { ...rule, filter: filter.id }, tags["traffic-mirror-filter-rule"] ?? {});
    return { changes: [put(made)], output: { TrafficMirrorFilterRule: mirrorRuleView(world, made), ClientToken } };
  },
});

const removable = {
  "destination-port-range": "destinationPorts",
  "source-port-range": "sourcePorts",
  protocol: "protocol",
  description: "description",
} as const;

export const modifyTrafficMirrorFilterRule = operation({
  name: "ModifyTrafficMirrorFilterRule",
  run(world, { TrafficMirrorFilterRuleId = "", RemoveFields = [], ...input }, call) {
    const fields = parseFields(input);
    if (isRefusal(fields)) return fields;
    const strange = RemoveFields.find((field) => !Object.hasOwn(removable, field));
    if (strange !== undefined) return invalidValue("removeFields", strange);
    const former = locate(world, call, "traffic-mirror-filter-rule", TrafficMirrorFilterRuleId);
    if (isRefusal(former)) return former;
    const { kind, id, filter, account, region, tags, created, ...parts } = former;
    const kept: Fields = { ...parts };
    for (const field of RemoveFields) delete kept[removable[field]];
    const rule = completeRule({ ...kept, ...fields });
    if (isRefusal(rule)) return rule;
    const clash = refuseNumber(world, filter, rule, id);
    if (clash) return clash;
    const changed: MirrorRule = { kind, id, filter, account, region, tags, created, ...rule };
    const { Tags: _, ...view } = mirrorRuleView(world, changed);
    return { changes: [put(changed)], output: { TrafficMirrorFilterRule: view } };
  },
});

export const deleteTrafficMirrorFilterRule = operation({
  name: "DeleteTrafficMirrorFilterRule",
  run(world, { TrafficMirrorFilterRuleId = "" }, call) {
    const rule = locate(world, call, "traffic-mirror-filter-rule", TrafficMirrorFilterRuleId);
    return isRefusal(rule) ? rule : { changes: [remove(rule)], output: { TrafficMirrorFilterRuleId: rule.id } };
  },
});

const listing = {
  kind: "traffic-mirror-filter-rule",
  ids: { parameter: "TrafficMirrorFilterRuleIds", alone: false },
  bounds: [5, 1000],
  filters: mirrorRuleFilters,
  view: mirrorRuleView,
} as const;

export const describeTrafficMirrorFilterRules = operation({
  name: "DescribeTrafficMirrorFilterRules",
  run(world, { TrafficMirrorFilterRuleIds, TrafficMirrorFilterId, Filters = [], ...request }, call) {
    const filter = TrafficMirrorFilterId === undefined ? undefined : locate(world, call, "traffic-mirror-filter", TrafficMirrorFilterId);
    if (isRefusal(filter)) return filter;
    const ofFilter = filter ? [{ Name: "traffic-mirror-filter-id", Values: [filter.id] }] : [];
    const page = describe(listing, world, call, { ...request, Filters: [...Filters, ...ofFilter], ids: TrafficMirrorFilterRuleIds });
    return isRefusal(page) ? page : { output: { TrafficMirrorFilterRules: [...page.items], NextToken: page.next } };
  },
});
