import { acceptPeering, deletePeering, rejectPeering, stateOf } from "../../model/peering.ts";
import { isSide, otherSide, peeringsOf } from "../../model/peers.ts";
import type { PeeringSide, VpcPeeringConnection } from "../../model/resource.ts";
import { put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { locate } from "./lookup.ts";
import { refuseActivePeerings } from "./peering-quota.ts";
import { peeringView } from "./views/vpc-peering-connection.ts";

/** Makes a request a peering; it fails when the VPCs overlap by now. */
export const acceptVpcPeeringConnection = operation({
  name: "AcceptVpcPeeringConnection",
  run(world, { VpcPeeringConnectionId = "" }, call) {
    const request = locateRequest(world, call, VpcPeeringConnectionId, accepting);
    if (isRefusal(request)) return request;
    const { requester, accepter, id } = request;
    const twin = peeringsOf(world, requester.vpc).find(
      (one) => one.state === "active" && otherSide(one, requester.vpc).vpc === accepter.vpc,
    );
    if (twin) {
      return refuse("VpcPeeringConnectionAlreadyExists", `The vpc peering connection identified by ${id} already exists.`);
    }
    const over = refuseActivePeerings(world, requester.vpc, call) ?? refuseActivePeerings(world, accepter.vpc, call);
    if (over) return over;
    const accepted = acceptPeering(world, request, call.now);
    const shown = peeringView(world, accepted, call);
    // It is active by the time this is read, but clients expect to see it begin.
    const Status = accepted.state === "active" ? ({ Code: "provisioning", Message: "Provisioning" } as const) : shown.Status;
    return { changes: [put(accepted)], output: { VpcPeeringConnection: { ...shown, Status } } };
  },
});

export const rejectVpcPeeringConnection = operation({
  name: "RejectVpcPeeringConnection",
  run(world, { VpcPeeringConnectionId = "" }, call) {
    const request = locateRequest(world, call, VpcPeeringConnectionId, rejecting);
    return isRefusal(request) ? request : { changes: [put(rejectPeering(request, call.now))], output: { Return: true } };
  },
});

/** Ends a peering, which either side may, or takes a request back, which only who made it may. */
export const deleteVpcPeeringConnection = operation({
  name: "DeleteVpcPeeringConnection",
  run(world, { VpcPeeringConnectionId = "" }, call) {
    const peering = locate(world, call, "vpc-peering-connection", VpcPeeringConnectionId);
    if (isRefusal(peering)) return peering;
    const state = stateOf(peering, call.now);
    const wrong =
      state === "pending-acceptance"
        ? refuseStranger(peering, peering.requester, call, deleting)
        : state !== "active" && refuseTransition(peering, call, deleting);
    if (wrong) return wrong;
    return { changes: [put(deletePeering(peering, call.account, call.now))], output: { Return: true } };
  },
});

/** A step in Amazon's words. */
interface Step {
  readonly verb: string;
  /** What must be done in the region of the side that may. */
  readonly where: string;
  readonly state: string;
}
const accepting: Step = { verb: "accept", where: "accepted", state: "provisioning" };
const rejecting: Step = { verb: "reject", where: "accepted or rejected", state: "rejected" };
const deleting: Step = { verb: "delete", where: "deleted", state: "deleting" };

/** A request that the caller may answer. */
function locateRequest(world: World, call: Call, id: string, step: Step): VpcPeeringConnection | Refusal {
  const peering = locate(world, call, "vpc-peering-connection", id);
  if (isRefusal(peering)) return peering;
  const wrong =
    refuseStranger(peering, peering.accepter, call, step) ??
    (stateOf(peering, call.now) === "pending-acceptance" ? undefined : refuseTransition(peering, call, step));
  return wrong ?? peering;
}

/** Refuses what only one side may do. */
function refuseStranger(
  { id }: VpcPeeringConnection,
  side: PeeringSide,
  call: Call,
  { verb, where }: Step,
): Refusal | undefined {
  if (isSide(side, call)) return undefined;
  if (side.account !== call.account) return refuse("OperationNotPermitted", `User ${call.account} cannot ${verb} peering ${id}`);
  return refuse(
    "OperationNotPermitted",
    `Incorrect region (${call.region}) specified for this request. ` +
      `VPC peering connection ${id} must be ${where} in region ${side.region}`,
  );
}

const refuseTransition = (peering: VpcPeeringConnection, { now }: Call, { state }: Step): Refusal =>
  refuse(
    "InvalidStateTransition",
    `Invalid state transition for ${peering.id}, attempted to transition from ${stateOf(peering, now)} to ${state}`,
  );
