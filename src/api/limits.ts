/**
 * Quotas, as Amazon sets them for a new account where nothing else is said. One table: every refusal that ends in
 * LimitExceeded reads its number here.
 */
export const limits = {
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
  /** Also the largest size a list can be given. */
  entriesPerPrefixList: 1000,
  /** Of the latest ones: an older version is forgotten. */
  versionsPerPrefixList: 1000,
  /** Added by one call, and removed by one. */
  entriesPerCall: 100,
  aclsPerVpc: 200,
  /** In each direction and family, the final deny included. */
  entriesPerAcl: 20,
  interfaces: 5000,
  /** Of an interface that is attached to nothing; an instance type says its own. */
  addressesPerInterface: 50,
  /** Amazon counts virtual processors; here an instance is a namespace. */
  instances: 1000,
  userDataBytes: 16 * 1024,
  tagsPerResource: 50,
  filterValues: 200,
} as const;
