/** `attach`: what somebody else runs, behind a network interface of ours. */
import { dhcpOption, nameServersOf } from "../../model/dhcp-options.ts";
import { interfacesOf } from "../../model/network-interface.ts";
import type { Attached, NetworkInterface } from "../../model/resource.ts";
import { ipv4BlockOf, mtu, routerLinkLocal, routerOf } from "../../model/subnet.ts";
import { applyChanges, type Change, everywhere, need, put, type World } from "../../model/world.ts";
import { formatIp } from "../../values/ip.ts";
import { isRefusal, type Refusal, refuse } from "../../values/refuse.ts";
import { attachedImage, hostImage } from "../ec2/images.ts";
import { runInstances } from "../ec2/run-instances.ts";
import type { Call, Outcome } from "../operation.ts";
import type { AttachRequest } from "./attach-request.ts";

/** What `attach` answers: all that whoever looks after the workload must know of its network. */
export interface AttachAnswer {
  readonly instance: string;
  readonly interface: string;
  readonly device: string;
  readonly mac: string;
  readonly mtu: number;
  /** With the length of the subnet's prefix. */
  readonly addresses: readonly { readonly address: string; readonly gateway: string }[];
  readonly dns: { readonly nameservers: readonly string[]; readonly search: readonly string[] };
}

/** What is known of a network once it is found. */
export interface FoundNetwork extends Pick<Attached, "network" | "path" | "process"> {
  /** The devices in it; what is attached must not be called like any of them. */
  readonly devices: readonly string[];
}

/** Instances of this type may have as many addresses as one interface can show. */
const type = "m5.large";

/**
 * Makes the instance and the interface of a workload whose network has been found: like a launch, but that it runs
 * already and its processes are not ours.
 */
export function attach(world: World, request: AttachRequest, found: FoundNetwork, call: Call): Outcome<AttachAnswer> | Refusal {
  const { kind, name, by, device, mac, address, label } = request;
  if (found.devices.includes(device)) {
    return refuse("IncorrectState", `The network of ${kind} '${name}' has a device '${device}' already; another can be chosen.`);
  }
  if (mac !== undefined && everywhere(world, "network-interface").some((eni) => eni.mac === mac)) {
    return refuse("IncorrectState", `Another network interface has the hardware address ${mac}.`);
  }
  const launched = runInstances.run(world, {
    ImageId: hostImage(call),
    InstanceType: type,
    MinCount: 1,
    MaxCount: 1,
    SubnetId: request.subnet,
    ...(request.groups.length > 0 && { SecurityGroupIds: [...request.groups] }),
    ...(address !== undefined && { PrivateIpAddress: address }),
    ...(label !== undefined && { TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: label }] }] }),
  }, call);
  if (isRefusal(launched)) return launched;
  const { devices: _, ...where } = found;
  const attached: Attached = { kind, name, ...(by !== undefined && { by }), ...where };
  const changes = (launched.changes ?? []).map((change) => amend(change, attached, request, call));
  const made = launched.output.Instances?.[0]?.InstanceId ?? "";
  return { changes, output: answerOf(applyChanges(world, changes), made) };
}

/** A change of the launch, with what is different for a workload that runs already. */
function amend(change: Change, attached: Attached, { device, mac }: AttachRequest, call: Call): Change {
  if (!("put" in change)) return change;
  const resource = change.put;
  if (resource.kind === "instance") return put({ ...resource, image: attachedImage(call), state: "running", attached });
  if (resource.kind !== "network-interface" || !resource.attachment) return change;
  const description = resource.description || `Attached ${attached.kind} ${attached.name}`.slice(0, 255);
  return put({ ...resource, ...(mac !== undefined && { mac }), description, attachment: { ...resource.attachment, device } });
}

/** What an attached instance's network is, for whoever looks after the workload. */
function answerOf(world: World, id: string): AttachAnswer {
  const [eni] = interfacesOf(world, need(world, "instance", id));
  if (!eni) throw new Error(`${id} was attached without an interface`);
  const vpc = need(world, "vpc", eni.vpc);
  return {
    instance: id,
    interface: eni.id,
    device: eni.attachment?.device ?? "",
    mac: eni.mac,
    mtu,
    addresses: addressesIn(world, eni),
    dns: { nameservers: nameServersOf(world, vpc), search: dhcpOption(world, vpc, "domain-name").flatMap((names) => names.split(" ")) },
  };
}

function addressesIn(world: World, eni: NetworkInterface): AttachAnswer["addresses"] {
  const subnet = ipv4BlockOf(need(world, "subnet", eni.subnet));
  const gateway = formatIp(routerOf(subnet));
  return [
    ...eni.addresses.map((address) => ({ address: `${address}/${subnet.length}`, gateway })),
    ...eni.ipv6Addresses.map((address) => ({ address: `${address}/128`, gateway: formatIp(routerLinkLocal) })),
  ];
}
