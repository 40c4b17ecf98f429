import type { EbsBlockDevice, InstanceNetworkInterfaceSpecification } from "@aws-sdk/client-ec2";
import { managerOf } from "../../model/network-interface.ts";
import type { InterfacePlan } from "../../model/network-interface.ts";
import type { LaunchPlan } from "../../model/instance.ts";
import type { ConnectionTracking, Instance, NetworkInterface, Subnet, Wishes } from "../../model/resource.ts";
import { list, need } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { fromBase64 } from "../../values/base64.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { limits } from "../limits.ts";
import type { Call, Input } from "../operation.ts";
import { parseAddresses } from "./addresses.ts";
import type { WantedAddresses } from "./addresses.ts";
import { parseConnectionTracking } from "./connection-tracking.ts";
import { refuseGroupCount } from "./create-network-interface.ts";
import type { InstanceTypeFacts } from "./instance-types.ts";
import { defaultVpc, groupOf, groupsFor, locate } from "./lookup.ts";
import { largestInteger, oneOf, refuseOutside } from "./parameter.ts";
import { parseNameType, parsePrivateNames } from "./private-names.ts";
import { unserved } from "./served.ts";
import { zonesOf } from "../../model/zone.ts";

type RunInput = Input<"RunInstances">;

const combination = (message: string): Refusal => refuse("InvalidParameterCombination", message);
const invalid = (message: string): Refusal => refuse("InvalidParameterValue", message);

/** How many instances a launch makes: at least `least`, else none; at most `most`. */
export function parseCounts({ MinCount: least = 1, MaxCount: most = 1 }: RunInput): { least: number; most: number } | Refusal {
  if (least < 1) return invalid(`Value (${least}) for parameter minCount is invalid. Minimum value is 1.`);
  if (most < least) return combination(`MaxCount (${most}) may not be less than MinCount (${least})`);
  return refuseOutside("maxCount", most, [1, largestInteger]) ?? { least, most };
}

/** User data as it is kept: base64 of at most 16 KiB, without line breaks. */
export function parseUserData(text: string | undefined): { userData?: string } | Refusal {
  if (text === undefined || text === "") return {};
  const packed = text.replace(/\s/g, "");
  const bytes = fromBase64(packed);
  if (!bytes) return invalid("Invalid BASE64 encoding of user data.");
  return bytes.length > limits.userDataBytes
    ? invalid(`User data is limited to ${limits.userDataBytes} bytes`)
    : { userData: packed };
}

export function parseShutdownBehavior(text = "stop"): Instance["shutdownBehavior"] | Refusal {
  if (text === "stop" || text === "terminate") return text;
  return invalid(`Value (${text}) for parameter instanceInitiatedShutdownBehavior is invalid.`);
}

/** What is asked for that changes nothing here. */
export function parseWishes(input: RunInput): Wishes | Refusal {
  const { CpuCredits: credits } = input.CreditSpecification ?? {};
  if (credits !== undefined && credits !== "standard" && credits !== "unlimited") {
    return invalid(`Value (${credits}) for parameter cpuCredits is invalid.`);
  }
  const nameType = parseNameType(input.PrivateDnsNameOptions?.HostnameType);
  if (isRefusal(nameType)) return nameType;
  if (input.HibernationOptions?.Configured === true) {
    return refuse("UnsupportedOperation", "Hibernation is not supported.");
  }
  const tenancy = oneOf("tenancy", input.Placement?.Tenancy ?? "default", ["default", "dedicated", "host"]);
  if (isRefusal(tenancy)) return tenancy;
  if (tenancy === "host") return refuse("UnsupportedOperation", "Dedicated hosts are not supported.");
  const recovery = oneOf("autoRecovery", input.MaintenanceOptions?.AutoRecovery ?? "default", ["default", "disabled"]);
  if (isRefusal(recovery)) return recovery;
  return {
    ...(input.EbsOptimized !== undefined && { ebsOptimized: input.EbsOptimized }),
    ...(input.Monitoring?.Enabled !== undefined && { monitoring: input.Monitoring.Enabled }),
    ...(credits !== undefined && { credits }),
    ...(tenancy === "dedicated" && { tenancy }),
    ...(recovery === "disabled" && { autoRecovery: recovery }),
  };
}

