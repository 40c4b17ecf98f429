import type { Scope } from "../../model/birth.ts";
import type { ElasticIp, NetworkInterface } from "../../model/resource.ts";
import { find, listed } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { formatIp, parseIp } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { locate } from "./lookup.ts";

/** A public IPv4 address in canonical text. */
export function parsePublicIp(text: string): string | Refusal {
  const ip = parseIp(text);
  return ip?.family === 4 ? formatIp(ip) : refuse("InvalidAddress.Malformed", `The address '${text}' is malformed`);
}

/** The caller's elastic IP of that public address. */
export function locatePublicIp(world: World, scope: Scope, text: string): ElasticIp | Refusal {
  const publicIp = parsePublicIp(text);
  if (isRefusal(publicIp)) return publicIp;
  const found = listed(world, "elasticIpsOfPublicIp", publicIp).find(
    ({ account, region }) => account === scope.account && region === scope.region,
  );
  return found ?? refuse("InvalidAddress.NotFound", `Address '${text}' not found.`);
}

/** The elastic IP an input names, by its allocation or by its address: one or the other. */
export function locateElasticIp(
  world: World,
  scope: Scope,
  { AllocationId, PublicIp }: { AllocationId?: string | undefined; PublicIp?: string | undefined },
): ElasticIp | Refusal {
  if (AllocationId !== undefined && PublicIp !== undefined) {
    return refuse("InvalidParameterCombination", "You may specify public IP or allocation id, but not both in the same call");
  }
  if (AllocationId !== undefined) return locate(world, scope, "elastic-ip", AllocationId);
  if (PublicIp !== undefined) return locatePublicIp(world, scope, PublicIp);
  return refuse("MissingParameter", "Either public IP or allocation id must be specified");
}

/** The interface an elastic IP is associated with. */
export const interfaceWith = (world: World, { association }: ElasticIp): NetworkInterface | undefined =>
  association && find(world, "network-interface", association.interface);
