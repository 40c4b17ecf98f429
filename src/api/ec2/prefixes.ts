import { allocatePrefixes, hasReserved, isHeld, prefixLengths } from "../../model/subnet.ts";
import type { Held } from "../../model/subnet.ts";
import { cidrOf, covers, formatCidr, parseCidr, parseIp } from "../../values/ip.ts";
import type { Cidr, Family } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

/** What a call asks of one family: these blocks to delegate, or `count` of Bailey's choosing. */
export interface WantedPrefixes {
  readonly fixed: readonly Cidr[];
  readonly count: number;
}

/** Reads blocks to delegate, or a number of them: one or the other. */
export function parsePrefixes(
  texts: readonly string[] | undefined,
  count: number | undefined,
  family: Family,
): WantedPrefixes | Refusal {
  const name = `ipv${family}Prefix`;
  if (texts?.length && count !== undefined) {
    return refuse("InvalidParameterCombination", `The parameters ${name} and ${name}Count cannot be used together`);
  }
  if (count !== undefined && (count < 0 || !Number.isInteger(count))) {
    return refuse("InvalidParameterValue", `Value (${count}) for parameter ${name}Count is invalid.`);
  }
  const fixed: Cidr[] = [];
  for (const text of texts ?? []) {
    const prefix = parsePrefix(text, family);
    if (isRefusal(prefix)) return prefix;
    fixed.push(prefix);
  }
  return { fixed, count: count ?? 0 };
}

/** A whole block of the size that is delegated, without host bits. */
export function parsePrefix(text: string, family: Family): Cidr | Refusal {
  const length = prefixLengths[family];
  const prefix = parseCidr(text);
  const whole = parseIp(text.split("/", 1)[0] ?? "")?.bits === prefix?.base;
  if (prefix && whole && prefix.family === family && prefix.length === length) return prefix;
  const message = `Value (${text}) for parameter ipv${family}Prefix is invalid. Expecting a block with a length of /${length}.`;
  return refuse("InvalidParameterValue", message);
}

/** Holds blocks of the subnet's block: the fixed ones, then the lowest in which nobody has an address. */
export function claimPrefixes(cidr: Cidr, held: Held, { fixed, count }: WantedPrefixes): string[] | Refusal {
  for (const prefix of fixed) {
    const wrong = refusePrefix(cidr, held, prefix);
    if (wrong) return wrong;
    held.prefixes.push(prefix);
  }
  const chosen = allocatePrefixes(cidr, held, count);
  if (!chosen) {
    const message = "The specified subnet does not have enough free cidr blocks to satisfy the request.";
    return refuse("InsufficientCidrBlocks", message);
  }
  held.prefixes.push(...chosen.map(cidrOf));
  return [...fixed.map(formatCidr), ...chosen];
}

function refusePrefix(cidr: Cidr, held: Held, prefix: Cidr): Refusal | undefined {
  const text = formatCidr(prefix);
  if (!covers(cidr, prefix)) {
    return refuse("InvalidParameterValue", `Prefix ${text} does not fall within the subnet's address range`);
  }
  if (hasReserved(cidr, prefix)) return refuse("InvalidParameterValue", `Prefix ${text} is in subnet's reserved address range`);
  return isHeld(held, prefix) ? refuse("InvalidIPAddress.InUse", `Prefix ${text} is in use.`) : undefined;
}
