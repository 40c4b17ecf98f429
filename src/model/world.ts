import { Map as PersistentMap } from "immutable";
import { evolved } from "../values/derived.ts";
import type { Kind, Resource, ResourceOf } from "./resource.ts";

/** Resources of one kind by id. Identity is kept while nothing in it changes, so callers may memoise on it. */
export type Table<K extends Kind> = PersistentMap<string, ResourceOf<K>>;

/**
 * For each index: the kind it covers and the keys a resource is listed under. An index's entry keeps its identity
 * while none of its resources changes.
 */
const indexes = {
  subnetsOfVpc: { kind: "subnet", keys: (r) => [r.vpc] },
  groupsOfVpc: { kind: "security-group", keys: (r) => [r.vpc] },
  /** By VPC/name, in lower case. */
  groupsOfName: { kind: "security-group", keys: (r) => [nameKey(r.vpc, r.name)] },
  rulesOfGroup: { kind: "security-group-rule", keys: (r) => [r.group] },
  rulesReferring: {
    kind: "security-group-rule",
    keys: (r) => (r.peer.type === "group" ? [r.peer.group] : []),
  },
  rulesOfPrefixList: {
    kind: "security-group-rule",
    keys: (r) => (r.peer.type === "prefix-list" ? [r.peer.list] : []),
  },
  versionsOfPrefixList: { kind: "prefix-list-version", keys: (r) => [r.list] },
  associationsOfGroup: { kind: "security-group-vpc-association", keys: (r) => [r.group] },
  associationsOfVpc: { kind: "security-group-vpc-association", keys: (r) => [r.vpc] },
  aclsOfVpc: { kind: "network-acl", keys: (r) => [r.vpc] },
  subnetsOfAcl: { kind: "subnet", keys: (r) => [r.acl] },
  interfacesOfVpc: { kind: "network-interface", keys: (r) => [r.vpc], large: true },
  interfacesOfSubnet: { kind: "network-interface", keys: (r) => [r.subnet] },
  interfacesOfGroup: { kind: "network-interface", keys: (r) => r.groups },
  interfacesOfInstance: {
    kind: "network-interface",
    keys: (r) => (r.attachment ? [r.attachment.instance] : []),
  },
  instancesOfVpc: { kind: "instance", keys: (r) => [r.vpc] },
  routeTablesOfVpc: { kind: "route-table", keys: (r) => [r.vpc] },
  /** By what is associated with them explicitly: a subnet or an internet gateway. */
  routeTablesOf: {
    kind: "route-table",
    keys: (r) => r.associations.flatMap(({ subnet, gateway }) => subnet ?? gateway ?? []),
  },
  /** By the ids of what their routes lead to, and of the prefix lists that are their destinations. */
  routeTablesNaming: {
    kind: "route-table",
    keys: (r) => [
      ...new Set(r.routes.flatMap(({ destination, target }) => [
        ...("id" in target ? [target.id] : []),
        ...(destination.startsWith("pl-") ? [destination] : []),
      ])),
    ],
  },
  internetGatewaysOfVpc: { kind: "internet-gateway", keys: (r) => (r.vpc ? [r.vpc] : []) },
  egressOnlyGatewaysOfVpc: { kind: "egress-only-internet-gateway", keys: (r) => [r.vpc] },
  vpnGatewaysOfVpc: { kind: "vpn-gateway", keys: (r) => (r.vpc && r.deleted === undefined ? [r.vpc] : []) },
  transitAttachmentsOfVpc: {
    kind: "transit-gateway-attachment",
    keys: (r) => (r.to.type === "vpc" && r.deleted === undefined ? [r.to.vpc] : []),
  },
  /** Both gateways of a peering. */
  attachmentsOfTransitGateway: {
    kind: "transit-gateway-attachment",
    keys: (r) => [...new Set([r.gateway, ...(r.to.type === "peering" ? [r.to.gateway] : [])])],
  },
  /** By account/region of either side. */
  transitAttachmentsSeenFrom: {
    kind: "transit-gateway-attachment",
    keys: (r) => [...new Set([scopeKey(r), ...(r.to.type === "peering" ? [scopeKey(r.to)] : [])])],
  },
  tablesOfTransitGateway: { kind: "transit-gateway-route-table", keys: (r) => [r.gateway] },
  /** By the attachments that are associated with them or propagate to them. */
  tablesOfTransitAttachment: {
    kind: "transit-gateway-route-table",
    keys: (r) => (r.deleted === undefined ? [...new Set([...r.associations, ...r.propagations])] : []),
  },
  endpointsOfVpc: { kind: "vpc-endpoint", keys: (r) => (r.deleted === undefined ? [r.vpc] : []) },
  /** By the name of the service. */
  endpointsOfService: { kind: "vpc-endpoint", keys: (r) => (r.deleted === undefined ? [r.service] : []) },
  carrierGatewaysOfVpc: { kind: "carrier-gateway", keys: (r) => (r.deleted === undefined ? [r.vpc] : []) },
  reservationsOfSubnet: { kind: "subnet-cidr-reservation", keys: (r) => [r.subnet] },
  permissionsOfInterface: { kind: "network-interface-permission", keys: (r) => [r.interface] },
  /** By the VPC or subnet. */
  exclusionsOfResource: { kind: "vpc-block-public-access-exclusion", keys: (r) => (r.deleted === undefined ? [r.resource] : []) },
  rulesOfMirrorFilter: { kind: "traffic-mirror-filter-rule", keys: (r) => [r.filter] },
  mirrorSessionsOfInterface: { kind: "traffic-mirror-session", keys: (r) => [r.interface] },
  mirrorSessionsOfFilter: { kind: "traffic-mirror-session", keys: (r) => [r.filter] },
  mirrorSessionsOfTarget: { kind: "traffic-mirror-session", keys: (r) => [r.target] },
  natGatewaysOfVpc: { kind: "nat-gateway", keys: (r) => (r.deleted === undefined ? [r.vpc] : []) },
  natGatewaysOfSubnet: { kind: "nat-gateway", keys: (r) => (r.deleted === undefined ? [r.subnet] : []) },
  elasticIpsOfInterface: { kind: "elastic-ip", keys: (r) => (r.association ? [r.association.interface] : []) },
  elasticIpsOfPublicIp: { kind: "elastic-ip", keys: (r) => [r.publicIp] },
  interfacesOfPublicIp: { kind: "network-interface", keys: (r) => (r.publicAddress ? [r.publicAddress] : []) },
  /** By the VPC, subnet or interface whose packets they record. */
  flowLogsOfResource: { kind: "flow-log", keys: (r) => [r.resourceId] },
  peeringsOfVpc: { kind: "vpc-peering-connection", keys: (r) => [r.requester.vpc, r.accepter.vpc] },
  /** By account/region of either side. */
  peeringsSeenFrom: {
    kind: "vpc-peering-connection",
    keys: (r) => [...new Set([scopeKey(r.requester), scopeKey(r.accepter)])],
  },
} satisfies { readonly [I in string]: AnyIndex };

