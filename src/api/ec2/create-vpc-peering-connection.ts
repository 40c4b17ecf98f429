import type { Scope } from "../../model/birth.ts";
import { isAlive, requestPeering } from "../../model/peering.ts";
import { isSide, peeringsOf } from "../../model/peers.ts";
import type { PeeringSide, Vpc, VpcPeeringConnection } from "../../model/resource.ts";
import { put } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { locate, malformed } from "./lookup.ts";
import { refuseActivePeerings } from "./peering-quota.ts";
import { unserved } from "./served.ts";
import { peeringView } from "./views/vpc-peering-connection.ts";

/**
 * Asks for a peering with a VPC of any account and region. One that can't come to be is made all the same, and has
 * failed; a second request of one VPC to another is answered with the first.
 */
export const createVpcPeeringConnection = operation({
  name: "CreateVpcPeeringConnection",
  run(world, input, call) {
    const strange = unserved(input, ["VpcId", "PeerVpcId", "PeerOwnerId", "PeerRegion", "TagSpecifications"]);
    if (strange) return strange;
    const accepter = parseAccepter(input, call);
    if (isRefusal(accepter)) return accepter;
    const tags = parseTagSpecifications(input.TagSpecifications, ["vpc-peering-connection"]);
    if (isRefusal(tags)) return tags;
    const vpc = locate(world, call, "vpc", input.VpcId ?? "");
    if (isRefusal(vpc)) return vpc;
    const peer = isSide(accepter, call) ? locate(world, call, "vpc", accepter.vpc) : undefined;
    if (isRefusal(peer)) return peer;

    const alive = peeringsOf(world, vpc.id).filter((one) => isAlive(one, call.now));
    const same = alive.find((one) => one.requester.vpc === vpc.id && one.accepter.vpc === accepter.vpc);
    if (same) return { output: { VpcPeeringConnection: peeringView(world, same, call) } };
    const over = refuseOutstanding(vpc, alive, call) ?? refuseActivePeerings(world, vpc.id, call);
    if (over) return over;

    const peering = requestPeering(world, call, {
      requester: sideOf(vpc.id, call),
      accepter,
      tags: tags["vpc-peering-connection"] ?? {},
    });
    // Whether it fails is known by now, but clients expect to see it begin.
    const Status = { Code: "initiating-request", Message: `Initiating Request to ${accepter.account}` } as const;
    return { changes: [put(peering)], output: { VpcPeeringConnection: { ...peeringView(world, peering, call), Status } } };
  },
});

const sideOf = (vpc: Vpc["id"], { account, region }: Scope): PeeringSide => ({ vpc, account, region, dnsResolution: false });

function parseAccepter(input: Input<"CreateVpcPeeringConnection">, call: Call): PeeringSide | Refusal {
  const { PeerVpcId, PeerOwnerId: account = call.account, PeerRegion: region = call.region } = input;
  if (PeerVpcId === undefined) return refuse("MissingParameter", "The request must contain the parameter peerVpcId");
  const vpc = parseId("vpc", PeerVpcId);
  if (!vpc) return malformed("vpc", PeerVpcId);
  if (!/^\d{12}$/.test(account)) return invalid(account, "peerOwnerId", "This is not an account ID.");
  if (!/^[a-z]+(?:-[a-z]+)+-\d+$/.test(region)) return invalid(region, "peerRegion", "This is not a region.");
  return sideOf(vpc, { account, region });
}

const invalid = (value: string, parameter: string, why: string): Refusal =>
  refuse("InvalidParameterValue", `Value (${value}) for parameter ${parameter} is invalid. ${why}`);

function refuseOutstanding(vpc: Vpc, alive: readonly VpcPeeringConnection[], { quotas }: Call): Refusal | undefined {
  const asked = alive.filter((one) => one.state === "pending-acceptance" && one.requester.vpc === vpc.id);
  if (asked.length < quotas.pendingPeeringsPerVpc) return undefined;
  return refuse(
    "OutstandingVpcPeeringConnectionLimitExceeded",
    `The VPC '${vpc.id}' has met its maximum number of outstanding VPC peering connection requests: ` +
      String(quotas.pendingPeeringsPerVpc),
  );
}
