import type { NatGatewayAddress as NatGatewayAddressView } from "@aws-sdk/client-ec2";
import { addNatAddresses, dropNatAddresses } from "../../model/nat-gateway.ts";
import type { ElasticIp, NatGateway, NatGatewayAddress } from "../../model/resource.ts";
import { applyChanges, find, need } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { formatIp } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Outcome } from "../operation.ts";
import { parseAddress, parseWanted } from "./addresses.ts";
import type { Wanted } from "./addresses.ts";
import { claimForNat, locateFreeElasticIps, locateNatGatewayOf, parsePublished, refuseAddressCounts } from "./nat-gateways.ts";
import { unserved } from "./served.ts";
import { natAddressView } from "./views/nat-gateway.ts";

type Answer = { NatGatewayId: string; NatGatewayAddresses: NatGatewayAddressView[] };

const required = (parameter: string): Refusal =>
  refuse("MissingParameter", `The request must contain the parameter ${parameter}`);

/** Gives a public gateway more elastic IPs, each with a private address beside it. */
export const associateNatGatewayAddress = operation({
  name: "AssociateNatGatewayAddress",
  run(world, input, call) {
    const strange = unserved(input, ["NatGatewayId", "AllocationIds", "PrivateIpAddresses"]);
    if (strange) return strange;
    const { AllocationIds = [] } = input;
    if (AllocationIds.length === 0) return required("AllocationId");
    const wanted = parsePublished(input.PrivateIpAddresses, AllocationIds.length);
    if (isRefusal(wanted)) return wanted;
    const gateway = locateNatGatewayOf(world, call, input.NatGatewayId ?? "", "public");
    if (isRefusal(gateway)) return gateway;
    const elasticIps = locateFreeElasticIps(world, call, AllocationIds);
    return isRefusal(elasticIps) ? elasticIps : grow(world, gateway, wanted, elasticIps, call);
  },
});

/** Gives a private gateway more private addresses. */
export const assignPrivateNatGatewayAddress = operation({
  name: "AssignPrivateNatGatewayAddress",
  run(world, input, call) {
    const strange = unserved(input, ["NatGatewayId", "PrivateIpAddresses", "PrivateIpAddressCount"]);
    if (strange) return strange;
    const { PrivateIpAddresses = [], PrivateIpAddressCount } = input;
    if (PrivateIpAddresses.length === 0 && PrivateIpAddressCount === undefined) return required("PrivateIpAddress");
    const wanted = parseWanted(PrivateIpAddresses, PrivateIpAddressCount, 4);
    if (isRefusal(wanted)) return wanted;
    const gateway = locateNatGatewayOf(world, call, input.NatGatewayId ?? "", "private");
    return isRefusal(gateway) ? gateway : grow(world, gateway, wanted, [], call);
  },
});

function grow(
  world: World,
  gateway: NatGateway,
  wanted: Wanted,
  elasticIps: readonly ElasticIp[],
  call: Call,
): Refusal | Outcome<Answer> {
  const count = gateway.addresses.length + wanted.fixed.length + wanted.count;
  const tooMany = refuseAddressCounts(call, count, gateway.connectivity === "public" ? count : 0);
  if (tooMany) return tooMany;
  const added = claimForNat(world, need(world, "subnet", gateway.subnet), wanted);
  if (isRefusal(added)) return added;
  const grown = addNatAddresses(world, call, gateway, added, elasticIps);
  const fresh = grown.gateway.addresses.slice(gateway.addresses.length);
  return { changes: grown.changes, output: answer(applyChanges(world, grown.changes), grown.gateway, fresh) };
}

const answer = (world: World, gateway: NatGateway, addresses: readonly NatGatewayAddress[]): Answer => ({
  NatGatewayId: gateway.id,
  NatGatewayAddresses: addresses.map((address) => natAddressView(world, gateway, address)),
});

/** Takes elastic IPs from a public gateway, and the private addresses beside them: any but the primary one. */
export const disassociateNatGatewayAddress = operation({
  name: "DisassociateNatGatewayAddress",
  run(world, input, call) {
    const strange = unserved(input, ["NatGatewayId", "AssociationIds", "MaxDrainDurationSeconds"]);
    if (strange) return strange;
    const { AssociationIds = [] } = input;
    const wrong = AssociationIds.length === 0 ? required("AssociationId") : refuseDrain(input.MaxDrainDurationSeconds);
    if (wrong) return wrong;
    const gateway = locateNatGatewayOf(world, call, input.NatGatewayId ?? "", "public");
    if (isRefusal(gateway)) return gateway;
    const associationOf = ({ allocation }: NatGatewayAddress): string | undefined =>
      allocation && find(world, "elastic-ip", allocation)?.association?.id;
    const unknown = AssociationIds.find((id) => !gateway.addresses.some((address) => associationOf(address) === id));
    if (unknown !== undefined) {
      return refuse("InvalidAssociationID.NotFound", `The association ID '${unknown}' does not exist`);
    }
    return shrink(world, gateway, (address) => AssociationIds.includes(associationOf(address) ?? ""));
  },
});

/** Takes private addresses from a private gateway: any but the primary one. */
export const unassignPrivateNatGatewayAddress = operation({
  name: "UnassignPrivateNatGatewayAddress",
  run(world, input, call) {
    const strange = unserved(input, ["NatGatewayId", "PrivateIpAddresses", "MaxDrainDurationSeconds"]);
    if (strange) return strange;
    const { PrivateIpAddresses = [] } = input;
    const wrong = PrivateIpAddresses.length === 0 ? required("PrivateIpAddress") : refuseDrain(input.MaxDrainDurationSeconds);
    if (wrong) return wrong;
    const gone = new Set<string>();
    for (const text of PrivateIpAddresses) {
      const ip = parseAddress(text, 4);
      if (isRefusal(ip)) return ip;
      gone.add(formatIp(ip));
    }
    const gateway = locateNatGatewayOf(world, call, input.NatGatewayId ?? "", "private");
    if (isRefusal(gateway)) return gateway;
    const unknown = [...gone].find((text) => !gateway.addresses.some(({ address }) => address === text));
    if (unknown !== undefined) {
      return refuse("InvalidParameterValue", `The address ${unknown} is not assigned to the NAT gateway ${gateway.id}`);
    }
    return shrink(world, gateway, ({ address }) => gone.has(address));
  },
});

function shrink(
  world: World,
  gateway: NatGateway,
  goes: (address: NatGatewayAddress) => boolean,
): Refusal | Outcome<Answer> {
  const [primary, ...secondary] = gateway.addresses;
  if (goes(primary)) {
    return refuse("OperationNotPermitted", `The primary address ${primary.address} of the NAT gateway ${gateway.id} cannot be taken away`);
  }
  const gone = secondary.filter(goes);
  const changes = dropNatAddresses(world, gateway, new Set(gone.map(({ address }) => address)));
  return { changes, output: answer(world, gateway, gone) };
}

const [shortestDrain, longestDrain] = [1, 4000];

/** Refuses a time to drain that Amazon would; addresses go at once all the same. */
const refuseDrain = (seconds: number | undefined): Refusal | undefined =>
  seconds === undefined || (Number.isInteger(seconds) && seconds >= shortestDrain && seconds <= longestDrain)
    ? undefined
    : refuse("InvalidParameterValue", `Value (${seconds}) for parameter maxDrainDurationSeconds is invalid.`);
