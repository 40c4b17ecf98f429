import type { PeeringConnectionOptionsRequest } from "@aws-sdk/client-ec2";
import { isSide } from "../../model/peers.ts";
import type { VpcPeeringConnection } from "../../model/resource.ts";
import { need, put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { locate } from "./lookup.ts";
import { unserved } from "./served.ts";
import { peeringOptionsView } from "./views/vpc-peering-connection.ts";

const sides = {
  requester: { member: "RequesterPeeringConnectionOptions", name: "Requester" },
  accepter: { member: "AccepterPeeringConnectionOptions", name: "Accepter" },
} as const;
type Side = keyof typeof sides;

/** Changes the options of one side of an active peering, or of both where both are the caller's. */
export const modifyVpcPeeringConnectionOptions = operation({
  name: "ModifyVpcPeeringConnectionOptions",
  run(world, input, call) {
    const given = (["accepter", "requester"] as const).filter((side) => input[sides[side].member] !== undefined);
    if (given.length === 0) {
      return refuse("MissingParameter", "The request must contain the options of the accepter or of the requester");
    }
    const strange = given.map((side) => refuseClassic(input[sides[side].member] ?? {})).find((refusal) => refusal);
    if (strange) return strange;
    const peering = locate(world, call, "vpc-peering-connection", input.VpcPeeringConnectionId ?? "");
    if (isRefusal(peering)) return peering;
    if (peering.state !== "active") {
      return refuse(
        "OperationNotPermitted",
        `Peering ${peering.id} is not active. Peering options can be added only to active peerings.`,
      );
    }
    const foreign = given.map((side) => refuseStranger(peering, side, call)).find((refusal) => refusal);
    if (foreign) return foreign;
    const changed = given.reduce((next, side) => withOptions(next, side, input[sides[side].member] ?? {}), peering);
    const opened = given.some((side) => changed[side].dnsResolution && !peering[side].dnsResolution);
    const named = [peering.requester, peering.accepter].every(({ vpc }) => need(world, "vpc", vpc).dnsHostnames);
    if (opened && !named) {
      return refuse(
        "InvalidVpcPeeringConnectionState.DnsHostnamesDisabled",
        "To enable DNS hostname resolution for the VPC peering connection, DNS hostname support must be enabled for the VPCs.",
      );
    }
    const output = Object.fromEntries(given.map((side) => [sides[side].member, peeringOptionsView(changed[side])]));
    return { changes: [put(changed)], output };
  },
});

/** There are no instances outside of VPCs that could be linked to one. */
function refuseClassic(options: PeeringConnectionOptionsRequest): Refusal | undefined {
  const wished = Object.entries(options).filter(([, value]) => value === true);
  return unserved(Object.fromEntries(wished), ["AllowDnsResolutionFromRemoteVpc"]);
}

/** Refuses to change the options of a side that is another's, or in another region. */
function refuseStranger(peering: VpcPeeringConnection, side: Side, call: Call): Refusal | undefined {
  if (isSide(peering[side], call)) return undefined;
  return refuse(
    "OperationNotPermitted",
    peering[side].account === call.account
      ? `${sides[side].name}'s VPC Peering connection options cannot be modified for a different region`
      : `User ${call.account} does not have permission to modify the ${side} side peering options`,
  );
}

const withOptions = (
  peering: VpcPeeringConnection,
  side: Side,
  { AllowDnsResolutionFromRemoteVpc: dnsResolution = peering[side].dnsResolution }: PeeringConnectionOptionsRequest,
): VpcPeeringConnection => ({ ...peering, [side]: { ...peering[side], dnsResolution } });
