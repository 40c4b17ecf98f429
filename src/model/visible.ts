/** What an account sees in a region: what it has there, Amazon's prefix lists, and others' peerings with what it has. */
import { amazonPrefixLists, isAmazons } from "./amazon-prefix-list.ts";
import type { Scope, Tags } from "./birth.ts";
import { isSide } from "./peers.ts";
import type { Kind, Resource, ResourceOf } from "./resource.ts";
import { list, listed, scopeKey } from "./world.ts";
import type { World } from "./world.ts";

/** Whether the resource exists for the scope. A peering that failed was never shown to its accepter. */
export function isSeen(scope: Scope, resource: Resource): boolean {
  if (scopeKey(resource) === scopeKey(scope)) return true;
  if (resource.kind === "prefix-list") return isAmazons(resource) && resource.region === scope.region;
  if (resource.kind === "transit-gateway-attachment") return resource.to.type === "peering" && scopeKey(resource.to) === scopeKey(scope);
  return resource.kind === "vpc-peering-connection" && isSide(resource.accepter, scope) && resource.state !== "failed";
}

/** All resources of a kind the scope sees, in no order. */
export function listSeen<K extends Kind>(world: World, scope: Scope, kind: K): ResourceOf<K>[] {
  if (kind === "prefix-list") return [...list(world, scope, kind), ...(amazonPrefixLists(world, scope) as ResourceOf<K>[])];
  if (kind === "transit-gateway-attachment") {
    return [...listed(world, "transitAttachmentsSeenFrom", scopeKey(scope)).values()] as ResourceOf<K>[];
  }
  if (kind !== "vpc-peering-connection") return list(world, scope, kind);
  const peerings = [...listed(world, "peeringsSeenFrom", scopeKey(scope)).values()];
  return peerings.filter((peering) => isSeen(scope, peering)) as ResourceOf<K>[];
}

/** The tags the scope gave the resource: each side of a peering has its own, of VPCs or of transit gateways. */
export const tagsSeen = (scope: Scope, resource: Resource): Tags =>
  isForeign(scope, resource) ? (resource.accepterTags ?? {}) : resource.tags;

/** The resource with other tags of the scope's. */
export const retag = (scope: Scope, resource: Resource, tags: Tags): Resource =>
  isForeign(scope, resource) ? { ...resource, accepterTags: tags } : { ...resource, tags };

/** Whether it is a peering another scope asked for. */
const isForeign = (
  scope: Scope,
  resource: Resource,
): resource is ResourceOf<"vpc-peering-connection" | "transit-gateway-attachment"> =>
  (resource.kind === "vpc-peering-connection" || resource.kind === "transit-gateway-attachment") &&
  scopeKey(resource) !== scopeKey(scope);
