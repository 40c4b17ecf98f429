import type { Filter } from "@aws-sdk/client-ec2";
import type { Scope } from "../../model/birth.ts";
import type { Resource, ResourceOf } from "../../model/resource.ts";
import { listSeen } from "../../model/visible.ts";
import type { World } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters, Tagged } from "../filters.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import type { Bounds, Page, PageRequest } from "../pages.ts";
import { findSeen, locateDescribed, missing } from "./lookup.ts";
import type { Findable } from "./lookup.ts";

export interface Listing<K extends Findable, View extends Tagged> {
  readonly kind: K;
  /**
   * The input's member of identifiers. `alone`: it may not be given together with MaxResults. `lenient`: those nothing
   * answers to are left out, not refused.
   */
  readonly ids: { readonly parameter: string; readonly alone: boolean; readonly lenient?: true };
  readonly bounds: Bounds;
  /** Which resources of the kind the call is about, where not all: others don't exist for it. */
  readonly only?: (resource: ResourceOf<K>) => boolean;
  readonly filters: Filters<View>;
  readonly view: (world: World, resource: ResourceOf<K>) => View;
}

export interface DescribeRequest extends PageRequest {
  readonly Filters?: readonly Filter[] | undefined;
  readonly ids: readonly string[] | undefined;
}

/**
 * What a Describe call shows: the resources named, or all the caller's, that pass the filters, oldest first, one page
 * of them. Refuses page bounds, then filters, then identifiers.
 */
export function describe<K extends Findable, View extends Tagged>(
  listing: Listing<K, View>,
  world: World,
  scope: Scope,
  request: DescribeRequest,
): Page<View> | Refusal {
  const page = parsePageRequest(request, listing.bounds, listing.kind);
  if (isRefusal(page)) return page;
  const named = request.ids?.length ? request.ids : undefined;
  if (named && listing.ids.alone && request.MaxResults !== undefined) {
    return refuseTogether(listing.ids.parameter);
  }
  const passes = parseFilters(listing.filters, request.Filters);
  if (isRefusal(passes)) return passes;
  const found = named ? locateNamed(listing, world, scope, named) : listSeen(world, scope, listing.kind);
  if (isRefusal(found)) return found;
  const others = found.filter((resource) => listing.only?.(resource) === false);
  if (named && others.length > 0) return missing(listing.kind, others.map((other: Resource) => other.id));
  const resources = found.filter((resource) => !others.includes(resource));

  const candidates = resources.map((resource) => ({ resource, view: listing.view(world, resource) }));
  const passing = candidates.filter(({ view }) => passes(view));
  const { items, next } = pageOf(passing, ({ resource }) => ageKey(resource), page, listing.kind);
  return { items: items.map(({ view }) => view), next };
}

/** The refusal of identifiers that are given together with MaxResults. */
export function refuseTogether(parameter: string): Refusal {
  const bound = /^[a-z]/.test(parameter) ? "maxResults" : "MaxResults";
  return refuse("InvalidParameterCombination", `The parameter ${parameter} cannot be used with the parameter ${bound}`);
}

function locateNamed<K extends Findable, View extends Tagged>(
  { kind, ids }: Listing<K, View>,
  world: World,
  scope: Scope,
  named: readonly string[],
): ResourceOf<K>[] | Refusal {
  const known = ids.lenient ? named.filter((text) => !parseId(kind, text) || findSeen(world, scope, kind, text)) : named;
  return locateDescribed(world, scope, kind, known);
}

/** Sorts resources oldest first, and never ties. */
export const ageKey = ({ created, id }: Resource): string => `${created} ${id}`;
