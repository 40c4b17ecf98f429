/** Links, addresses, routes and neighbours of one network namespace, over a routing netlink socket that belongs to it. */
import type { Address, Link, Neighbour, Route, RoutingRule } from "../apply/kernel.ts";
import { isLookup, routeKey } from "../apply/state.ts";
import { labelBits } from "../compile/rule.ts";
import { type Family, formatCidr, type Ip, widthOf } from "../values/ip.ts";
import { AF_NETLINK, closeFd, recv, send, SOCK_RAW_CLOEXEC, socket, SystemError } from "./libc.ts";
import { type Attribute, attributeBytes, attributesOf, type Message, messageBytes, messagesOf } from "./netlink-message.ts";

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const REQUEST = 1;
const ACK = 4;
const DUMP = 0x300;
const EXCLUSIVE = 0x200;
const REPLACE = 0x100;
const CREATE = 0x400;

const LINK = { add: 16, delete: 17, dump: 18 } as const;
const ADDRESS = { add: 20, delete: 21, dump: 22 } as const;
const ROUTE = { add: 24, delete: 25, dump: 26 } as const;
const RULE = { add: 32, delete: 33, dump: 34 } as const;
const NEIGHBOUR = { add: 28, delete: 29, dump: 30 } as const;

const IFLA = { address: 1, name: 3, mtu: 4, master: 10, state: 16, info: 18, infoKind: 1, infoData: 2, alias: 20, group: 27, namespaceFd: 28, peer: 1 } as const;
const IFA = { address: 1, local: 2, flags: 8, proto: 11 } as const;
const RTA = { destination: 1, device: 4, gateway: 5, metric: 6, multipath: 9, table: 15 } as const;
const FRA = { source: 2, priority: 6, mark: 10, table: 15, mask: 16, protocol: 21 } as const;
const FR_ACT_TO_TBL = 1;
/** Before the rules every namespace has, which begin at 32766. */
const sourcePriority = 1000;
/** The bits of a packet's mark that routing looks at. */
const markMask = ((2 ** labelBits.way.width - 1) << labelBits.way.shift) >>> 0;
const NDA = { address: 1, mac: 2 } as const;

const IFLA_TUN_TYPE = 3;
const IFF_TAP = 2;
const IFF_UP = 1;
/** The flag IFF_RUNNING stands as well for a state that is not known yet. */
const IF_OPER_UP = 6;
const IFA_F_NODAD = 2;
const RTN_UNICAST = 1;
const RTN_BLACKHOLE = 6;
const RTN_THROW = 9;
const RTNH_F_ONLINK = 4;
const RT_SCOPE_LINK = 253;
const RT_TABLE_MAIN = 254;
const NUD_PERMANENT = 0x80;
/** Marks what is ours, for a process with no memory: the protocol number of our routes and addresses. */
const protocol = 98;

const family = (ip: { readonly family: Family }): number => (ip.family === 4 ? 2 : 10);

function ipBytes(ip: Ip): Buffer {
  return Buffer.from(ip.bits.toString(16).padStart(widthOf(ip.family) / 4, "0"), "hex");
}

function readIp(bytes: Buffer): Ip {
  return { family: bytes.length === 4 ? 4 : 6, bits: BigInt(`0x${bytes.toString("hex")}`) };
}

const macBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(":", ""), "hex");
const macText = (bytes: Buffer): string => bytes.toString("hex").replace(/(..)(?=.)/g, "$1:");
const nameText = (bytes: Buffer | undefined): string => bytes?.toString("utf8").replace(/\0.*$/s, "") ?? "";

function linkHeader(index: number, flags = 0, change = 0): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(index, 4);
  bytes.writeUInt32LE(flags, 8);
  bytes.writeUInt32LE(change, 12);
  return bytes;
}

export interface LinkSeen {
  readonly index: number;
  /** Such as veth or bridge; a tun device that carries frames is a tap. Empty for what is no virtual device. */
  readonly kind: string;
  /** The index of what it is a port of; 0 for none. */
  readonly master: number;
  readonly up: boolean;
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly alias: string;
  /** Both its ends are up, and it carries packets: a moment after the second was set up. */
  readonly running: boolean;
}