const volumeTypes = ["standard", "io1", "io2", "gp2", "gp3", "sc1", "st1"] as const;

/** Refuses numbers no volume has, and a type there is none of. */
function refuseVolume({ VolumeType, ...volume }: EbsBlockDevice): Refusal | undefined {
  const type = oneOf("volumeType", VolumeType ?? "gp3", volumeTypes);
  if (isRefusal(type)) return type;
  return (
    refuseOutside("volumeSize", volume.VolumeSize, [1, 65536]) ??
    refuseOutside("iops", volume.Iops, [100, 256000]) ??
    refuseOutside("throughput", volume.Throughput, [125, 2000]) ??
    refuseOutside("volumeInitializationRate", volume.VolumeInitializationRate, [100, 300]) ??
    refuseOutside("ebsCardIndex", volume.EbsCardIndex, [0, 0])
  );
}

/** The names under which an image's own device is spoken of, whose size the image says. */
const rootDevices: ReadonlySet<string | undefined> = new Set(["/dev/xvda", "/dev/sda1"]);

/** Refuses block devices that nobody could make. None is made here. */
export function refuseBlockDevices({ BlockDeviceMappings = [] }: RunInput): Refusal | undefined {
  for (const { DeviceName, Ebs, NoDevice, VirtualName } of BlockDeviceMappings) {
    if (NoDevice !== undefined && NoDevice !== "") return refuse("InvalidRequest", "The request received was invalid");
    if (NoDevice !== undefined || VirtualName !== undefined) continue;
    if (!Ebs) return refuse("MissingParameter", "The request must contain the parameter ebs");
    const wrong = refuseVolume(Ebs);
    if (wrong) return wrong;
    if (Ebs.VolumeSize === undefined && Ebs.SnapshotId === undefined && !rootDevices.has(DeviceName)) {
      return refuse("MissingParameter", "The request must contain the parameter size or snapshotId");
    }
  }
  return undefined;
}

/** How the instances' names are made: as is said, else as in the subnet they go to. */
export function launchNames({ PrivateDnsNameOptions: asked }: RunInput, { privateNames }: Subnet): Pick<LaunchPlan, "privateNames"> | Refusal {
  const names = asked ? parsePrivateNames(asked, privateNames) : privateNames;
  return isRefusal(names) ? names : { ...(names && { privateNames: names }) };
}

/** A slot of the instances to be: its interface exists already, or is made like this in a subnet. */
export type Slot = {
  readonly deviceIndex: number;
  readonly deleteOnTermination: boolean;
} & (
  | { readonly existing: string }
  | {
      readonly spec: InstanceNetworkInterfaceSpecification;
      readonly wanted: WantedAddresses;
      readonly connectionTracking: ConnectionTracking | undefined;
      /** Undefined: nothing was said, so the subnet decides. */
      readonly publicIp: boolean | undefined;
    }
);

/** Reads the interfaces of a launch, by device index; an input that lists none describes the primary one at its top level. */
export function parseSlots(input: RunInput, most: number): Slot[] | Refusal {
  const specs = input.NetworkInterfaces?.length ? input.NetworkInterfaces : [topLevelSpec(input)];
  const mixed = input.NetworkInterfaces?.length ? refuseTopLevel(input) : undefined;
  if (mixed) return mixed;
  const slots: Slot[] = [];
  for (const spec of specs) {
    const slot = parseSlot(spec, most);
    if (isRefusal(slot)) return slot;
    if (specs.length > 1 && spec.AssociatePublicIpAddress !== undefined) {
      return combination("The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces");
    }
    if (slots.some((other) => other.deviceIndex === slot.deviceIndex)) {
      return invalid(`More than one network interface has device index ${slot.deviceIndex}.`);
    }
    if ("existing" in slot && slots.some((other) => "existing" in other && other.existing === slot.existing)) {
      return invalid(`The network interface ${slot.existing} may not be specified more than once.`);
    }
    slots.push(slot);
  }
  const sorted = slots.toSorted((a, b) => a.deviceIndex - b.deviceIndex);
  return sorted[0]?.deviceIndex === 0 ? sorted : combination("A network interface with device index 0 must be specified.");
}

