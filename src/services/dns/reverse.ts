/** From addresses to names: the reverse trees of both families, walked as paths from their roots. */
import { privateDomain, privateNameOf } from "../../model/dhcp-options.ts";
import { publicNameOf } from "../../model/public-address.ts";
import type { NetworkInterface, Vpc } from "../../model/resource.ts";
import { listed, type Table } from "../../model/world.ts";
import { cidrOf, type Family, formatIp, ipOf, overlaps, parseCidr, parseIp } from "../../values/ip.ts";
import { once } from "../../values/once.ts";
import { interfaceWith } from "../asker.ts";
import { type Found, metadataAddress, metadataLabel, publicHolder, type RecordData } from "./names.ts";
import type { Scope } from "./scope.ts";

/** An address from the root on: 10.1.2.3, or an IPv6 address's 32 digits with dots between. */
function pathOf(address: string): string {
  const ip = ipOf(address);
  return ip.family === 4 ? address : Array.from(ip.bits.toString(16).padStart(32, "0")).join(".");
}

interface Tree {
  readonly family: Family;
  readonly root: string;
  /** Paths of the ranges that are private whoever asks. */
  readonly apexes: readonly string[];
}

const trees: readonly Tree[] = [
  {
    family: 4,
    root: "in-addr.arpa",
    apexes: ["10", ...Array.from({ length: 16 }, (_, n) => `172.${16 + n}`), "192.168", "127", metadataAddress],
  },
  { family: 6, root: "ip6.arpa", apexes: ["::", "::1"].map(pathOf) },
];

const addressAt = ({ family }: Tree, path: string): string | undefined => {
  if (family === 4) return parseIp(path) && path;
  return /^(?:[0-9a-f]\.){31}[0-9a-f]$/.test(path) ? formatIp({ family, bits: BigInt(`0x${path.replaceAll(".", "")}`) }) : undefined;
};

/** A name of the reverse trees; undefined when it is for others to know. */
export function findReverse(scope: Scope, name: string): Found | undefined {
  const tree = trees.find(({ root }) => name.endsWith(`.${root}`));
  if (!tree) return undefined;
  const path = name.slice(0, -tree.root.length - 1).split(".").reverse().join(".");
  const apex = apexOf(scope, tree, path);
  if (apex === undefined) return publicReverse(scope, tree, path);
  const zone = `${apex.split(".").reverse().join(".")}.${tree.root}`;
  return { zone, records: recordsAt(scope, tree, path) ?? (path === apex || isOnTheWay(scope, path) ? [] : undefined) };
}

/** The private zone a path is in: one of everybody's, or of a VPC around, cut where the tree has labels. */
function apexOf({ around }: Scope, { family, apexes }: Tree, path: string): string | undefined {
  const everybodys = apexes.find((apex) => isWithin(path, apex));
  if (everybodys !== undefined) return everybodys;
  const labels = path.split(".");
  if (family === 6) return around.flatMap(({ ipv6Cidrs }) => ipv6Cidrs.map(({ cidr }) => apexOfIpv6(cidr))).find((apex) => isWithin(path, apex));
  const apex = labels.slice(0, 3).join(".");
  const range = labels.length >= 3 ? parseCidr(`${apex}.0/24`) : undefined;
  return range && around.some(({ cidrs }) => cidrs.some(({ cidr }) => overlaps(range, cidrOf(cidr)))) ? apex : undefined;
}

function apexOfIpv6(text: string): string {
  const cidr = cidrOf(text);
  return pathOf(formatIp({ family: 6, bits: cidr.base })).split(".").slice(0, Math.floor(cidr.length / 4)).join(".");
}

const isWithin = (path: string, apex: string): boolean => path === apex || path.startsWith(`${apex}.`);

const ptr = (data: string): RecordData => ({ type: "PTR", data });

function recordsAt(scope: Scope, tree: Tree, path: string): RecordData[] | undefined {
  const address = addressAt(tree, path);
  if (address === undefined) return undefined;
  if (address === "127.0.0.1" || address === "::1") return [ptr("localhost")];
  if (address === metadataAddress) return [ptr(`${metadataLabel}.${privateDomain(scope.vpc.region)}`)];
  for (const vpc of scope.named) {
    const owner = interfaceWith(scope.world, vpc.id, address);
    const name = owner && nameOf(vpc, owner, address);
    if (name !== undefined) return [ptr(name)];
  }
  return undefined;
}

/** IPv6 addresses have their instance's name; those of delegated blocks have none. */
function nameOf({ region }: Vpc, { addresses, ipv6Addresses, attachment }: NetworkInterface, address: string): string | undefined {
  if (addresses.includes(address)) return privateNameOf(region, address);
  return attachment && ipv6Addresses.includes(address) ? `${attachment.instance}.${privateDomain(region)}` : undefined;
}

/** Whether the path leads on to an address that has a name: then it is no error to ask for it. */
const isOnTheWay = ({ world, named }: Scope, path: string): boolean =>
  isWithin("127.0.0.1", path) ||
  named.some(({ id }) => pathsIn(listed(world, "interfacesOfVpc", id)).some((each) => isWithin(each, path)));

const pathsIn = once((interfaces: Table<"network-interface">): readonly string[] =>
  [...interfaces.values()].flatMap(({ addresses, ipv6Addresses, attachment }) =>
    [...addresses, ...(attachment ? ipv6Addresses : [])].map(pathOf),
  ),
);

/** Public addresses that somebody has here. */
function publicReverse({ world }: Scope, tree: Tree, path: string): Found | undefined {
  const address = addressAt(tree, path);
  const holder = address === undefined ? undefined : publicHolder(world, address);
  if (address === undefined || !holder) return undefined;
  const zone = `${path.split(".").reverse().join(".")}.${tree.root}`;
  return { zone, records: [ptr(holder.ptr ?? publicNameOf(holder.region, address))] };
}
