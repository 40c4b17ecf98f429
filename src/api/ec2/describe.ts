import type { Filter } from "@aws-sdk/client-ec2";
import type { Scope } from "../../model/birth.ts";
import type { Resource, ResourceOf } from "../../model/resource.ts";
import { listSeen } from "../../model/visible.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters, Tagged } from "../filters.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import type { Bounds, Page, PageRequest } from "../pages.ts";
import { locateAll } from "./lookup.ts";
import type { Findable } from "./lookup.ts";

export interface Listing<K extends Findable, View extends Tagged> {
  readonly kind: K;
  /** The input's member of identifiers. `alone`: it may not be given together with MaxResults. */
  readonly ids: { readonly parameter: string; readonly alone: boolean };
  readonly bounds: Bounds;
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
    return refuse(
      "InvalidParameterCombination",
      `The parameter ${listing.ids.parameter} cannot be used with the parameter MaxResults`,
    );
  }
  const passes = parseFilters(listing.filters, request.Filters);
  if (isRefusal(passes)) return passes;
  const resources = named ? locateAll(world, scope, listing.kind, named) : listSeen(world, scope, listing.kind);
  if (isRefusal(resources)) return resources;

  const candidates = resources.map((resource) => ({ resource, view: listing.view(world, resource) }));
  const passing = candidates.filter(({ view }) => passes(view));
  const { items, next } = pageOf(passing, ({ resource }) => ageKey(resource), page, listing.kind);
  return { items: items.map(({ view }) => view), next };
}

/** Sorts resources oldest first, and never ties. */
export const ageKey = ({ created, id }: Resource): string => `${created} ${id}`;
