/** From names to addresses: what Amazon's resolver knows of itself. */
import { privateDomain } from "../../model/dhcp-options.ts";
import { interfacesOf } from "../../model/network-interface.ts";
import { publicNameOf } from "../../model/public-address.ts";
import { find, listed, type World } from "../../model/world.ts";
import { interfaceWith } from "../asker.ts";
import type { Scope } from "./scope.ts";

export type RecordData = { readonly type: "A" | "AAAA" | "PTR"; readonly data: string };

/** What is known of a name in a zone of ours: its records of all types, or that there is no such name. */
export interface Found {
  readonly zone: string;
  /** Undefined: there is no such name. Empty: there is, but it is only on the way to others. */
  readonly records: readonly RecordData[] | undefined;
}

const a = (data: string): RecordData => ({ type: "A", data });
const aaaa = (data: string): RecordData => ({ type: "AAAA", data });
const loopback = [a("127.0.0.1"), aaaa("::1")];

/** Metadata has a name. */
export const metadataLabel = "instance-data";
export const metadataAddress = "169.254.169.254";

/** A name that is not in the reverse tree; undefined when it is for others to know. */
export function findName(scope: Scope, name: string): Found | undefined {
  return localName(name) ?? privateName(scope, name) ?? publicName(scope, name);
}

function localName(name: string): Found | undefined {
  if (name === "localhost" || name.endsWith(".localhost")) return { zone: "localhost", records: loopback };
  if (name === "localhost.localdomain") return { zone: "localdomain", records: loopback };
  if (name === "localdomain") return { zone: name, records: [] };
  return name.endsWith(".localdomain") ? { zone: "localdomain", records: undefined } : undefined;
}

const privateZone = /^(?:(.+)\.)?(ec2\.internal|compute-1\.internal|[a-z0-9-]+\.compute\.internal)$/;

function privateName(scope: Scope, name: string): Found | undefined {
  if (name === "compute.internal") return { zone: name, records: [] };
  const [, label, zone] = privateZone.exec(name) ?? [];
  if (zone === undefined) return undefined;
  return { zone, records: label === undefined ? [] : privateRecords(scope, zone, label) };
}

const ipLabel = /^ip-(\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3})$/;

function privateRecords(scope: Scope, zone: string, label: string): RecordData[] | undefined {
  const holders = scope.named.filter(({ region }) => privateDomain(region) === zone);
  const address = ipLabel.exec(label)?.[1]?.replaceAll("-", ".");
  if (address !== undefined) {
    return holders.some(({ id }) => interfaceWith(scope.world, id, address)?.addresses.includes(address)) ? [a(address)] : undefined;
  }
  if (label === metadataLabel) return holders.includes(scope.vpc) ? [a(metadataAddress)] : undefined;
  const instance = find(scope.world, "instance", label);
  const [primary] = instance && holders.some(({ id }) => id === instance.vpc) ? interfacesOf(scope.world, instance) : [];
  return primary && [...primary.addresses.slice(0, 1).map(a), ...primary.ipv6Addresses.slice(0, 1).map(aaaa)];
}

const publicLabels = /^ec2-(\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3})\.((?:compute-1|[a-z0-9-]+\.compute)\.amazonaws\.com)$/;

/** Names of public addresses that somebody has here. Others of this form may be Amazon's own. */
function publicName(scope: Scope, name: string): Found | undefined {
  const [, dashed, zone] = publicLabels.exec(name) ?? [];
  const publicIp = dashed?.replaceAll("-", ".");
  const holder = publicIp === undefined ? undefined : publicHolder(scope.world, publicIp);
  if (zone === undefined || publicIp === undefined || !holder || publicNameOf(holder.region, publicIp) !== name) return undefined;
  const inside = scope.named.some(({ id }) => id === holder.vpc);
  return { zone, records: [a((inside ? holder.address : undefined) ?? publicIp)] };
}

export interface PublicHolder {
  readonly region: string;
  /** The name its reverse record was given. */
  readonly ptr?: string;
  /** Where it leads to. */
  readonly vpc?: string;
  readonly address?: string;
}

/** Who has a public address, in whatever account and region; undefined when nobody has. */
export function publicHolder(world: World, publicIp: string): PublicHolder | undefined {
  const [elastic] = listed(world, "elasticIpsOfPublicIp", publicIp).values();
  if (elastic) {
    const { region, ptr, association } = elastic;
    const eni = association && find(world, "network-interface", association.interface);
    return { region, ...(ptr !== undefined && { ptr }), ...(eni && { vpc: eni.vpc, address: association.address }) };
  }
  const [eni] = listed(world, "interfacesOfPublicIp", publicIp).values();
  const [address] = eni?.addresses ?? [];
  return eni && { region: eni.region, vpc: eni.vpc, ...(address !== undefined && { address }) };
}
