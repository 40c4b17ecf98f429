import { Draft } from "../../model/draft.ts";
import { deleteInterface } from "../../model/network-interface.ts";
import type { Subnet } from "../../model/resource.ts";
import { deleteEndpoint, interfacesOfEndpoint, leaveTable, tablesOfEndpoint } from "../../model/vpc-endpoint.ts";
import type { VpcEndpoint } from "../../model/vpc-endpoint.ts";
import { need, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { describe } from "./describe.ts";
import { serviceOf } from "./endpoint-service-lookup.ts";
import { groupsFor, locateAll, locateLiving } from "./lookup.ts";
import { oneOf } from "./parameter.ts";
import { unserved } from "./served.ts";
import { endpointFilters, endpointView } from "./views/vpc-endpoint.ts";
import { joinSubnets, joinTables, locateSubnets, locateTables, openPolicy, refusePolicy, refusePrivateDns, subnetsOf } from "./vpc-endpoint-parts.ts";

const listing = {
  kind: "vpc-endpoint",
  ids: { parameter: "VpcEndpointIds", alone: false },
  bounds: [5, 1000],
  filters: endpointFilters,
  view: endpointView,
} as const;

export const describeVpcEndpoints = operation({
  name: "DescribeVpcEndpoints",
  run(world, { VpcEndpointIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: VpcEndpointIds });
    return isRefusal(page) ? page : { output: { VpcEndpoints: [...page.items], NextToken: page.next } };
  },
});

/** Deletes endpoints, each for itself: those that can't be are told of. */
export const deleteVpcEndpoints = operation({
  name: "DeleteVpcEndpoints",
  run(world, { VpcEndpointIds = [] }, call) {
    const draft = new Draft(world);
    const Unsuccessful = [];
    for (const id of new Set(VpcEndpointIds)) {
      const endpoint = locateDeletable(draft.world, call, id);
      if (isRefusal(endpoint)) Unsuccessful.push({ ResourceId: id, Error: { Code: endpoint.refused, Message: endpoint.message } });
      else draft.add(...deleteEndpoint(draft.world, endpoint, call.now));
    }
    return { changes: draft.changes, output: { Unsuccessful } };
  },
});

function locateDeletable(world: World, call: Call, id: string): VpcEndpoint | Refusal {
  const endpoint = locateLiving(world, call, "vpc-endpoint", id);
  if (isRefusal(endpoint)) return refuse("InvalidVpcEndpoint.NotFound", `The Vpc Endpoint Id '${id}' does not exist`);
  const routed = endpoint.type === "GatewayLoadBalancer" && tablesOfEndpoint(world, endpoint).length > 0;
  return routed ? refuse("InvalidParameter", "Endpoint must be removed from route table before deletion") : endpoint;
}

type ModifyInput = Input<"ModifyVpcEndpoint">;
const parts = {
  tables: ["AddRouteTableIds", "RemoveRouteTableIds"],
  subnets: ["AddSubnetIds", "RemoveSubnetIds"],
  groups: ["AddSecurityGroupIds", "RemoveSecurityGroupIds"],
} as const satisfies Readonly<Record<string, readonly (keyof ModifyInput)[]>>;

/** Changes what an endpoint is made of. What is added and there already stays, once. */
export const modifyVpcEndpoint = operation({
  name: "ModifyVpcEndpoint",
  run(world, input, call) {
    const own = ["VpcEndpointId", "ResetPolicy", "PolicyDocument", "IpAddressType", "DnsOptions", "PrivateDnsEnabled"];
    const strange = unserved(input, own.concat(Object.values(parts).flat()));
    if (strange) return strange;
    const options = parseOptions(input);
    if (isRefusal(options)) return options;
    const endpoint = locateLiving(world, call, "vpc-endpoint", input.VpcEndpointId ?? "");
    if (isRefusal(endpoint)) return endpoint;
    const wrong = refuseForType(endpoint, input);
    if (wrong) return wrong;
    const draft = new Draft(world);
    const changed = changeOptions(world, endpoint, input, options);
    if (isRefusal(changed)) return changed;
    draft.add(put(changed));
    const refused = changeTables(draft, call, changed, input) ?? changeGroups(draft, call, input) ?? changeSubnets(draft, call, input);
    return refused ?? { changes: draft.changes, output: { Return: true } };
  },
});

function refuseForType({ type, id }: VpcEndpoint, input: ModifyInput): Refusal | undefined {
  const given = (names: readonly (keyof ModifyInput)[]) => names.some((name) => Array.isArray(input[name]));
  const refusal = (what: string) => refuse("InvalidParameter", `${id} is of the type ${type}, which has no ${what}.`);
  if (given(parts.tables) && type !== "Gateway") return refusal("route tables");
  if (given(parts.subnets) && type !== "Interface") return refusal("subnets that change");
  if (given(parts.groups) && type !== "Interface") return refusal("security groups");
  return input.PrivateDnsEnabled === true && type !== "Interface" ? refusal("private DNS") : undefined;
}

