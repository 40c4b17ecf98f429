import type { NetworkInsightsPath as PathView, PathFilter, PathRequestFilter } from "@aws-sdk/client-ec2";
import { makeInsightsPath } from "../../model/network-insights-path.ts";
import type { InsightsFilter, InsightsPath, InsightsPlan, InsightsPorts } from "../../model/network-insights-path.ts";
import { put, remove } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { kindOfId } from "../../values/id.ts";
import { formatIp, parseIp } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseTagSpecifications, tagList } from "../tags.ts";
import { describe } from "./describe.ts";
import { locate } from "./lookup.ts";
import { invalidValue, missingParameter, oneOf, refuseOutside } from "./parameter.ts";
import { arnOf } from "./views/arn.ts";

/** What a path can lead from and to. */
const ends = [
  "instance",
  "internet-gateway",
  "network-interface",
  "transit-gateway",
  "transit-gateway-attachment",
  "vpc-endpoint",
  "vpc-endpoint-service",
  "vpc-peering-connection",
  "vpn-gateway",
] as const;

/** The identifier of an end, given as such or in an ARN. */
function locateEnd(world: World, call: Call, parameter: string, text: string): { readonly id: string } | Refusal {
  const id = text.startsWith("arn:") ? (text.split("/")[1] ?? "") : text;
  const kind = ends.find((candidate) => candidate === kindOfId(id));
  if (!kind) return invalidValue(parameter, text, "A path leads from and to instances, network interfaces and gateways.");
  return locate(world, call, kind, id);
}

function parseAddress(parameter: string, text: string | undefined): { readonly ip?: string } | Refusal {
  const ip = text === undefined ? undefined : parseIp(text);
  if (text !== undefined && ip?.family !== 4) return invalidValue(parameter, text, "This is not a valid IPv4 address.");
  return ip ? { ip: formatIp(ip) } : {};
}

function parsePorts(range: PathRequestFilter["SourcePortRange"]): { readonly ports?: InsightsPorts } | Refusal {
  if (!range) return {};
  const { FromPort: from = 0, ToPort: to = from } = range;
  const wrong = refuseOutside("fromPort", from, [0, 65535]) ?? refuseOutside("toPort", to, [from, 65535]);
  return wrong ?? { ports: { from, to } };
}

function parseFilter(given: PathRequestFilter | undefined): { readonly filter?: InsightsFilter } | Refusal {
  if (!given) return {};
  const source = parseAddress("sourceAddress", given.SourceAddress);
  if (isRefusal(source)) return source;
  const destination = parseAddress("destinationAddress", given.DestinationAddress);
  if (isRefusal(destination)) return destination;
  const sourcePorts = parsePorts(given.SourcePortRange);
  if (isRefusal(sourcePorts)) return sourcePorts;
  const destinationPorts = parsePorts(given.DestinationPortRange);
  if (isRefusal(destinationPorts)) return destinationPorts;
  const filter = {
    ...(source.ip !== undefined && { source: source.ip }),
    ...(destination.ip !== undefined && { destination: destination.ip }),
    ...(sourcePorts.ports && { sourcePorts: sourcePorts.ports }),
    ...(destinationPorts.ports && { destinationPorts: destinationPorts.ports }),
  };
  return { filter };
}

type Unlocated = Omit<InsightsPlan, "source" | "destination">;

function parsePlan(input: Input<"CreateNetworkInsightsPath">): Unlocated | Refusal {
  const protocol = oneOf("protocol", input.Protocol ?? "", ["tcp", "udp"]);
  if (isRefusal(protocol)) return protocol;
  const { FilterAtSource, FilterAtDestination, SourceIp, DestinationIp, DestinationPort } = input;
  if (FilterAtSource && (SourceIp ?? DestinationPort) !== undefined) {
    return refuse("InvalidParameterCombination", "filterAtSource can't be given together with sourceIp or destinationPort");
  }
  if (FilterAtDestination && DestinationIp !== undefined) {
    return refuse("InvalidParameterCombination", "filterAtDestination can't be given together with destinationIp");
  }
  const wrong = refuseOutside("destinationPort", DestinationPort, [0, 65535]);
  if (wrong) return wrong;
  const source = parseAddress("sourceIp", SourceIp);
  if (isRefusal(source)) return source;
  const destination = parseAddress("destinationIp", DestinationIp);
  if (isRefusal(destination)) return destination;
  const atSource = parseFilter(FilterAtSource);
  if (isRefusal(atSource)) return atSource;
  const atDestination = parseFilter(FilterAtDestination);
  if (isRefusal(atDestination)) return atDestination;
  return {
    protocol,
    ...(DestinationPort !== undefined && { port: DestinationPort }),
    ...(source.ip !== undefined && { sourceIp: source.ip }),
    ...(destination.ip !== undefined && { destinationIp: destination.ip }),
    ...(atSource.filter && { atSource: atSource.filter }),
    ...(atDestination.filter && { atDestination: atDestination.filter }),
  };
}

