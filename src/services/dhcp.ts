/** DHCP for one interface. There is nothing to remember: an interface has the address that the world says. */
import { dhcpOption, nameServersOf } from "../model/dhcp-options.ts";
import type { NetworkInterface } from "../model/resource.ts";
import { need } from "../model/world.ts";
import type { World } from "../model/world.ts";
import { ipv4BlockOf } from "../model/subnet.ts";
import { type Cidr, firstOf, formatIp, lastOf, offset, parseIp } from "../values/ip.ts";
import { addressBytes, addressIn, decodeDhcp, type DhcpPacket, encodeDhcp } from "./dhcp-packet.ts";

export interface DhcpAnswer {
  readonly bytes: Uint8Array;
  /** Where it goes, to port 68 of: an address of the interface's, or everyone on its link. */
  readonly to: string;
}

/** Types of message (option 53). */
const DISCOVER = 1;
const OFFER = 2;
const REQUEST = 3;
const ACK = 5;
const NAK = 6;
const INFORM = 8;

const option = {
  mask: 1,
  router: 3,
  nameServers: 6,
  hostname: 12,
  domain: 15,
  mtu: 26,
  broadcast: 28,
  ntp: 42,
  netbiosServers: 44,
  netbiosNode: 46,
  requested: 50,
  lease: 51,
  type: 53,
  server: 54,
  renewal: 58,
  rebinding: 59,
} as const;

const everyone = "255.255.255.255";
const nowhere = "0.0.0.0";
const leaseSeconds = 3600;
/** Amazon's jumbo frames inside a VPC. */
const mtu = 9001;

/** The subnet's first address, where its router is, and DHCP's server. */
const serverOf = (subnet: Cidr): string => formatIp(offset(firstOf(subnet), 1));

/** The address the server of an interface's subnet answers at. */
export const dhcpServerOf = (world: World, eni: NetworkInterface): string => serverOf(ipv4BlockOf(need(world, "subnet", eni.subnet)));

/** What is answered to bytes that came from the interface's link; undefined: nothing. */
export function answerDhcp(world: World, eni: NetworkInterface, bytes: Uint8Array): DhcpAnswer | undefined {
  const packet = decodeDhcp(bytes);
  const [address] = eni.addresses;
  // The link is the interface's alone, so there are no relays and no others on it.
  if (packet?.op !== "request" || packet.chaddr !== eni.mac || packet.giaddr !== nowhere || address === undefined) return undefined;
  const server = dhcpServerOf(world, eni);
  const says = (type: number, yiaddr: string, rest: Options): DhcpPacket => ({
    ...packet,
    op: "reply",
    yiaddr,
    ciaddr: type === NAK ? nowhere : packet.ciaddr,
    options: new Map([[option.type, Uint8Array.of(type)], [option.server, bytesOf(server)], ...rest]),
  });
  const to = (place: string, reply: DhcpPacket): DhcpAnswer => ({ bytes: encodeDhcp(reply), to: place });
  switch (packet.options.get(option.type)?.[0]) {
    case DISCOVER:
      return to(everyone, says(OFFER, address, [...leaseOptions, ...networkOptions(world, eni, address)]));
    case REQUEST: {
      const wanted = wantedAddress(packet, server);
      if (wanted === undefined) return undefined;
      if (wanted !== address) return to(everyone, says(NAK, nowhere, []));
      return to(replyTo(packet), says(ACK, address, [...leaseOptions, ...networkOptions(world, eni, address)]));
    }
    case INFORM:
      if (packet.ciaddr !== nowhere && !eni.addresses.includes(packet.ciaddr)) return undefined;
      return to(replyTo(packet), says(ACK, nowhere, networkOptions(world, eni, address)));
    default:
      return undefined;
  }
}

/** The address a request is for; undefined when it accepts another server's offer, or says none. */
function wantedAddress({ ciaddr, options }: DhcpPacket, server: string): string | undefined {
  const chosen = options.get(option.server);
  if (chosen && addressOf(chosen) !== server) return undefined;
  if (ciaddr !== nowhere) return ciaddr;
  return addressOf(options.get(option.requested));
}

const addressOf = (bytes: Uint8Array | undefined): string | undefined => (bytes?.length === 4 ? addressIn(bytes) : undefined);

/** A client that has no address yet is reached as everyone on its link. */
const replyTo = ({ ciaddr }: DhcpPacket): string => (ciaddr === nowhere ? everyone : ciaddr);

type Options = readonly (readonly [code: number, value: Uint8Array])[];

const bytesOf = (...addresses: readonly string[]): Uint8Array => Uint8Array.from(addresses.flatMap(addressBytes));

function number(value: number, size: 2 | 4): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 2) view.setUint16(0, value);
  else view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

/** Renewed after half, from anybody after seven eighths of its time. */
const leaseOptions: Options = [
  [option.lease, number(leaseSeconds, 4)],
  [option.renewal, number(leaseSeconds / 2, 4)],
  [option.rebinding, number((leaseSeconds * 7) / 8, 4)],
];

/** What a machine is told of its network, by its VPC's option set. */
function networkOptions(world: World, eni: NetworkInterface, address: string): Options {
  const vpc = need(world, "vpc", eni.vpc);
  const subnet = ipv4BlockOf(need(world, "subnet", eni.subnet));
  const domain = dhcpOption(world, vpc, "domain-name").join(" ");
  const node = Number(dhcpOption(world, vpc, "netbios-node-type")[0] ?? 0);
  const given: readonly (readonly [number, Uint8Array])[] = [
    [option.mask, number(0xffffffff - (2 ** (32 - subnet.length) - 1), 4)],
    [option.router, bytesOf(serverOf(subnet))],
    [option.nameServers, ipv4Of(nameServersOf(world, vpc))],
    [option.hostname, ascii(`ip-${address.replaceAll(".", "-")}`)],
    [option.domain, ascii(domain)],
    [option.mtu, number(mtu, 2)],
    [option.broadcast, bytesOf(formatIp(lastOf(subnet)))],
    [option.ntp, ipv4Of(dhcpOption(world, vpc, "ntp-servers"))],
    [option.netbiosServers, ipv4Of(dhcpOption(world, vpc, "netbios-name-servers"))],
    [option.netbiosNode, node > 0 ? Uint8Array.of(node) : new Uint8Array()],
  ];
  return given.filter(([, value]) => value.length > 0);
}

/** IPv6 servers have no place in DHCP for IPv4. */
const ipv4Of = (servers: readonly string[]): Uint8Array => bytesOf(...servers.filter((text) => parseIp(text)?.family === 4));

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