type AnyIndex = {
  [K in Kind]: {
    readonly kind: K;
    readonly keys: (r: ResourceOf<K>) => readonly string[];
    /** An entry may be large, and it is remembered what it came of: what is made of it may follow what changed. */
    readonly large?: true;
  };
}[Kind];
export type IndexName = keyof typeof indexes;
type IndexedKind<I extends IndexName> = (typeof indexes)[I]["kind"];
const indexesOf = Map.groupBy(Object.keys(indexes) as IndexName[], (name): Kind => indexes[name].kind);

/** account/region: the resources one caller's call can see. */
export const scopeKey = (owned: { readonly account: string; readonly region: string }): string =>
  `${owned.account}/${owned.region}`;

/** Two names of groups that differ in case only are one name. */
export const nameKey = (vpc: string, name: string): string => `${vpc}/${name.toLowerCase()}`;

type Buckets = PersistentMap<string, PersistentMap<string, Resource>>;

/** Everything Bailey knows, as one immutable value. `revision` counts the commits that made it. */
export interface World {
  readonly revision: number;
  /** By kind, then id. */
  readonly tables: PersistentMap<string, PersistentMap<string, Resource>>;
  /** By kind and scope, then id. */
  readonly scopes: Buckets;
  /** By index name and key, then id. */
  readonly buckets: PersistentMap<string, Buckets>;
}

