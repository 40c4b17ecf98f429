import type {
  Instance as InstanceView,
  InstanceNetworkInterface,
  InstanceState,
  NetworkInterface as NetworkInterfaceView,
  Reservation,
} from "@aws-sdk/client-ec2";
import { stateCodes } from "../../../model/instance.ts";
import { privateDomain, privateNameOf } from "../../../model/dhcp-options.ts";
import { metadataOptionsOf } from "../../../model/metadata-options.ts";
import { interfacesOf } from "../../../model/network-interface.ts";
import type { Instance, NetworkInterface } from "../../../model/resource.ts";
import { find } from "../../../model/world.ts";
import type { World } from "../../../model/world.ts";
import { tagList } from "../../tags.ts";
import { findInstanceType } from "../instance-types.ts";
import { zoneIdOf } from "../../../model/zone.ts";
import { metadataOptionsView } from "./metadata-options.ts";
import { interfaceView } from "./network-interface.ts";
import { privateNamesView } from "./subnet.ts";

/** Filters see more of an interface's public addresses than an instance shows of them. */
type ShownInterface = InstanceNetworkInterface & Pick<NetworkInterfaceView, "Association" | "PrivateIpAddresses">;
export type ShownInstance = Omit<InstanceView, "NetworkInterfaces"> & { NetworkInterfaces?: ShownInterface[] | undefined };

export const stateView = (state: Instance["state"]): InstanceState => ({ Code: stateCodes[state], Name: state });

export function instanceView(world: World, instance: Instance): ShownInstance {
  const zone = find(world, "subnet", instance.subnet)?.zone;
  return {
    InstanceId: instance.id,
    ImageId: instance.image,
    InstanceType: findInstanceType(instance.type)?.name,
    State: stateView(instance.state),
    StateTransitionReason: transitionReason(instance),
    StateReason: instance.stateReason && { Code: instance.stateReason.code, Message: instance.stateReason.message },
    LaunchTime: new Date(instance.launched),
    AmiLaunchIndex: instance.launchIndex,
    KeyName: instance.keyName,
    ClientToken: instance.clientToken ?? "",
    Placement: {
      AvailabilityZone: zone,
      AvailabilityZoneId: zone === undefined ? undefined : zoneIdOf(instance.region, zone),
      GroupName: "",
      Tenancy: instance.wishes?.tenancy ?? "default",
    },
    Monitoring: { State: instance.wishes?.monitoring === true ? "enabled" : "disabled" },
    Architecture: "x86_64",
    VirtualizationType: "hvm",
    Hypervisor: "xen",
    RootDeviceType: "ebs",
    RootDeviceName: "/dev/xvda",
    BlockDeviceMappings: [],
    ProductCodes: [],
    EbsOptimized: instance.wishes?.ebsOptimized ?? false,
    HibernationOptions: { Configured: false },
    EnaSupport: true,
    MetadataOptions: metadataOptionsView(metadataOptionsOf(instance)),
    ...networkView(world, instance),
    // Clients know an instance without tags by their absence.
    Tags: Object.keys(instance.tags).length > 0 ? tagList(instance.tags) : undefined,
  };
}

/** What an instance shows of its primary interface, and all interfaces. A terminated one has none. */
function networkView(world: World, instance: Instance): Partial<ShownInstance> {
  const enis = interfacesOf(world, instance);
  const [primary] = enis;
  if (!primary) return { PrivateDnsName: "", PublicDnsName: "", NetworkInterfaces: [], SecurityGroups: [] };
  const [address = ""] = primary.addresses;
  const named = instance.privateNames?.type === "resource-name";
  const name = named ? `${instance.id}.${privateDomain(instance.region)}` : privateNameOf(instance.region, address);
  const { Association, Groups, SourceDestCheck } = interfaceView(world, primary);
  return {
    VpcId: instance.vpc,
    SubnetId: instance.subnet,
    PrivateIpAddress: address,
    PrivateDnsName: name,
    PublicIpAddress: Association?.PublicIp,
    PublicDnsName: Association?.PublicDnsName ?? "",
    PrivateDnsNameOptions: privateNamesView(instance.privateNames),
    Ipv6Address: primary.ipv6Addresses[0],
    SourceDestCheck,
    SecurityGroups: Groups,
    NetworkInterfaces: enis.map((eni) => ownInterfaceView(world, eni)),
  };
}

function ownInterfaceView(world: World, eni: NetworkInterface): ShownInterface {
  const view = interfaceView(world, eni);
  const { AttachmentId, AttachTime, DeleteOnTermination, DeviceIndex, NetworkCardIndex, Status } = view.Attachment ?? {};
  return {
    NetworkInterfaceId: view.NetworkInterfaceId,
    InterfaceType: view.InterfaceType,
    Status: view.Status,
    Description: view.Description,
    OwnerId: view.OwnerId,
    VpcId: view.VpcId,
    SubnetId: view.SubnetId,
    MacAddress: view.MacAddress,
    SourceDestCheck: view.SourceDestCheck,
    Groups: view.Groups,
    Association: view.Association,
    PrivateIpAddress: view.PrivateIpAddress,
    PrivateDnsName: view.PrivateDnsName,
    PrivateIpAddresses: view.PrivateIpAddresses,
    Ipv4Prefixes: view.Ipv4Prefixes,
    Ipv6Prefixes: view.Ipv6Prefixes,
    Ipv6Addresses: eni.ipv6Addresses.map((address) => ({ Ipv6Address: address })),
    ConnectionTrackingConfiguration: view.ConnectionTrackingConfiguration,
    Attachment: { AttachmentId, AttachTime, DeleteOnTermination, DeviceIndex, NetworkCardIndex, Status },
  };
}

/** Why an instance is not running: Amazon's text, with the second in which it changed state. */
function transitionReason({ stateReason, stateChanged }: Instance): string {
  if (stateReason?.code !== "Client.UserInitiatedShutdown") return "";
  return `User initiated (${stateChanged.slice(0, 19).replace("T", " ")} GMT)`;
}

/** Instances as the reservations they were launched in, in the order given. */
export function reservationViews(instances: readonly { readonly instance: Instance; readonly view: InstanceView }[]): Reservation[] {
  return [...Map.groupBy(instances, ({ instance }) => instance.reservation)].map(([ReservationId, launched]) => ({
    ReservationId,
    OwnerId: launched[0]?.instance.account,
    Groups: [],
    Instances: launched.map(({ view }) => view),
  }));
}
