import { refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";

/** Quotas as Amazon sets them for a new account, where nothing else is said. A region can be given others. */
export const standardQuotas = {
  /** Amazon: 5. A region of one's own has no reason to be that small. */
  vpcs: 200,
  subnetsPerVpc: 200,
  /** Of each family. */
  cidrsPerVpc: 5,
  groupsPerRegion: 2500,
  /** In each direction and family. A reference to a group counts in both families, a prefix list as its size. */
  rulesPerGroup: 60,
  groupsPerInterface: 5,
  prefixLists: 100,
  routeTablesPerVpc: 200,
  /** In each family, the local ones included. A prefix list counts as its size. */
  routesPerTable: 500,
  /** Amazon: as many as VPCs. */
  internetGateways: 200,
  /** Amazon: 5. The pool of a region of one's own is the limit that counts. */
  elasticIps: 100,
  natGatewaysPerZone: 5,
  customerGateways: 50,
  vpnGateways: 5,
  vpnConnections: 50,
  vpnConnectionsPerGateway: 10,
  carrierGatewaysPerVpc: 1,
  keyPairs: 5000,
  publicAccessExclusions: 50,
  mirrorFilters: 10_000,
  mirrorTargets: 10_000,
  mirrorSessions: 10_000,
  gatewayEndpointsPerVpc: 20,
  interfaceEndpointsPerVpc: 50,
  endpointServices: 20,
  transitGateways: 5,
  transitGatewaysPerVpc: 5,
  routeTablesPerTransitGateway: 20,
  /** Of a public one. */
  elasticIpsPerNatGateway: 2,
  aclsPerVpc: 200,
  /** In each direction and family, the final deny included. */
  entriesPerAcl: 20,
  interfaces: 5000,
  flowLogsPerResource: 250,
  activePeeringsPerVpc: 50,
  /** Requests of one VPC that nobody answered yet. */
  pendingPeeringsPerVpc: 25,
  /** Amazon counts virtual processors; here an instance is a namespace. */
  instances: 1000,
} as const;

export type Quota = keyof typeof standardQuotas;
export type Quotas = Readonly<Record<Quota, number>>;

/** What is the same in every region. */
export const limits = {
  /** Also the largest size a list can be given. */
  entriesPerPrefixList: 1000,
  /** Of the latest ones: an older version is forgotten. */
  versionsPerPrefixList: 1000,
  /** Added to a prefix list by one call, and removed by one. */
  entriesPerCall: 100,
  /** Of an interface that is attached to nothing; an instance type says its own. */
  addressesPerInterface: 50,
  addressesPerNatGateway: 8,
  /** Resources that one call makes flow logs for. */
  flowLogsPerCall: 300,
  rulesPerMirrorFilter: 10,
  mirrorSessionsPerInterface: 3,
  mirrorSourcesPerTarget: 10,
  userDataBytes: 16 * 1024,
  tagsPerResource: 50,
  filterValues: 200,
} as const;

/** How far Amazon raises a quota, where it says so. */
const highest: Partial<Quotas> = { groupsPerInterface: 16, entriesPerAcl: 40, routesPerTable: 1000, elasticIpsPerNatGateway: 8, activePeeringsPerVpc: 125 };
const mostRulesPerInterface = 1000;

/** The standard quotas with some of them replaced. Refuses an unknown name, and what Amazon would not grant. */
export function adjustQuotas(given: Readonly<Record<string, number>>): Quotas | Refusal {
  for (const [name, value] of Object.entries(given)) {
    if (!isQuota(name)) return invalid(`There is no quota ${name}; there are ${Object.keys(standardQuotas).join(", ")}`);
    const most = highest[name] ?? Infinity;
    if (!Number.isInteger(value) || value < 1) return invalid(`${name} must be a whole number above 0, not ${value}`);
    if (value > most) return invalid(`${name} can be ${most} at most, not ${value}`);
  }
  const quotas: Quotas = { ...standardQuotas, ...given };
  return quotas.rulesPerGroup * quotas.groupsPerInterface > mostRulesPerInterface
    ? invalid(`rulesPerGroup times groupsPerInterface can be ${mostRulesPerInterface} at most`)
    : quotas;
}

const isQuota = (name: string): name is Quota => Object.hasOwn(standardQuotas, name);
const invalid = (message: string): Refusal => refuse("InvalidParameterValue", message);