/** The closed list of changes a world admits. */
export type Change =
  | { readonly put: Resource }
  | { readonly delete: { readonly kind: Kind; readonly id: string } };

export const put = (resource: Resource): Change => ({ put: resource });
export const remove = (resource: Resource): Change => ({ delete: { kind: resource.kind, id: resource.id } });

export const emptyWorld: World = {
  revision: 0,
  tables: PersistentMap(),
  scopes: PersistentMap(),
  buckets: PersistentMap(),
};

/** The world after the changes, in order, as revision + 1. */
export function applyChanges(world: World, changes: readonly Change[]): World {
  let { tables, scopes, buckets } = world;
  for (const change of changes) {
    const { kind, id } = "put" in change ? change.put : change.delete;
    const before = tables.get(kind)?.get(id);
    const after = "put" in change ? change.put : undefined;
    const [oldScope, newScope] = [before && `${kind}/${scopeKey(before)}`, after && `${kind}/${scopeKey(after)}`];
    const scope = newScope ?? oldScope;
    // Where all of a kind are of one scope, which is so for most regions, one map serves as both.
    const alone = scope !== undefined && (oldScope ?? scope) === scope && scopes.get(scope) === tables.get(kind);
    tables = place(tables, kind, id, after);
    if (alone) scopes = keep(scopes, scope, tables.get(kind));
    else {
      if (oldScope !== undefined && oldScope !== newScope) scopes = place(scopes, oldScope, id, undefined);
      if (newScope !== undefined) scopes = place(scopes, newScope, id, after);
    }
    for (const name of indexesOf.get(kind) ?? []) {
      const oldKeys = keysOf(name, before);
      const newKeys = keysOf(name, after);
      if (oldKeys.length + newKeys.length === 0) continue;
      let index: Buckets = buckets.get(name) ?? PersistentMap();
      for (const key of oldKeys) if (!newKeys.includes(key)) index = place(index, key, id, undefined);
      for (const key of newKeys) index = place(index, key, id, after);
      if ("large" in indexes[name]) for (const key of new Set([...oldKeys, ...newKeys])) follow(buckets.get(name), index, key, id);
      buckets = index.size === 0 ? buckets.delete(name) : buckets.set(name, index);
    }
  }
  return { revision: world.revision + 1, tables, scopes, buckets };
}

function follow(before: Buckets | undefined, after: Buckets, key: string, id: string): void {
  const [former, next] = [before?.get(key), after.get(key)];
  if (former && next) evolved(next, former, new Set([id]));
}

/** The world of these resources, no two of one kind and id: what putting each into an empty one makes, but at once. */
export function worldOf(resources: Iterable<Resource>, revision: number): World {
  const tables: Gathered = new Map();
  const buckets = new Map<IndexName, Gathered>();
  for (const resource of resources) {
    const { kind } = resource;
    gather(tables, kind, resource);
    for (const name of indexesOf.get(kind) ?? []) {
      const index: Gathered = buckets.get(name) ?? new Map();
      for (const key of keysOf(name, resource)) gather(index, key, resource);
      if (index.size > 0) buckets.set(name, index);
    }
  }
  const byKind = persist(tables);
  const byScope = PersistentMap([...byKind].flatMap(([kind, all]) => scopesOf(kind, all)));
  return { revision, tables: byKind, scopes: byScope, buckets: PersistentMap([...buckets].map(([name, index]) => [name, persist(index)])) };
}