const topLevelSpec = (input: RunInput): InstanceNetworkInterfaceSpecification => ({
  DeviceIndex: 0,
  SubnetId: input.SubnetId,
  Groups: input.SecurityGroupIds,
  PrivateIpAddress: input.PrivateIpAddress,
  Ipv6Addresses: input.Ipv6Addresses,
  Ipv6AddressCount: input.Ipv6AddressCount,
});

function refuseTopLevel(input: RunInput): Refusal | undefined {
  const clash = (
    [
      ["subnet ID", input.SubnetId],
      ["security groups", input.SecurityGroupIds ?? input.SecurityGroups],
      ["private address", input.PrivateIpAddress],
      ["IPv6 addresses", input.Ipv6Addresses ?? input.Ipv6AddressCount],
    ] as const
  ).find(([, value]) => value !== undefined);
  return clash && combination(`Network interfaces and an instance-level ${clash[0]} may not be specified on the same request`);
}

const servedOfSlot = [
  "DeviceIndex",
  "NetworkInterfaceId",
  "DeleteOnTermination",
  "SubnetId",
  "Groups",
  "Description",
  "PrivateIpAddress",
  "PrivateIpAddresses",
  "SecondaryPrivateIpAddressCount",
  "Ipv6Addresses",
  "Ipv6AddressCount",
  "Ipv4Prefixes",
  "Ipv4PrefixCount",
  "Ipv6Prefixes",
  "Ipv6PrefixCount",
  "ConnectionTrackingSpecification",
  "AssociatePublicIpAddress",
  "InterfaceType",
] as const;

function parseSlot(spec: InstanceNetworkInterfaceSpecification, most: number): Slot | Refusal {
  const { DeviceIndex: deviceIndex = 0, NetworkInterfaceId: existing, DeleteOnTermination, AssociatePublicIpAddress: publicIp } = spec;
  const strange = unserved(spec, servedOfSlot);
  if (strange) return strange;
  if (spec.InterfaceType !== undefined && spec.InterfaceType !== "interface") {
    return refuse("UnsupportedOperation", `The interface type ${spec.InterfaceType} is not supported.`);
  }
  const outside = refuseOutside("deviceIndex", deviceIndex, [0, largestInteger]);
  if (outside) return outside;
  const connectionTracking = parseConnectionTracking(spec.ConnectionTrackingSpecification);
  if (isRefusal(connectionTracking)) return connectionTracking;
  if (existing !== undefined) {
    if (connectionTracking) return combination("Connection tracking may not be specified for an existing network interface");
    if (publicIp !== undefined) return combination("A network interface and associatePublicIpAddress may not be specified together");
    if (most > 1) return combination("A network interface may not be specified when launching more than one instance");
    return { deviceIndex, deleteOnTermination: DeleteOnTermination ?? false, existing };
  }
  const wanted = parseAddresses(spec);
  if (isRefusal(wanted)) return wanted;
  const { primary, secondary, ipv6, prefixes, ipv6Prefixes } = wanted;
  const fixed = primary !== undefined || [secondary, ipv6, prefixes, ipv6Prefixes].some((each) => each && each.fixed.length > 0);
  if (most > 1 && fixed) return combination("Addresses may not be specified when launching more than one instance");
  return { deviceIndex, deleteOnTermination: DeleteOnTermination ?? true, spec, wanted, connectionTracking, publicIp };
}

/** A slot with everything it names found. */
export type Found = Pick<Slot, "deviceIndex" | "deleteOnTermination"> & { readonly subnet: Subnet } & (
    | { readonly eni: NetworkInterface }
    | ({ readonly wanted: WantedAddresses; readonly publicIp: boolean } & Pick<
        InterfacePlan,
        "groups" | "description" | "connectionTracking"
      >)
  );

