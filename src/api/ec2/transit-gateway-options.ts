import type { ModifyTransitGatewayOptions, TransitGatewayRequestOptions } from "@aws-sdk/client-ec2";
import type { TransitGateway, TransitGatewayOptions } from "../../model/transit-gateway.ts";
import type { World } from "../../model/world.ts";
import { formatCidr, parseCidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Call } from "../operation.ts";
import { privateAsns, standardAmazonAsn } from "./asn.ts";
import { locateLiving } from "./lookup.ts";
import { invalidValue, oneOf, refuseOutside } from "./parameter.ts";

/** Those a gateway has that is not told otherwise. */
const standard: TransitGatewayOptions = {
  asn: standardAmazonAsn,
  cidrs: [],
  autoAccept: false,
  associatesByDefault: true,
  propagatesByDefault: true,
  vpnEcmp: true,
  dns: true,
  groupReferencing: false,
  multicast: false,
};

type Switch = { [K in keyof TransitGatewayOptions]: TransitGatewayOptions[K] extends boolean ? K : never }[keyof TransitGatewayOptions];
type Given = TransitGatewayRequestOptions & ModifyTransitGatewayOptions;

const switches = {
  AutoAcceptSharedAttachments: "autoAccept",
  DefaultRouteTableAssociation: "associatesByDefault",
  DefaultRouteTablePropagation: "propagatesByDefault",
  VpnEcmpSupport: "vpnEcmp",
  DnsSupport: "dns",
  SecurityGroupReferencingSupport: "groupReferencing",
  MulticastSupport: "multicast",
} as const satisfies { readonly [P in keyof Given]?: Switch };

/** `enable` or `disable` as a boolean; undefined when it is not given. */
export function parseSwitch(parameter: string, value: string | undefined): { readonly on: boolean | undefined } | Refusal {
  if (value === undefined) return { on: undefined };
  const word = oneOf(parameter, value, ["enable", "disable"]);
  return isRefusal(word) ? word : { on: word === "enable" };
}

function parseSwitches(given: Given): Partial<TransitGatewayOptions> | Refusal {
  const wrong = refuseOutside("amazonSideAsn", given.AmazonSideAsn, ...privateAsns);
  if (wrong) return wrong;
  if (given.EncryptionSupport !== undefined) return refuse("UnsupportedOperation", "The parameter EncryptionSupport is not supported.");
  const options: { -readonly [K in keyof TransitGatewayOptions]?: TransitGatewayOptions[K] } = {};
  if (given.AmazonSideAsn !== undefined) options.asn = given.AmazonSideAsn;
  for (const parameter of Object.keys(switches) as (keyof typeof switches)[]) {
    const parsed = parseSwitch(parameter.charAt(0).toLowerCase() + parameter.slice(1), given[parameter]);
    if (isRefusal(parsed)) return parsed;
    if (parsed.on !== undefined) options[switches[parameter]] = parsed.on;
  }
  return options;
}

/** Blocks a gateway may have: IPv4 of /24 or larger, IPv6 of /64 or larger. */
function parseBlocks(texts: readonly string[] = []): string[] | Refusal {
  const blocks: string[] = [];
  for (const text of texts) {
    const cidr = parseCidr(text);
    if (!cidr || cidr.length > (cidr.family === 4 ? 24 : 64)) {
      return invalidValue("transitGatewayCidrBlocks", text, "It must be a /24 CIDR block or larger for IPv4, or a /64 or larger for IPv6.");
    }
    blocks.push(formatCidr(cidr));
  }
  return [...new Set(blocks)];
}

export function parseOptions(given: TransitGatewayRequestOptions): TransitGatewayOptions | Refusal {
  const asked = parseSwitches(given);
  if (isRefusal(asked)) return asked;
  const cidrs = parseBlocks(given.TransitGatewayCidrBlocks);
  return isRefusal(cidrs) ? cidrs : { ...standard, ...asked, cidrs };
}

interface OptionChanges {
  readonly options: Partial<TransitGatewayOptions>;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What can be said of changed options without a look at the gateway. */
export function parseOptionChanges(given: ModifyTransitGatewayOptions): OptionChanges | Refusal {
  const options = parseSwitches(given);
  if (isRefusal(options)) return options;
  const [added, removed] = [parseBlocks(given.AddTransitGatewayCidrBlocks), parseBlocks(given.RemoveTransitGatewayCidrBlocks)];
  if (isRefusal(added)) return added;
  return isRefusal(removed) ? removed : { options, added, removed };
}

/** The gateway with some of its options changed. What is to be so by default needs a table of its own. */
export function changeOptions(
  world: World,
  call: Call,
  gateway: TransitGateway,
  { options, added, removed }: OptionChanges,
  given: ModifyTransitGatewayOptions,
): TransitGateway | Refusal {
  const { associationTable, propagationTable, ...plain } = gateway;
  const next: TransitGateway = {
    ...plain,
    ...options,
    cidrs: [...new Set([...gateway.cidrs, ...added])].filter((cidr) => !removed.includes(cidr)),
  };
  const association = defaultTable(world, call, next, "Association", given.AssociationDefaultRouteTableId ?? associationTable);
  if (isRefusal(association)) return association;
  const propagation = defaultTable(world, call, next, "Propagation", given.PropagationDefaultRouteTableId ?? propagationTable);
  if (isRefusal(propagation)) return propagation;
  return {
    ...next,
    ...(association.table !== undefined && { associationTable: association.table }),
    ...(propagation.table !== undefined && { propagationTable: propagation.table }),
  };
}

function defaultTable(
  world: World,
  call: Call,
  gateway: TransitGateway,
  what: "Association" | "Propagation",
  text: string | undefined,
): { readonly table?: NonNullable<TransitGateway["associationTable"]> } | Refusal {
  const on = what === "Association" ? gateway.associatesByDefault : gateway.propagatesByDefault;
  if (!on) return {};
  if (text === undefined) {
    return refuse("InvalidParameterValue", `enable DefaultRouteTable${what} conflicts with ${what}DefaultRouteTableId null`);
  }
  const table = locateLiving(world, call, "transit-gateway-route-table", text);
  if (isRefusal(table)) return table;
  return table.gateway === gateway.id
    ? { table: table.id }
    : invalidValue(`${what.toLowerCase()}DefaultRouteTableId`, text, `It is not a route table of ${gateway.id}.`);
}
