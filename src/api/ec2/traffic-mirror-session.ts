import { makeMirrorSession } from "../../model/traffic-mirror.ts";
import type { MirrorSession } from "../../model/traffic-mirror.ts";
import { everywhere, list, listed, need, put, remove } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { describe } from "./describe.ts";
import { locate, locateOwnInterface } from "./lookup.ts";
import { invalidValue, missingParameter, refuseOutside } from "./parameter.ts";
import { mirrorSessionFilters, mirrorSessionView } from "./views/traffic-mirror.ts";

type Draft = Pick<MirrorSession, "interface" | "target" | "filter" | "number">;

interface Numbers {
  readonly SessionNumber?: number | undefined;
  readonly PacketLength?: number | undefined;
  readonly VirtualNetworkId?: number | undefined;
}

const refuseNumbers = ({ SessionNumber, PacketLength, VirtualNetworkId }: Numbers): Refusal | undefined =>
  refuseOutside("sessionNumber", SessionNumber, [1, 32766]) ??
  refuseOutside("packetLength", PacketLength, [1, 8500]) ??
  refuseOutside("virtualNetworkId", VirtualNetworkId, [1, 2 ** 24 - 1]);

export const createTrafficMirrorSession = operation({
  name: "CreateTrafficMirrorSession",
  run(world, input, call) {
    if (input.SessionNumber === undefined) return missingParameter("sessionNumber");
    const wrong = refuseNumbers(input);
    if (wrong) return wrong;
    const tags = parseTagSpecifications(input.TagSpecifications, ["traffic-mirror-session"]);
    if (isRefusal(tags)) return tags;
    const eni = locateOwnInterface(world, call, input.NetworkInterfaceId ?? "");
    if (isRefusal(eni)) return eni;
    const target = locate(world, call, "traffic-mirror-target", input.TrafficMirrorTargetId ?? "");
    if (isRefusal(target)) return target;
    const filter = locate(world, call, "traffic-mirror-filter", input.TrafficMirrorFilterId ?? "");
    if (isRefusal(filter)) return filter;
    const ends: Draft = { interface: eni.id, target: target.id, filter: filter.id, number: input.SessionNumber };
    const clash = refuseEnds(world, ends) ?? refuseCounts(world, call, ends);
    if (clash) return clash;
    const { PacketLength: length, Description: description, VirtualNetworkId, ClientToken } = input;
    const plan = {
      ...ends,
      network: VirtualNetworkId ?? freeNetwork(world, call),
      ...(length !== undefined && { length }),
      ...(description !== undefined && { description }),
    };
    const session = makeMirrorSession(call, plan, tags["traffic-mirror-session"] ?? {});
    return { changes: [put(session)], output: { TrafficMirrorSession: mirrorSessionView(world, session), ClientToken } };
  },
});

/** A VXLAN network identifier no session of this world has. */
function freeNetwork(world: World, call: Call): number {
  const taken = new Set(everywhere(world, "traffic-mirror-session").map(({ network }) => network));
  for (;;) {
    const network = Number.parseInt(call.random(3).slice(-6), 16);
    if (network > 0 && !taken.has(network)) return network;
  }
}

/** Refuses an interface that packets are copied to as a source, and a number that another session of it has. */
function refuseEnds(world: World, { interface: eni, number }: Draft, self?: string): Refusal | undefined {
  const targeted = everywhere(world, "traffic-mirror-target").some(({ to }) => to.type === "network-interface" && to.id === eni);
  if (targeted) return invalidValue("networkInterfaceId", eni, "A traffic mirror target can't be a traffic mirror source.");
  const sessions = listed(world, "mirrorSessionsOfInterface", eni);
  const same = sessions.find((session) => session.number === number && session.id !== self);
  return same && invalidValue("sessionNumber", number, `The session ${same.id} of ${eni} has it.`);
}

