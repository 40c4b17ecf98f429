import { Draft } from "../../model/draft.ts";
import { associateElasticIp, disassociateElasticIp, elasticIpsOf } from "../../model/elastic-ip.ts";
import { interfacesOf } from "../../model/network-interface.ts";
import { unpublish } from "../../model/public-address.ts";
import type { ElasticIp, NetworkInterface } from "../../model/resource.ts";
import { list, listed, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { formatIp } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseAddress } from "./addresses.ts";
import { interfaceWith, locateElasticIp, locatePublicIp } from "./elastic-ips.ts";
import { locate, locateOwnInterface, notYours } from "./lookup.ts";
import { republish } from "./public-addresses.ts";
import { unserved } from "./served.ts";

/**
 * Makes an elastic IP what an interface's private address is known by outside. It leaves the place it had, and takes
 * that of another elastic IP or of an address from the pool, unless AllowReassociation is false.
 */
export const associateAddress = operation({
  name: "AssociateAddress",
  run(world, input, call) {
    const strange = unserved(input, [
      "AllocationId",
      "PublicIp",
      "InstanceId",
      "NetworkInterfaceId",
      "PrivateIpAddress",
      "AllowReassociation",
    ]);
    if (strange) return strange;
    const elasticIp = locateElasticIp(world, call, input);
    if (isRefusal(elasticIp)) return elasticIp;
    if (interfaceWith(world, elasticIp)?.natGateway) return notYours;
    const eni = locateTarget(world, input, call);
    if (isRefusal(eni)) return eni;
    const address = privateAddressOf(eni, input.PrivateIpAddress);
    if (isRefusal(address)) return address;
    if (listed(world, "internetGatewaysOfVpc", eni.vpc).size === 0) {
      return refuse("Gateway.NotAttached", `Network ${eni.vpc} is not attached to any internet gateway`);
    }
    const { association } = elasticIp;
    if (association?.interface === eni.id && association.address === address) {
      return { output: { AssociationId: association.id } };
    }
    const [displaced] = elasticIpsOf(world, eni, new Set([address]));
    const kept = input.AllowReassociation === false ? (refuseMove(elasticIp.id, elasticIp) ?? refuseMove(eni.id, displaced)) : undefined;
    if (kept) return kept;
    const associated = associateElasticIp(call, elasticIp, { interface: eni.id, address });
    const published = eni.publicAddress !== undefined && address === eni.addresses[0];
    const draft = new Draft(world);
    if (displaced) draft.add(put(disassociateElasticIp(displaced)));
    if (published) draft.add(put(unpublish(eni)));
    draft.add(put(associated));
    draft.add(...republish(draft.world, elasticIp, call));
    return { changes: draft.changes, output: { AssociationId: associated.association.id } };
  },
});

const refuseMove = (what: string, elasticIp: ElasticIp | undefined): Refusal | undefined =>
  elasticIp?.association &&
  refuse("Resource.AlreadyAssociated", `resource ${what} is already associated with associate-id ${elasticIp.association.id}`);

/** The interface named, or the only one of the instance named. */
function locateTarget(
  world: World,
  { InstanceId, NetworkInterfaceId }: Input<"AssociateAddress">,
  call: Call,
): NetworkInterface | Refusal {
  if (InstanceId !== undefined && NetworkInterfaceId !== undefined) {
    return refuse("InvalidParameterCombination", "You may specify an instance ID or a network interface ID, but not both");
  }
  if (NetworkInterfaceId !== undefined) return locateOwnInterface(world, call, NetworkInterfaceId);
  if (InstanceId === undefined) {
    return refuse("MissingParameter", "Either an instance ID or a network interface ID must be specified");
  }
  const instance = locate(world, call, "instance", InstanceId);
  if (isRefusal(instance)) return instance;
  const [eni, another] = interfacesOf(world, instance);
  if (!eni) return refuse("IncorrectInstanceState", `The instance '${instance.id}' is terminated.`);
  return another
    ? refuse(
        "InvalidInstanceID",
        `There are multiple interfaces attached to instance '${instance.id}'. Please specify an interface ID for the operation instead.`,
      )
    : eni;
}

/** The private address named, else the primary one. */
function privateAddressOf(eni: NetworkInterface, text: string | undefined): string | Refusal {
  const ip = parseAddress(text ?? eni.addresses[0] ?? "", 4);
  if (isRefusal(ip)) return ip;
  const address = formatIp(ip);
  return eni.addresses.includes(address)
    ? address
    : refuse("InvalidParameterValue", `The private IP address ${address} is not assigned to interface ${eni.id}`);
}

/** Ends an association. By address it is no error that there is none. An address from the pool may take its place. */
export const disassociateAddress = operation({
  name: "DisassociateAddress",
  run(world, input, call) {
    const strange = unserved(input, ["AssociationId", "PublicIp"]);
    if (strange) return strange;
    const elasticIp = locateAssociated(world, input, call);
    if (isRefusal(elasticIp)) return elasticIp;
    const eni = interfaceWith(world, elasticIp);
    if (eni?.natGateway) return notYours;
    if (!eni) return { output: {} };
    const draft = new Draft(world);
    draft.add(put(disassociateElasticIp(elasticIp)));
    draft.add(...republish(draft.world, elasticIp, call));
    return { changes: draft.changes, output: {} };
  },
});

function locateAssociated(
  world: World,
  { AssociationId, PublicIp }: Input<"DisassociateAddress">,
  call: Call,
): ElasticIp | Refusal {
  if (AssociationId !== undefined && PublicIp !== undefined) {
    return refuse("InvalidParameterCombination", "You may specify public IP or association id, but not both in the same call");
  }
  if (PublicIp !== undefined) return locatePublicIp(world, call, PublicIp);
  if (AssociationId === undefined) return refuse("MissingParameter", "Either public IP or association id must be specified");
  return (
    list(world, call, "elastic-ip").find(({ association }) => association?.id === AssociationId) ??
    refuse("InvalidAssociationID.NotFound", `The association ID '${AssociationId}' does not exist`)
  );
}