/** Stores the question whether one thing can reach another; 'bailey explain' answers such questions. */
export const createNetworkInsightsPath = operation({
  name: "CreateNetworkInsightsPath",
  run(world, input, call) {
    const plan = parsePlan(input);
    if (isRefusal(plan)) return plan;
    const tags = parseTagSpecifications(input.TagSpecifications, ["network-insights-path"]);
    if (isRefusal(tags)) return tags;
    if (input.Source === undefined) return missingParameter("source");
    const source = locateEnd(world, call, "source", input.Source);
    if (isRefusal(source)) return source;
    const destination = input.Destination === undefined ? undefined : locateEnd(world, call, "destination", input.Destination);
    if (isRefusal(destination)) return destination;
    if (!destination && plan.destinationIp === undefined && plan.atSource?.destination === undefined) return missingParameter("destination");
    const path = makeInsightsPath(
      call,
      { ...plan, source: source.id, ...(destination && { destination: destination.id }) },
      tags["network-insights-path"] ?? {},
    );
    return { changes: [put(path)], output: { NetworkInsightsPath: pathView(world, path) } };
  },
});

export const deleteNetworkInsightsPath = operation({
  name: "DeleteNetworkInsightsPath",
  run(world, { NetworkInsightsPathId = "" }, call) {
    const path = locate(world, call, "network-insights-path", NetworkInsightsPathId);
    return isRefusal(path) ? path : { changes: [remove(path)], output: { NetworkInsightsPathId: path.id } };
  },
});

const portsView = (ports: InsightsPorts | undefined) => ports && { FromPort: ports.from, ToPort: ports.to };
const filterView = (filter: InsightsFilter | undefined): PathFilter | undefined =>
  filter && {
    SourceAddress: filter.source,
    SourcePortRange: portsView(filter.sourcePorts),
    DestinationAddress: filter.destination,
    DestinationPortRange: portsView(filter.destinationPorts),
  };
const endArn = (path: InsightsPath, id: string | undefined): string | undefined => id && arnOf(path, kindOfId(id) ?? "", id);

const pathView = (_world: World, path: InsightsPath): PathView => ({
  NetworkInsightsPathId: path.id,
  NetworkInsightsPathArn: arnOf(path, "network-insights-path", path.id),
  CreatedDate: new Date(path.created),
  Source: path.source,
  SourceArn: endArn(path, path.source),
  Destination: path.destination,
  DestinationArn: endArn(path, path.destination),
  SourceIp: path.sourceIp,
  DestinationIp: path.destinationIp,
  Protocol: path.protocol,
  DestinationPort: path.port,
  FilterAtSource: filterView(path.atSource),
  FilterAtDestination: filterView(path.atDestination),
  Tags: tagList(path.tags),
});

const rangeText = (range: PathFilter["SourcePortRange"]): string | undefined => range && `${range.FromPort}-${range.ToPort}`;
const filtersOf = (name: string, filter: (path: PathView) => PathFilter | undefined): Filters<PathView> => ({
  [`${name}.destination-address`]: (path) => [filter(path)?.DestinationAddress],
  [`${name}.destination-port-range`]: (path) => [rangeText(filter(path)?.DestinationPortRange)],
  [`${name}.source-address`]: (path) => [filter(path)?.SourceAddress],
  [`${name}.source-port-range`]: (path) => [rangeText(filter(path)?.SourcePortRange)],
});

const filters: Filters<PathView> = {
  destination: (path) => [path.Destination],
  protocol: (path) => [path.Protocol],
  source: (path) => [path.Source],
  ...filtersOf("filter-at-source", ({ FilterAtSource }) => FilterAtSource),
  ...filtersOf("filter-at-destination", ({ FilterAtDestination }) => FilterAtDestination),
};

const listing = {
  kind: "network-insights-path",
  ids: { parameter: "NetworkInsightsPathIds", alone: false },
  bounds: [1, 100],
  filters,
  view: pathView,
} as const;

export const describeNetworkInsightsPaths = operation({
  name: "DescribeNetworkInsightsPaths",
  run(world, { NetworkInsightsPathIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: NetworkInsightsPathIds });
    return isRefusal(page) ? page : { output: { NetworkInsightsPaths: [...page.items], NextToken: page.next } };
  },
});