function parseOptions(input: ModifyInput): Partial<Pick<VpcEndpoint, "dnsRecords">> | Refusal {
  const wrong = refusePolicy(input.PolicyDocument) ?? unserved(input.DnsOptions ?? {}, ["DnsRecordIpType"]);
  if (wrong) return wrong;
  if (input.PolicyDocument !== undefined && input.ResetPolicy === true) {
    return refuse("InvalidParameterCombination", "The request must contain at most one of policyDocument or resetPolicy");
  }
  if (input.IpAddressType !== undefined && input.IpAddressType !== "ipv4") {
    return refuse("UnsupportedOperation", "Endpoints with IPv6 addresses are not supported.");
  }
  const records = input.DnsOptions?.DnsRecordIpType;
  if (records === undefined) return {};
  const dnsRecords = oneOf("dnsRecordIpType", records, ["ipv4", "ipv6", "dualstack", "service-defined"]);
  return isRefusal(dnsRecords) ? dnsRecords : { dnsRecords };
}

function changeOptions(
  world: World,
  endpoint: VpcEndpoint,
  input: ModifyInput,
  options: Partial<Pick<VpcEndpoint, "dnsRecords">>,
): VpcEndpoint | Refusal {
  const privateDns = input.PrivateDnsEnabled ?? endpoint.privateDns;
  if (privateDns && !endpoint.privateDns) {
    const service = serviceOf(world, endpoint);
    const refused = service && refusePrivateDns(world, need(world, "vpc", endpoint.vpc), service, endpoint);
    if (refused) return refused;
  }
  const policy = input.ResetPolicy === true ? openPolicy : (input.PolicyDocument ?? endpoint.policy);
  return { ...endpoint, ...options, privateDns, ...(policy !== undefined && { policy }) };
}

function changeTables(draft: Draft, call: Call, endpoint: VpcEndpoint, { AddRouteTableIds = [], RemoveRouteTableIds = [] }: ModifyInput): Refusal | undefined {
  const removed = locateAll(draft.world, call, "route-table", RemoveRouteTableIds);
  if (isRefusal(removed)) return removed;
  draft.add(...removed.map((table) => put(leaveTable(table, endpoint))));
  const present = new Set<string>(tablesOfEndpoint(draft.world, endpoint).map(({ id }) => id));
  const added = AddRouteTableIds.filter((id) => !present.has(id));
  const tables = locateTables(draft.world, call, { id: endpoint.vpc }, added, endpoint.service);
  return isRefusal(tables) ? tables : joinTables(draft, call, endpoint, tables);
}

/** The endpoint as the draft has it by now. */
const current = ({ world }: Draft, { VpcEndpointId = "" }: ModifyInput): VpcEndpoint => need(world, "vpc-endpoint", VpcEndpointId);

function changeGroups(draft: Draft, call: Call, input: ModifyInput): Refusal | undefined {
  const { AddSecurityGroupIds: add = [], RemoveSecurityGroupIds: remove = [] } = input;
  if (add.length + remove.length === 0) return undefined;
  const endpoint = current(draft, input);
  const vpc = need(draft.world, "vpc", endpoint.vpc);
  const gone = remove.length > 0 ? locateAll(draft.world, call, "security-group", remove) : [];
  if (isRefusal(gone)) return gone;
  const wanted = [...new Set<string>([...endpoint.groups, ...add])].filter((id) => !gone.some((group) => group.id === id));
  if (wanted.length === 0) return refuse("InvalidParameter", `${endpoint.id} must keep at least one security group.`);
  const groups = groupsFor(draft.world, call, vpc, wanted);
  if (isRefusal(groups)) return groups;
  draft.add(put({ ...endpoint, groups }), ...interfacesOfEndpoint(draft.world, endpoint).map((eni) => put({ ...eni, groups })));
  return undefined;
}

function changeSubnets(draft: Draft, call: Call, input: ModifyInput): Refusal | undefined {
  const { AddSubnetIds: add = [], RemoveSubnetIds: remove = [] } = input;
  if (add.length + remove.length === 0) return undefined;
  const endpoint = current(draft, input);
  const gone = locateAll(draft.world, call, "subnet", remove);
  if (isRefusal(gone)) return gone;
  const kept: Subnet[] = subnetsOf(draft.world, endpoint).filter(({ id }) => !gone.some((subnet) => subnet.id === id));
  const added = locateSubnets(draft.world, call, { id: endpoint.vpc }, add.filter((id) => !kept.some((subnet) => subnet.id === id)), kept);
  if (isRefusal(added)) return added;
  const leaving = interfacesOfEndpoint(draft.world, endpoint).filter(({ subnet }) => gone.some(({ id }) => id === subnet));
  const next: VpcEndpoint = { ...endpoint, subnets: [...kept, ...added].map(({ id }) => id) };
  draft.add(...leaving.flatMap((eni) => deleteInterface(draft.world, eni)), put(next));
  return joinSubnets(draft, call, next, added);
}
