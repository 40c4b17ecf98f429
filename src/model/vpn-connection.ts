import type { Id } from "../values/id.ts";
import { cidrOf, firstOf, formatCidr, formatIp, lastOf, offset } from "../values/ip.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Departing } from "./gone.ts";
import type { Owned } from "./resource.ts";
import { everywhere } from "./world.ts";
import type { World } from "./world.ts";

/** What its owner asked of a tunnel, under the names of Amazon's API. What is absent was left to Amazon's defaults. */
export interface TunnelWishes {
  readonly Phase1LifetimeSeconds?: number;
  readonly Phase2LifetimeSeconds?: number;
  readonly RekeyMarginTimeSeconds?: number;
  readonly RekeyFuzzPercentage?: number;
  readonly ReplayWindowSize?: number;
  readonly DPDTimeoutSeconds?: number;
  readonly DPDTimeoutAction?: string;
  readonly StartupAction?: string;
  readonly EnableTunnelLifecycleControl?: boolean;
  readonly Phase1EncryptionAlgorithms?: readonly string[];
  readonly Phase2EncryptionAlgorithms?: readonly string[];
  readonly Phase1IntegrityAlgorithms?: readonly string[];
  readonly Phase2IntegrityAlgorithms?: readonly string[];
  readonly Phase1DHGroupNumbers?: readonly number[];
  readonly Phase2DHGroupNumbers?: readonly number[];
  readonly IKEVersions?: readonly string[];
}

export interface VpnTunnel {
  /** Amazon's end, outside. Nobody answers there. */
  readonly outside: string;
  /** IPv4 /30 out of 169.254.0.0/16. */
  readonly inside: string;
  /** IPv6 /126 out of fd00::/8, where the tunnels carry IPv6. */
  readonly insideIpv6?: string;
  readonly preSharedKey: string;
  readonly wishes: TunnelWishes;
}

/** Two tunnels from a customer's device to a gateway. They are never up. */
export interface VpnConnection extends Owned, Departing {
  readonly kind: "vpn-connection";
  readonly id: Id<"vpn-connection">;
  readonly customerGateway: Id<"customer-gateway">;
  /** Absent: it leads nowhere yet. */
  readonly gateway?: Id<"vpn-gateway"> | Id<"transit-gateway">;
  readonly staticOnly: boolean;
  readonly accelerated: boolean;
  readonly inside: "ipv4" | "ipv6";
  /** What either side may speak for; of the family that is carried. */
  readonly localCidr: string;
  readonly remoteCidr: string;
  readonly tunnels: readonly [VpnTunnel, VpnTunnel];
  /** Static routes to the customer's side, canonical. */
  readonly routes: readonly string[];
}

export type VpnConnectionPlan = Pick<
  VpnConnection,
  "customerGateway" | "gateway" | "staticOnly" | "accelerated" | "inside" | "localCidr" | "remoteCidr" | "tunnels"
>;

export const makeVpnConnection = (birth: Birth, plan: VpnConnectionPlan, tags: Tags): VpnConnection => ({
  ...owned(birth, tags),
  kind: "vpn-connection",
  id: birth.mint("vpn-connection"),
  ...plan,
  routes: [],
});

/** For benchmarks of network devices, so that no address of a tunnel's end is mistaken for somebody's. */
const outsidePool = cidrOf("198.18.0.0/15");

/** The lowest `count` addresses of the pool that no tunnel of this world has. */
export function freeOutsideAddresses(world: World, count: number): string[] {
  const taken = new Set(everywhere(world, "vpn-connection").flatMap(({ tunnels }) => tunnels.map(({ outside }) => outside)));
  const found: string[] = [];
  for (let ip = offset(firstOf(outsidePool), 1); found.length < count && ip.bits < lastOf(outsidePool).bits; ip = offset(ip, 1)) {
    const text = formatIp(ip);
    if (!taken.has(text)) found.push(text);
  }
  return found;
}

/** Blocks inside tunnels that Amazon keeps for itself. */
export const reservedInside: ReadonlySet<string> = new Set([
  ...[0, 1, 2, 3, 4, 5].map((octet) => `169.254.${octet}.0/30`),
  "169.254.169.252/30",
]);

/** A block for the inside of a tunnel that is not in `taken`. */
export function freeInsideBlock(birth: Birth, taken: ReadonlySet<string>): string {
  const range = cidrOf("169.254.0.0/16");
  for (;;) {
    const base = range.base + (BigInt(`0x${birth.random(2)}`) & 0xfffcn);
    const text = formatCidr({ family: 4, base, length: 30 });
    if (!taken.has(text) && !reservedInside.has(text)) return text;
  }
}

/** The same for the inside of one that carries IPv6. */
export function freeInsideIpv6Block(birth: Birth, taken: ReadonlySet<string>): string {
  for (;;) {
    const base = (0xfdn << 120n) | ((BigInt(`0x${birth.random(15)}`) >> 2n) << 2n);
    const text = formatCidr({ family: 6, base, length: 126 });
    if (!taken.has(text)) return text;
  }
}

/** 32 characters that a pre-shared key may have; the first is never 0. */
export const makePreSharedKey = (birth: Birth): string => `k${birth.random(16).slice(1)}`;

/** The connections of a gateway, or of a customer's, that are not deleted. */
export const connectionsWith = (world: World, gateway: string): VpnConnection[] =>
  everywhere(world, "vpn-connection").filter(
    (one) => one.deleted === undefined && (one.gateway === gateway || one.customerGateway === gateway),
  );
