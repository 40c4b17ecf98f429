import { metadataOptionsOf } from "../../model/metadata-options.ts";
import type { MetadataOptions } from "../../model/metadata-options.ts";
import { interfacesOf } from "../../model/network-interface.ts";
import { publicAddressesOf, publicNameOf } from "../../model/public-address.ts";
import type { Instance, NetworkInterface, Vpc } from "../../model/resource.ts";
import { find, need } from "../../model/world.ts";
import type { World } from "../../model/world.ts";

/** Whom metadata is about: the instance that asks, by whichever of its interfaces. */
export interface Subject {
  readonly world: World;
  readonly instance: Instance;
  readonly options: MetadataOptions;
  /** By device index, the primary one first. */
  readonly interfaces: readonly [NetworkInterface, ...NetworkInterface[]];
}

/** One of the subject's interfaces, with the VPC it is in. */
export interface InterfaceSubject {
  readonly world: World;
  readonly eni: NetworkInterface;
  readonly vpc: Vpc;
}

/** Whom an interface's questions are about; undefined while it is no instance's. */
export function subjectOf(world: World, asking: NetworkInterface): Subject | undefined {
  const instance = asking.attachment && find(world, "instance", asking.attachment.instance);
  if (!instance) return undefined;
  const [primary = asking, ...others] = interfacesOf(world, instance);
  return { world, instance, options: metadataOptionsOf(instance), interfaces: [primary, ...others] };
}

export const interfaceSubject = (world: World, eni: NetworkInterface): InterfaceSubject => ({
  world,
  eni,
  vpc: need(world, "vpc", eni.vpc),
});

export const primaryOf = ({ world, interfaces: [primary] }: Subject): InterfaceSubject => interfaceSubject(world, primary);

/** The lines of an item with several values; not there when there are none. */
export const lines = (values: readonly string[]): string | undefined => (values.length > 0 ? values.join("\n") : undefined);

/** Each public address of an interface, beside the private one it stands for. */
export const publicPairs = ({ world, eni }: InterfaceSubject): (readonly [publicIp: string, address: string])[] =>
  [...publicAddressesOf(world, eni)].map(([address, { publicIp }]) => [publicIp, address]);

/** The public address of an interface's primary private one. */
export const primaryPublicIp = (subject: InterfaceSubject): string | undefined =>
  publicPairs(subject).find(([, address]) => address === subject.eni.addresses[0])?.[0];

/** Its name, in VPCs that give out such names. */
export function publicHostname(subject: InterfaceSubject): string | undefined {
  const publicIp = primaryPublicIp(subject);
  const named = publicIp !== undefined && subject.vpc.dnsSupport && subject.vpc.dnsHostnames;
  return named ? publicNameOf(subject.eni.region, publicIp) : undefined;
}

export const groupNames = ({ world, eni }: InterfaceSubject): string | undefined =>
  lines(eni.groups.map((id) => need(world, "security-group", id).name));