/** Finds what the slots name. All must lie in one zone: the one asked for, if any. */
export function findSlots(
  world: World,
  input: RunInput,
  slots: readonly Slot[],
  type: InstanceTypeFacts,
  call: Call,
): readonly [Found, ...Found[]] | Refusal {
  // Terraform's AWS provider says the empty zone when it means any.
  const zone = input.Placement?.AvailabilityZone === "" ? undefined : input.Placement?.AvailabilityZone;
  if (zone !== undefined && !zonesOf(call.region).some(({ name }) => name === zone)) {
    return invalid(`Invalid availability zone: [${zone}]`);
  }
  const found: Found[] = [];
  for (const slot of slots) {
    const one = "existing" in slot ? findExisting(world, slot, call) : findPlanned(world, input, slot, zone, call);
    if (isRefusal(one)) return one;
    const wanted = zone ?? found[0]?.subnet.zone ?? one.subnet.zone;
    if (one.subnet.zone !== wanted) {
      return invalid(`The subnet '${one.subnet.id}' is in the availability zone ${one.subnet.zone}, not in ${wanted}.`);
    }
    found.push(one);
  }
  if (found.length > type.interfaces) {
    return refuse("AttachmentLimitExceeded", `Interface count ${found.length} exceeds the limit for ${type.name}`);
  }
  const [first, ...rest] = found;
  return first ? [first, ...rest] : combination("A network interface with device index 0 must be specified.");
}

function findExisting(world: World, slot: Extract<Slot, { existing: string }>, call: Call): Found | Refusal {
  const eni = locate(world, call, "network-interface", slot.existing);
  if (isRefusal(eni)) return eni;
  if (eni.attachment || managerOf(eni) !== undefined) return refuse("InvalidNetworkInterface.InUse", `Interface: [${eni.id}] in use.`);
  const { deviceIndex, deleteOnTermination } = slot;
  return { deviceIndex, deleteOnTermination, eni, subnet: need(world, "subnet", eni.subnet) };
}

function findPlanned(
  world: World,
  input: RunInput,
  slot: Extract<Slot, { wanted: WantedAddresses }>,
  zone: string | undefined,
  call: Call,
): Found | Refusal {
  const { spec, ...planned } = slot;
  const subnet =
    spec.SubnetId === undefined ? defaultSubnet(world, zone, call) : locate(world, call, "subnet", spec.SubnetId);
  if (isRefusal(subnet)) return subnet;
  const named = (input.SecurityGroups ?? []).map((GroupName) => groupOf(world, call, { GroupName }));
  const unknown = named.find(isRefusal);
  if (unknown) return unknown;
  const texts = [...(spec.Groups ?? []), ...named.flatMap((group) => (isRefusal(group) ? [] : [group.id]))];
  const groups = groupsFor(world, call, need(world, "vpc", subnet.vpc), texts, (group) =>
    refuse("InvalidParameter", `Security group ${group.id} and subnet ${subnet.id} belong to different networks.`),
  );
  if (isRefusal(groups)) return groups;
  const publicIp = slot.deviceIndex === 0 && (slot.publicIp ?? subnet.mapPublicIp);
  return refuseGroupCount(call, groups) ?? { ...planned, subnet, groups, publicIp, description: spec.Description ?? "" };
}

/** Where an instance goes when no subnet is named: the default VPC's subnet of the zone, or of the first zone that has one. */
function defaultSubnet(world: World, zone: string | undefined, call: Call): Subnet | Refusal {
  const vpc = defaultVpc(world, call);
  if (!vpc) {
    return refuse("VPCIdNotSpecified", "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.");
  }
  const subnets = list(world, call, "subnet").filter((subnet) => subnet.vpc === vpc.id && subnet.defaultForZone);
  if (subnets.length === 0) {
    return refuse("MissingInput", `No subnets found for the default VPC '${vpc.id}'. Please specify a subnet.`);
  }
  const [first] = subnets.filter((subnet) => (zone ?? subnet.zone) === subnet.zone).toSorted((a, b) => (a.zone < b.zone ? -1 : 1));
  return first ?? refuse("InvalidInput", `No default subnet for availability zone: '${zone}'.`);
}