function refuseCounts(world: World, call: Call, { interface: eni, target }: Draft): Refusal | undefined {
  if (listed(world, "mirrorSessionsOfInterface", eni).size >= limits.mirrorSessionsPerInterface) {
    return refuse("TrafficMirrorSessionsPerInterfaceLimitExceeded", `The maximum number of traffic mirror sessions of ${eni} has been reached.`);
  }
  const full = refuseSources(world, target);
  if (full) return full;
  return list(world, call, "traffic-mirror-session").length >= call.quotas.mirrorSessions
    ? refuse("TrafficMirrorSessionLimitExceeded", "The maximum number of traffic mirror sessions has been reached.")
    : undefined;
}

/** Refuses one more source for an interface that packets of so many are copied to. */
function refuseSources(world: World, target: string): Refusal | undefined {
  const isInterface = need(world, "traffic-mirror-target", target).to.type === "network-interface";
  return isInterface && listed(world, "mirrorSessionsOfTarget", target).size >= limits.mirrorSourcesPerTarget
    ? refuse("TrafficMirrorSourcesPerTargetLimitExceeded", `The maximum number of sources of ${target} has been reached.`)
    : undefined;
}

/** Changes a session; never the interface whose packets it is about. */
export const modifyTrafficMirrorSession = operation({
  name: "ModifyTrafficMirrorSession",
  run(world, { TrafficMirrorSessionId = "", RemoveFields = [], ...input }, call) {
    const wrong = refuseNumbers(input);
    if (wrong) return wrong;
    const strange = RemoveFields.find((field: string) => !["packet-length", "description", "virtual-network-id"].includes(field));
    if (strange !== undefined) return invalidValue("removeFields", strange);
    const session = locate(world, call, "traffic-mirror-session", TrafficMirrorSessionId);
    if (isRefusal(session)) return session;
    const target = locate(world, call, "traffic-mirror-target", input.TrafficMirrorTargetId ?? session.target);
    if (isRefusal(target)) return target;
    const filter = locate(world, call, "traffic-mirror-filter", input.TrafficMirrorFilterId ?? session.filter);
    if (isRefusal(filter)) return filter;
    const { length: formerLength, description: formerDescription, ...rest } = session;
    const length = input.PacketLength ?? (RemoveFields.includes("packet-length") ? undefined : formerLength);
    const description = input.Description ?? (RemoveFields.includes("description") ? undefined : formerDescription);
    const network = RemoveFields.includes("virtual-network-id") ? freeNetwork(world, call) : session.network;
    const changed: MirrorSession = {
      ...rest,
      target: target.id,
      filter: filter.id,
      number: input.SessionNumber ?? session.number,
      network: input.VirtualNetworkId ?? network,
      ...(length !== undefined && { length }),
      ...(description !== undefined && { description }),
    };
    const clash = refuseEnds(world, changed, session.id) ?? (target.id === session.target ? undefined : refuseSources(world, target.id));
    if (clash) return clash;
    return { changes: [put(changed)], output: { TrafficMirrorSession: mirrorSessionView(world, changed) } };
  },
});

export const deleteTrafficMirrorSession = operation({
  name: "DeleteTrafficMirrorSession",
  run(world, { TrafficMirrorSessionId = "" }, call) {
    const session = locate(world, call, "traffic-mirror-session", TrafficMirrorSessionId);
    return isRefusal(session) ? session : { changes: [remove(session)], output: { TrafficMirrorSessionId: session.id } };
  },
});

const listing = {
  kind: "traffic-mirror-session",
  ids: { parameter: "TrafficMirrorSessionIds", alone: false },
  bounds: [5, 1000],
  filters: mirrorSessionFilters,
  view: mirrorSessionView,
} as const;

export const describeTrafficMirrorSessions = operation({
  name: "DescribeTrafficMirrorSessions",
  run(world, { TrafficMirrorSessionIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: TrafficMirrorSessionIds });
    return isRefusal(page) ? page : { output: { TrafficMirrorSessions: [...page.items], NextToken: page.next } };
  },
});
