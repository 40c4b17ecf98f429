/** Where each network has its services: names, metadata, time, addresses. No group and no list stands before them. */
import { type Cidr, firstOf, type Ip, ipOf, offset } from "../values/ip.ts";
import { once } from "../values/once.ts";
import { TCP, UDP } from "../values/protocol.ts";

/** The same in every network. */
const fixed: readonly Ip[] = [
  "169.254.169.253", "169.254.169.254", "169.254.169.123", "169.254.170.2", "169.254.169.250", "169.254.169.251",
  "fd00:ec2::253", "fd00:ec2::254", "fd00:ec2::123", "fd00:ec2::250",
].map(ipOf);

/** The addresses services have in a network with these blocks, the first of which is its primary one. */
export const serviceAddresses = once((cidrs: readonly Cidr[]): readonly Ip[] => {
  const [primary] = cidrs;
  return primary ? [...fixed, offset(firstOf(primary), 2)] : fixed;
});

/** Where they listen. */
export const servicePorts: readonly { readonly protocol: number; readonly port: number }[] = [
  { protocol: UDP, port: 53 },
  { protocol: TCP, port: 53 },
  { protocol: TCP, port: 80 },
  { protocol: UDP, port: 123 },
  { protocol: TCP, port: 1688 },
];
