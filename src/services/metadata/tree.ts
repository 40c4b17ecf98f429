/** Everything an instance can read of itself, by path. */
import { privateNameOf } from "../../model/dhcp-options.ts";
import { isPathKey } from "../../model/metadata-options.ts";
import { zoneIdOf } from "../../model/zone.ts";
import { need } from "../../model/world.ts";
import { fromBase64 } from "../../values/base64.ts";
import { identity } from "./identity.ts";
import { network } from "./network.ts";
import { folder, folderOf, list } from "./place.ts";
import type { Folder, Table } from "./place.ts";
import { publicKeys } from "./public-keys.ts";
import { groupNames, primaryOf, primaryPublicIp, publicHostname } from "./subject.ts";
import type { Subject } from "./subject.ts";

/** The versions Amazon names. All say the same here. */
const versions = [
  "1.0",
  "2007-01-19",
  "2007-03-01",
  "2007-08-29",
  "2007-10-10",
  "2007-12-15",
  "2008-02-01",
  "2008-09-01",
  "2009-04-04",
  "2011-01-01",
  "2011-05-01",
  "2012-01-12",
  "2014-02-25",
  "2014-11-05",
  "2015-10-20",
  "2016-04-19",
  "2016-06-30",
  "2016-09-02",
  "2018-03-28",
  "2018-08-17",
  "2018-09-24",
  "2019-10-01",
  "2020-10-27",
  "2021-01-03",
  "2021-03-23",
  "2021-07-15",
  "2022-09-24",
  "2024-04-11",
  "latest",
] as const;

const rootDevice = "/dev/xvda";

const localHostname = ({ interfaces: [{ addresses: [address], region }] }: Subject): string | undefined =>
  address && privateNameOf(region, address);

const zone = ({ world, instance }: Subject): string => need(world, "subnet", instance.subnet).zone;

const placement: Table<Subject> = {
  "availability-zone": zone,
  "availability-zone-id": (subject) => zoneIdOf(subject.instance.region, zone(subject)),
  region: ({ instance }) => instance.region,
};

/** Nothing is ever planned for an instance by anybody but its owner. */
const events: Table<Subject> = {
  maintenance: (subject) => folder<Subject>({ history: () => "[]", scheduled: () => "[]" }, subject),
};

/** Only for instances that were told to show their tags, and only tags a path can name. */
const tags: Table<Subject> = {
  instance: ({ instance, options }) =>
    options.tags ? folderOf(Object.entries(instance.tags).filter(([key]) => isPathKey(key))) : undefined,
};

const metaData: Table<Subject> = {
  "ami-id": ({ instance }) => instance.image,
  "ami-launch-index": ({ instance }) => String(instance.launchIndex),
  "ami-manifest-path": () => "(unknown)",
  "block-device-mapping": (subject) => folder<Subject>({ ami: () => rootDevice, root: () => rootDevice }, subject),
  events: (subject) => folder(events, subject),
  hostname: localHostname,
  "instance-action": () => "none",
  "instance-id": ({ instance }) => instance.id,
  "instance-life-cycle": () => "on-demand",
  "instance-type": ({ instance }) => instance.type,
  ipv6: ({ interfaces: [primary] }) => primary.ipv6Addresses[0],
  "local-hostname": localHostname,
  "local-ipv4": ({ interfaces: [primary] }) => primary.addresses[0],
  mac: ({ interfaces: [primary] }) => primary.mac,
  network: (subject) => folder(network, subject),
  placement: (subject) => folder(placement, subject),
  profile: () => "default-hvm",
  "public-hostname": (subject) => publicHostname(primaryOf(subject)),
  "public-ipv4": (subject) => primaryPublicIp(primaryOf(subject)),
  "public-keys": publicKeys,
  "reservation-id": ({ instance }) => instance.reservation,
  "security-groups": (subject) => groupNames(primaryOf(subject)),
  services: (subject) => folder<Subject>({ domain: () => "amazonaws.com", partition: () => "aws" }, subject),
  tags: (subject) => folder(tags, subject),
};

const ofVersion: Table<Subject> = {
  dynamic: (subject) => folder<Subject>({ "instance-identity": (about) => folder(identity, about) }, subject),
  "meta-data": (subject) => folder(metaData, subject),
  "user-data": ({ instance }) => (instance.userData === undefined ? undefined : fromBase64(instance.userData)),
};

const roots: Table<Subject> = Object.fromEntries(
  versions.map((version) => [version, (subject: Subject): Folder => folder(ofVersion, subject)]),
);

export const treeOf = (subject: Subject): Folder => folder(roots, subject);

/** What is read of a folder: one name a line. Amazon leaves out the slashes above the categories. */
export const listing = (of: Folder, depth: number): string =>
  list(of).map((name) => (depth < 2 ? name.replace(/\/$/, "") : name)).join("\n");