function kindOf(info: ReadonlyMap<number, Buffer>): string {
  const kind = nameText(info.get(IFLA.infoKind));
  const type = attributesOf(info.get(IFLA.infoData) ?? Buffer.alloc(0)).get(IFLA_TUN_TYPE)?.[0];
  return kind === "tun" && type === IFF_TAP ? "tap" : kind;
}

/** Of a route with several paths, the number of each one's device: after its length, flags and weight. */
function devicesOfPaths(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += Math.max(8, (bytes.readUInt16LE(at) + 3) & ~3)) found.push(bytes.readInt32LE(at + 4));
  return found;
}

/** A routing netlink socket of the calling thread's present namespace. */
export class Rtnetlink {
  readonly #fd = socket(AF_NETLINK, SOCK_RAW_CLOEXEC, 0);
  readonly #buffer = Buffer.alloc(262_144);
  #sequence = 0;
  #indexes = new Map<string, number>();

  close(): void {
    closeFd(this.#fd);
  }

  /** Sends one request and waits for its acknowledgement; `forgiven` errors count as success. */
  #request(type: number, flags: number, header: Buffer, attributes: readonly Attribute[], forgiven: readonly string[] = []): void {
    const sequence = ++this.#sequence;
    const bytes = messageBytes(type, REQUEST | ACK | flags, sequence, header, attributes);
    send(this.#fd, bytes, bytes.length, 0);
    for (;;) {
      for (const message of this.#receive()) {
        if (message.sequence !== sequence || message.type !== NLMSG_ERROR) continue;
        const errno = -message.body.readInt32LE(0);
        if (errno === 0) return;
        const error = new SystemError(`rtnetlink ${type}`, errno);
        if (forgiven.includes(error.code)) return;
        throw error;
      }
    }
  }

  #dump(type: number, header: Buffer): Message[] {
    const sequence = ++this.#sequence;
    const bytes = messageBytes(type, REQUEST | DUMP, sequence, header, []);
    send(this.#fd, bytes, bytes.length, 0);
    const found: Message[] = [];
    for (;;) {
      for (const message of this.#receive()) {
        if (message.sequence !== sequence) continue;
        if (message.type === NLMSG_DONE) return found;
        if (message.type === NLMSG_ERROR) throw new SystemError(`rtnetlink dump ${type}`, -message.body.readInt32LE(0));
        found.push({ ...message, body: Buffer.from(message.body) });
      }
    }
  }

  #receive(): Iterable<Message> {
    const length = recv(this.#fd, this.#buffer, this.#buffer.length, 0);
    return messagesOf(this.#buffer.subarray(0, length));
  }

  links(): LinkSeen[] {
    const found = this.#dump(LINK.dump, linkHeader(0)).map(({ body }) => {
      const attributes = attributesOf(body.subarray(16));
      return {
        index: body.readInt32LE(4),
        kind: kindOf(attributesOf(attributes.get(IFLA.info) ?? Buffer.alloc(0))),
        master: attributes.get(IFLA.master)?.readUInt32LE(0) ?? 0,
        up: (body.readUInt32LE(8) & IFF_UP) !== 0,
        name: nameText(attributes.get(IFLA.name)),
        mac: macText(attributes.get(IFLA.address) ?? Buffer.alloc(0)),
        mtu: attributes.get(IFLA.mtu)?.readUInt32LE(0) ?? 0,
        alias: nameText(attributes.get(IFLA.alias)),
        running: attributes.get(IFLA.state)?.[0] === IF_OPER_UP,
      };
    });
    this.#indexes = new Map(found.map(({ name, index }) => [name, index]));
    return found;
  }

