/** What may be asked of a VPN's tunnels. */
import type { VpnTunnelOptionsSpecification } from "@aws-sdk/client-ec2";
import { reservedInside } from "../../model/vpn-connection.ts";
import type { TunnelWishes } from "../../model/vpn-connection.ts";
import { cidrOf, covers, formatCidr, parseCidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { invalidValue, largestInteger } from "./parameter.ts";

/** A tunnel as it is asked for; what is absent is chosen for its owner. */
export interface WantedTunnel {
  readonly inside?: string;
  readonly insideIpv6?: string;
  readonly preSharedKey?: string;
  readonly wishes: TunnelWishes;
}

const ranges = {
  Phase1LifetimeSeconds: [900, 28800],
  Phase2LifetimeSeconds: [900, 3600],
  RekeyMarginTimeSeconds: [60, 1800],
  RekeyFuzzPercentage: [0, 100],
  ReplayWindowSize: [64, 2048],
  DPDTimeoutSeconds: [30, largestInteger],
} as const;
const standardPhase1Lifetime = 28800;
const standardPhase2Lifetime = 3600;

const words = { DPDTimeoutAction: ["clear", "none", "restart"], StartupAction: ["add", "start"] } as const;

const encryption = ["AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"];
const integrity = ["SHA1", "SHA2-256", "SHA2-384", "SHA2-512"];
const groups = [14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24];
const lists = {
  Phase1EncryptionAlgorithms: encryption,
  Phase2EncryptionAlgorithms: encryption,
  Phase1IntegrityAlgorithms: integrity,
  Phase2IntegrityAlgorithms: integrity,
  IKEVersions: ["ikev1", "ikev2"],
};
const groupLists = { Phase1DHGroupNumbers: [2, ...groups], Phase2DHGroupNumbers: [2, 5, ...groups] };

const namesOf = <T extends object>(table: T): readonly (keyof T & string)[] => Object.keys(table) as (keyof T & string)[];
const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** Reads what is asked of one tunnel; of a change of it, what it changes. */
export function parseTunnel(given: VpnTunnelOptionsSpecification): WantedTunnel | Refusal {
  if (given.LogOptions !== undefined) return refuse("UnsupportedOperation", "The parameter LogOptions is not supported.");
  const { PreSharedKey: preSharedKey } = given;
  if (preSharedKey !== undefined && !/^[1-9A-Za-z._][0-9A-Za-z._]{7,63}$/.test(preSharedKey)) {
    return invalidValue("preSharedKey", preSharedKey, "It must be 8 to 64 letters, digits, periods and underscores, and not begin with 0.");
  }
  const inside = parseInside("tunnelInsideCidr", given.TunnelInsideCidr, "169.254.0.0/16", 30);
  if (isRefusal(inside)) return inside;
  const insideIpv6 = parseInside("tunnelInsideIpv6Cidr", given.TunnelInsideIpv6Cidr, "fd00::/8", 126);
  if (isRefusal(insideIpv6)) return insideIpv6;
  const wishes = parseWishes(given);
  if (isRefusal(wishes)) return wishes;
  return {
    wishes,
    ...(inside.block !== undefined && { inside: inside.block }),
    ...(insideIpv6.block !== undefined && { insideIpv6: insideIpv6.block }),
    ...(preSharedKey !== undefined && { preSharedKey }),
  };
}

function parseInside(parameter: string, text: string | undefined, range: string, length: number): { block?: string } | Refusal {
  if (text === undefined) return {};
  const cidr = parseCidr(text);
  const block = cidr && formatCidr(cidr);
  if (!cidr || block === undefined || cidr.length !== length || !covers(cidrOf(range), cidr) || reservedInside.has(block)) {
    return invalidValue(parameter, text, `It must be a /${length} of ${range} that is not reserved.`);
  }
  return { block };
}

function parseWishes(given: VpnTunnelOptionsSpecification): TunnelWishes | Refusal {
  const wishes: { -readonly [N in keyof TunnelWishes]: TunnelWishes[N] } = {};
  for (const name of namesOf(ranges)) {
    const value = given[name];
    const [least, most] = ranges[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < least || value > most) return invalidValue(camel(name), value);
    wishes[name] = value;
  }
  for (const name of namesOf(words)) {
    const value = given[name];
    if (value === undefined) continue;
    if (!words[name].some((word) => word === value)) return invalidValue(camel(name), value);
    wishes[name] = value;
  }
  for (const name of namesOf(lists)) {
    const values = given[name]?.map(({ Value = "" }) => Value);
    const strange = values?.find((value) => !lists[name].includes(value));
    if (strange !== undefined) return invalidValue(camel(name), strange);
    if (values) wishes[name] = values;
  }
  for (const name of namesOf(groupLists)) {
    const values = given[name]?.map(({ Value = 0 }) => Value);
    const strange = values?.find((value) => !groupLists[name].includes(value));
    if (strange !== undefined) return invalidValue(camel(name), strange);
    if (values) wishes[name] = values;
  }
  if (given.EnableTunnelLifecycleControl !== undefined) wishes.EnableTunnelLifecycleControl = given.EnableTunnelLifecycleControl;
  return wishes;
}

/** Refuses lifetimes of a tunnel that do not go together. */
export function refuseLifetimes({ Phase1LifetimeSeconds, Phase2LifetimeSeconds, RekeyMarginTimeSeconds }: TunnelWishes): Refusal | undefined {
  const phase2 = Phase2LifetimeSeconds ?? standardPhase2Lifetime;
  if (Phase2LifetimeSeconds !== undefined && phase2 >= (Phase1LifetimeSeconds ?? standardPhase1Lifetime)) {
    return invalidValue("phase2LifetimeSeconds", phase2, "It must be less than phase1LifetimeSeconds.");
  }
  return RekeyMarginTimeSeconds !== undefined && RekeyMarginTimeSeconds > phase2 / 2
    ? invalidValue("rekeyMarginTimeSeconds", RekeyMarginTimeSeconds, "It must be at most half of phase2LifetimeSeconds.")
    : undefined;
}