/** All of a kind by scope: as above, one map serves as both where there is one scope only. */
function scopesOf(kind: string, all: PersistentMap<string, Resource>): [string, PersistentMap<string, Resource>][] {
  const scopes = new Set([...all.values()].map(scopeKey));
  return [...scopes].map((scope) => [`${kind}/${scope}`, scopes.size === 1 ? all : all.filter((resource) => scopeKey(resource) === scope)]);
}

/** Maps that are changed in place until all is in them. */
type Gathered = Map<string, PersistentMap<string, Resource>>;

function gather(outer: Gathered, key: string, resource: Resource): void {
  const inner = outer.get(key) ?? PersistentMap<string, Resource>().asMutable();
  outer.set(key, inner.set(resource.id, resource));
}

const persist = (gathered: Gathered): Buckets => PersistentMap([...gathered].map(([key, inner]) => [key, inner.asImmutable()]));

function keysOf(name: IndexName, resource: Resource | undefined): readonly string[] {
  if (!resource) return [];
  const keys = indexes[name].keys as (r: Resource) => readonly string[];
  return keys(resource);
}

function place(outer: Buckets, key: string, id: string, value: Resource | undefined): Buckets {
  const inner = outer.get(key) ?? PersistentMap<string, Resource>();
  return keep(outer, key, value ? inner.set(id, value) : inner.delete(id));
}

/** No key stands for an empty map. */
const keep = (outer: Buckets, key: string, inner: PersistentMap<string, Resource> | undefined): Buckets =>
  inner === undefined || inner.size === 0 ? outer.delete(key) : outer.set(key, inner);

/** The resource of that kind and id, whoever owns it. */
export function find<K extends Kind>(world: World, kind: K, id: string): ResourceOf<K> | undefined {
  return world.tables.get(kind)?.get(id) as ResourceOf<K> | undefined;
}

/** The resource of that kind and id if it lives in the scope: what lives elsewhere does not exist for this caller. */
export function findIn<K extends Kind>(
  world: World,
  scope: { readonly account: string; readonly region: string },
  kind: K,
  id: string,
): ResourceOf<K> | undefined {
  const found = find(world, kind, id);
  return found && found.account === scope.account && found.region === scope.region ? found : undefined;
}

/** A resource another one names, which therefore exists (an invariant of the model). */
export function need<K extends Kind>(world: World, kind: K, id: string): ResourceOf<K> {
  const found = find(world, kind, id);
  if (!found) throw new Error(`the world names ${kind} ${id} but does not hold it`);
  return found;
}

/** All resources of a kind in a scope, by id order of insertion is not promised: sort before showing. */
export function list<K extends Kind>(
  world: World,
  scope: { readonly account: string; readonly region: string },
  kind: K,
): ResourceOf<K>[] {
  return [...tableIn(world, scope, kind).values()];
}

/** All resources of a kind in a scope by id. The map's identity is kept while none of them changes. */
export const tableIn = <K extends Kind>(
  world: World,
  scope: { readonly account: string; readonly region: string },
  kind: K,
): Table<K> => (world.scopes.get(`${kind}/${scopeKey(scope)}`) ?? nothing) as Table<K>;

/** All resources of a kind by id, in every account and region. The map's identity is kept while none of them changes. */
export const tableOf = <K extends Kind>(world: World, kind: K): Table<K> => (world.tables.get(kind) ?? nothing) as Table<K>;

/** All resources of a kind, in every account and region. */
export const everywhere = <K extends Kind>(world: World, kind: K): ResourceOf<K>[] => [...tableOf(world, kind).values()];

/** Every resource there is. */
export const everything = (world: World): Resource[] => [...world.tables.values()].flatMap((table) => [...table.values()]);

const nothing = PersistentMap<string, Resource>();

/** The resources an index lists under a key. The map's identity is kept while none of them changes. */
export function listed<I extends IndexName>(world: World, index: I, key: string): Table<IndexedKind<I>> {
  return (world.buckets.get(index)?.get(key) ?? nothing) as Table<IndexedKind<I>>;
}
