/** Endpoints from where their service's owner stands. */
import { Draft } from "../../model/draft.ts";
import { living } from "../../model/gone.ts";
import { connectionsOf } from "../../model/vpc-endpoint-service.ts";
import type { VpcEndpoint } from "../../model/vpc-endpoint.ts";
import { list, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import { operation } from "../operation.ts";
import type { Call, Output } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { locateLiving } from "./lookup.ts";
import { connectionFilters, connectionView } from "./views/endpoint-service.ts";

export const describeVpcEndpointConnections = operation({
  name: "DescribeVpcEndpointConnections",
  run(world, request, call) {
    const asked = parsePageRequest(request, [5, 1000], "endpoint connections");
    if (isRefusal(asked)) return asked;
    const passes = parseFilters(connectionFilters, request.Filters);
    if (isRefusal(passes)) return passes;
    const all = living(list(world, call, "vpc-endpoint-service")).flatMap((service) =>
      connectionsOf(world, service).map((endpoint) => connectionView(world, service, endpoint)),
    );
    const page = pageOf(all.filter(passes), ({ VpcEndpointId = "" }) => VpcEndpointId, asked, "endpoint connections");
    return { output: { VpcEndpointConnections: [...page.items], NextToken: page.next } };
  },
});

interface Answer {
  readonly ServiceId?: string | undefined;
  readonly VpcEndpointIds?: string[] | undefined;
}

/** Answers endpoints of a service, each for itself: those that can't be answered so are told of. */
function answer(
  world: World,
  call: Call,
  { ServiceId = "", VpcEndpointIds = [] }: Answer,
  next: "available" | "rejected",
): Refusal | { changes: Draft["changes"]; output: Output<"AcceptVpcEndpointConnections"> } {
  const service = locateLiving(world, call, "vpc-endpoint-service", ServiceId);
  if (isRefusal(service)) return service;
  const draft = new Draft(world);
  const Unsuccessful = [];
  for (const id of new Set(VpcEndpointIds)) {
    const endpoint = connectionsOf(draft.world, service).find((one) => one.id === id);
    const wrong = endpoint ? refuseAnswer(endpoint, next) : refuse("InvalidVpcEndpoint.NotFound", `The Vpc Endpoint Id '${id}' does not exist`);
    if (wrong) Unsuccessful.push({ ResourceId: id, Error: { Code: wrong.refused, Message: wrong.message } });
    else if (endpoint) draft.add(put({ ...endpoint, state: next }));
  }
  return { changes: draft.changes, output: { Unsuccessful } };
}

/** One that waits can be accepted, one that waits or was accepted can be rejected. */
const refuseAnswer = ({ id, state }: VpcEndpoint, next: "available" | "rejected"): Refusal | undefined =>
  state === "pendingAcceptance" || (state === "available" && next === "rejected")
    ? undefined
    : refuse("InvalidState", `The Vpc Endpoint ${id} is in the state ${state}.`);

export const acceptVpcEndpointConnections = operation({
  name: "AcceptVpcEndpointConnections",
  run: (world, input, call) => answer(world, call, input, "available"),
});

export const rejectVpcEndpointConnections = operation({
  name: "RejectVpcEndpointConnections",
  run: (world, input, call) => answer(world, call, input, "rejected"),
});