  #index(device: string): number {
    const known = this.#indexes.get(device) ?? this.links().find(({ name }) => name === device)?.index;
    if (known === undefined) throw new SystemError(`no device ${device}`, 19);
    return known;
  }

  /** The peer is born in the namespace of `peerFd`. Both ends are down: one cannot be up before the pair is made. */
  addVeth(link: Link, peerFd: number): void {
    const peer: Attribute = [
      IFLA.peer,
      Buffer.concat([
        linkHeader(link.peer.index ?? 0),
        attributeBytes([
          [IFLA.name, link.peer.device],
          [IFLA.address, macBytes(link.peer.mac)],
          [IFLA.mtu, link.mtu],
          [IFLA.namespaceFd, peerFd],
        ]),
      ]),
    ];
    this.#request(LINK.add, CREATE | EXCLUSIVE, linkHeader(link.index), [
      [IFLA.name, link.device],
      [IFLA.address, macBytes(link.mac)],
      [IFLA.mtu, link.mtu],
      [IFLA.info, [[IFLA.infoKind, "veth"], [IFLA.infoData, [peer]]]],
    ]);
    this.#indexes.set(link.device, link.index);
  }

  /** Somebody made the device anew in another namespace: its number is another, perhaps. */
  forget(device: string): void {
    this.#indexes.delete(device);
  }

  addBridge(device: string): void {
    this.#request(LINK.add, CREATE | EXCLUSIVE, linkHeader(0), [[IFLA.name, device], [IFLA.info, [[IFLA.infoKind, "bridge"]]]]);
    this.#indexes.delete(device);
  }

  setMaster(device: string, master: string): void {
    this.#request(LINK.add, 0, linkHeader(this.#index(device)), [[IFLA.master, this.#index(master)]]);
  }

  setMtu(device: string, mtu: number): void {
    this.#request(LINK.add, 0, linkHeader(this.#index(device)), [[IFLA.mtu, mtu]]);
  }

  /** Moves a device into another namespace; it is down there, and has lost its addresses. */
  move(device: string, fd: number): void {
    this.#request(LINK.add, 0, linkHeader(this.#index(device)), [[IFLA.name, device], [IFLA.namespaceFd, fd]]);
    this.#indexes.delete(device);
  }

  setAlias(device: string, alias: string): void {
    this.#request(LINK.add, 0, linkHeader(this.#index(device)), [[IFLA.alias, alias]]);
  }

  deleteLink(device: string): void {
    this.#request(LINK.delete, 0, linkHeader(0), [[IFLA.name, device]], ["ENODEV"]);
    this.#indexes.delete(device);
  }

  /** All at once: for each deletion the kernel waits until nobody looks any more, which takes it some 20 ms. */
  deleteLinks(devices: readonly string[]): void {
    // Never the same: what a failure left in the group stays.
    const group = Buffer.alloc(4);
    group.writeUInt32LE(1 + Math.floor(Math.random() * (2 ** 31 - 1)));
    for (const device of devices) {
      this.#request(LINK.add, 0, linkHeader(0), [[IFLA.name, device], [IFLA.group, group]], ["ENODEV"]);
      this.#indexes.delete(device);
    }
    this.#request(LINK.delete, 0, linkHeader(0), [[IFLA.group, group]], ["ENODEV"]);
  }

  setUp(device: string): void {
    this.#request(LINK.add, 0, linkHeader(this.#index(device), IFF_UP, IFF_UP), []);
  }

  #address(type: number, flags: number, { device, ip, length }: Address, forgiven: readonly string[]): void {
    const header = Buffer.alloc(8);
    header.writeUInt8(family(ip), 0);
    header.writeUInt8(length, 1);
    header.writeUInt32LE(this.#index(device), 4);
    const bytes = ipBytes(ip);
    this.#request(type, flags, header, [
      [IFA.local, bytes],
      [IFA.address, bytes],
      [IFA.flags, IFA_F_NODAD],
      [IFA.proto, Buffer.from([protocol])],
    ], forgiven);
  }

  addAddress(address: Address): void {
    this.#address(ADDRESS.add, CREATE | REPLACE, address, ["EEXIST"]);
  }
  deleteAddress(address: Address): void {
    this.#address(ADDRESS.delete, 0, address, ["EADDRNOTAVAIL", "ENODEV"]);
  }

  #route(type: number, flags: number, route: Route, forgiven: readonly string[]): void {
    const header = Buffer.alloc(12);
    const { destination, device, via, metric, table, throw: thrown } = route;
    header.writeUInt8(family(destination), 0);
    header.writeUInt8(destination.length, 1);
    header.writeUInt8(table === undefined ? RT_TABLE_MAIN : 0, 4);
    header.writeUInt8(protocol, 5);
    header.writeUInt8(device === undefined || via ? 0 : RT_SCOPE_LINK, 6);
    header.writeUInt8(device === undefined ? (thrown ? RTN_THROW : RTN_BLACKHOLE) : RTN_UNICAST, 7);
    // Each of our neighbours is there by our word, not by a subnet it would be in.
    if (via?.family === 4) header.writeUInt32LE(RTNH_F_ONLINK, 8);
    const attributes: Attribute[] = [[RTA.destination, ipBytes({ family: destination.family, bits: destination.base })]];
    if (device !== undefined) attributes.push([RTA.device, this.#index(device)]);
    if (via) attributes.push([RTA.gateway, ipBytes(via)]);
    if (metric > 0) attributes.push([RTA.metric, metric]);
    if (table !== undefined) attributes.push([RTA.table, table]);
    this.#request(type, flags, header, attributes, forgiven);
  }

  addRoute(route: Route): void {
    this.#route(ROUTE.add, CREATE | REPLACE, route, []);
  }
  /** As addRoute, but never in the place of a route that leads there some other way: then it throws. */
  addRouteBeside(route: Route): void {
    try {
      this.#route(ROUTE.add, CREATE | EXCLUSIVE, route, []);
    } catch (error) {
      if (!(error instanceof SystemError && error.code === "EEXIST")) throw error;
      if (!this.routes().some((each) => routeKey(each) === routeKey(route))) {
        throw new Error(`another route leads to ${formatCidr(route.destination)}: regions of one machine need a --public-pool each`, { cause: error });
      }
    }
  }
  /** A route goes with its device, so one of a device that is gone is gone already. */
  deleteRoute(route: Route): void {
    this.#route(ROUTE.delete, 0, route, ["ESRCH", "ENODEV"]);
  }

  #rule(type: number, flags: number, rule: RoutingRule, forgiven: readonly string[]): void {
    const header = Buffer.alloc(12);
    const lookup = isLookup(rule);
    header.writeUInt8(family(lookup ? rule : rule.source), 0);
    if (!lookup) header.writeUInt8(widthOf(rule.source.family), 2);
    header.writeUInt8(FR_ACT_TO_TBL, 7);
    const attributes: Attribute[] = [
      [FRA.priority, lookup ? rule.priority : sourcePriority],
      [FRA.table, rule.table],
      [FRA.protocol, Buffer.from([protocol])],
    ];
    if (!lookup) attributes.push([FRA.source, ipBytes(rule.source)]);
    else if (rule.mark !== undefined) attributes.push([FRA.mark, rule.mark], [FRA.mask, markMask]);
    this.#request(type, flags, header, attributes, forgiven);
  }

  addRule(rule: RoutingRule): void {
    this.#rule(RULE.add, CREATE | EXCLUSIVE, rule, ["EEXIST"]);
  }
  deleteRule(rule: RoutingRule): void {
    this.#rule(RULE.delete, 0, rule, ["ENOENT", "ESRCH"]);
  }

  #neighbour(type: number, flags: number, { device, ip, mac }: Neighbour, forgiven: readonly string[]): void {
    const header = Buffer.alloc(12);
    header.writeUInt8(family(ip), 0);
    header.writeInt32LE(this.#index(device), 4);
    header.writeUInt16LE(NUD_PERMANENT, 8);
    this.#request(type, flags, header, [[NDA.address, ipBytes(ip)], [NDA.mac, macBytes(mac)]], forgiven);
  }

  addNeighbour(neighbour: Neighbour): void {
    this.#neighbour(NEIGHBOUR.add, CREATE | REPLACE, neighbour, []);
  }
  deleteNeighbour(neighbour: Neighbour): void {
    this.#neighbour(NEIGHBOUR.delete, 0, neighbour, ["ENOENT", "ENODEV"]);
  }

  /** Our addresses, routes and neighbours. */
  addresses(): Address[] {
    const names = this.#names();
    return this.#dump(ADDRESS.dump, Buffer.alloc(8)).flatMap(({ body }) => {
      const attributes = attributesOf(body.subarray(8));
      const bytes = attributes.get(IFA.local) ?? attributes.get(IFA.address);
      if (!bytes || attributes.get(IFA.proto)?.[0] !== protocol) return [];
      return [{ device: names.get(body.readUInt32LE(4)) ?? "", ip: readIp(bytes), length: body.readUInt8(1) }];
    });
  }

  routes(): Route[] {
    const names = this.#names();
    return this.#dump(ROUTE.dump, Buffer.alloc(12)).flatMap(({ body }) => {
      if (body.readUInt8(5) !== protocol) return [];
      const attributes = attributesOf(body.subarray(12));
      const table = attributes.get(RTA.table)?.readUInt32LE(0) ?? body.readUInt8(4);
      const width = body.readUInt8(0) === 2 ? 4 : 16;
      const { family: of, bits } = readIp(attributes.get(RTA.destination) ?? Buffer.alloc(width));
      const device = attributes.get(RTA.device)?.readUInt32LE(0);
      const gateway = attributes.get(RTA.gateway);
      const type = body.readUInt8(7);
      const nowhere = type === RTN_BLACKHOLE || type === RTN_THROW;
      return [
        {
          destination: { family: of, base: bits, length: body.readUInt8(1) },
          ...(type === RTN_THROW && { throw: true as const }),
          ...(device === undefined || nowhere ? {} : { device: names.get(device) ?? "" }),
          ...(gateway ? { via: readIp(gateway) } : {}),
          metric: attributes.get(RTA.metric)?.readUInt32LE(0) ?? 0,
          ...(table === RT_TABLE_MAIN ? {} : { table }),
        },
      ];
    });
  }

  /** The devices that IPv4's default routes lead to, whoever's and in whatever table, or routes to one half of all. */
  defaultDevices(): string[] {
    const names = this.#names();
    const header = Buffer.alloc(12);
    header.writeUInt8(family({ family: 4 }), 0);
    const found = this.#dump(ROUTE.dump, header).flatMap(({ body }) => {
      if (body.readUInt8(1) > 1 || body.readUInt8(7) !== RTN_UNICAST) return [];
      const attributes = attributesOf(body.subarray(12));
      const device = attributes.get(RTA.device)?.readUInt32LE(0);
      return device === undefined ? devicesOfPaths(attributes.get(RTA.multipath) ?? Buffer.alloc(0)) : [device];
    });
    return [...new Set(found)].flatMap((index) => names.get(index) ?? []);
  }

  rules(): RoutingRule[] {
    return this.#dump(RULE.dump, Buffer.alloc(12)).flatMap(({ body }): RoutingRule[] => {
      const attributes = attributesOf(body.subarray(12));
      const source = attributes.get(FRA.source);
      const table = attributes.get(FRA.table)?.readUInt32LE(0);
      if (table === undefined || attributes.get(FRA.protocol)?.[0] !== protocol) return [];
      if (source) return [{ source: readIp(source), table }];
      const mark = attributes.get(FRA.mark)?.readUInt32LE(0);
      const priority = attributes.get(FRA.priority)?.readUInt32LE(0) ?? 0;
      return [{ family: body.readUInt8(0) === 2 ? 4 : 6, priority, table, ...(mark !== undefined && { mark }) }];
    });
  }

  neighbours(): Neighbour[] {
    const names = this.#names();
    return this.#dump(NEIGHBOUR.dump, Buffer.alloc(12)).flatMap(({ body }) => {
      const attributes = attributesOf(body.subarray(12));
      const ip = attributes.get(NDA.address);
      const mac = attributes.get(NDA.mac);
      if (!ip || !mac || (body.readUInt16LE(8) & NUD_PERMANENT) === 0) return [];
      return [{ device: names.get(body.readInt32LE(4)) ?? "", ip: readIp(ip), mac: macText(mac) }];
    });
  }

  #names(): Map<number, string> {
    return new Map(this.links().map(({ index, name }) => [index, name]));
  }
}
