/** meta-data/network/: every interface of the instance, by its MAC address. */
import { privateNameOf } from "../../model/dhcp-options.ts";
import { need } from "../../model/world.ts";
import { folder, folderOf } from "./place.ts";
import type { Folder, Table } from "./place.ts";
import { groupNames, interfaceSubject, lines, publicHostname, publicPairs } from "./subject.ts";
import type { InterfaceSubject, Subject } from "./subject.ts";

const subnetOf = ({ world, eni }: InterfaceSubject) => need(world, "subnet", eni.subnet);
const cidrsOf = (associations: readonly { readonly cidr: string }[]) => associations.map(({ cidr }) => cidr);

const ofInterface: Table<InterfaceSubject> = {
  "device-number": ({ eni }) => String(eni.attachment?.deviceIndex ?? 0),
  "interface-id": ({ eni }) => eni.id,
  "ipv4-associations": (subject) => folderOf(publicPairs(subject)),
  "ipv4-prefix": ({ eni }) => lines(eni.prefixes ?? []),
  "ipv6-prefix": ({ eni }) => lines(eni.ipv6Prefixes ?? []),
  ipv6s: ({ eni }) => lines(eni.ipv6Addresses),
  "local-hostname": ({ eni }) => eni.addresses[0] && privateNameOf(eni.region, eni.addresses[0]),
  "local-ipv4s": ({ eni }) => lines(eni.addresses),
  mac: ({ eni }) => eni.mac,
  "network-card": () => "0",
  "owner-id": ({ eni }) => eni.account,
  "public-hostname": publicHostname,
  "public-ipv4s": (subject) => lines(publicPairs(subject).map(([publicIp]) => publicIp)),
  "security-group-ids": ({ eni }) => lines(eni.groups),
  "security-groups": groupNames,
  "subnet-id": ({ eni }) => eni.subnet,
  "subnet-ipv4-cidr-block": (subject) => subnetOf(subject).cidr,
  "subnet-ipv6-cidr-blocks": (subject) => lines(cidrsOf(subnetOf(subject).ipv6Cidrs)),
  "vpc-id": ({ eni }) => eni.vpc,
  "vpc-ipv4-cidr-block": ({ vpc }) => vpc.cidrs[0]?.cidr,
  "vpc-ipv4-cidr-blocks": ({ vpc }) => lines(cidrsOf(vpc.cidrs)),
  "vpc-ipv6-cidr-blocks": ({ vpc }) => lines(cidrsOf(vpc.ipv6Cidrs)),
};

const macs = ({ world, interfaces }: Subject): Folder =>
  folderOf(interfaces.map((eni) => [eni.mac, folder(ofInterface, interfaceSubject(world, eni))]));

export const network: Table<Subject> = {
  interfaces: (subject) => folder<Subject>({ macs }, subject),
};
