/** Resource identifiers: `<prefix>-<17 lowercase hex>` (8 hex are accepted, as Amazon's oldest resources have them). */

/** One alphabetical, append-only table: kind → prefix on the wire. */
export const idPrefixes = {
  "acl-association": "aclassoc",
  "carrier-gateway": "cagw",
  "client-token": "ctok",
  "customer-gateway": "cgw",
  "dhcp-options": "dopt",
  "egress-only-internet-gateway": "eigw",
  "elastic-ip": "eipalloc",
  "elastic-ip-association": "eipassoc",
  "flow-log": "fl",
  image: "ami",
  instance: "i",
  "internet-gateway": "igw",
  "key-pair": "key",
  "launch-template": "lt",
  "nat-gateway": "nat",
  "network-acl": "acl",
  "network-insights-analysis": "nia",
  "network-insights-path": "nip",
  "network-interface": "eni",
  "network-interface-attachment": "eni-attach",
  "network-interface-permission": "eni-perm",
  "prefix-list": "pl",
  reservation: "r",
  "route-table": "rtb",
  "route-table-association": "rtbassoc",
  "security-group": "sg",
  "security-group-rule": "sgr",
  subnet: "subnet",
  "subnet-cidr-association": "subnet-cidr-assoc",
  "subnet-cidr-reservation": "scr",
  "traffic-mirror-filter": "tmf",
  "traffic-mirror-filter-rule": "tmfr",
  "traffic-mirror-session": "tms",
  "traffic-mirror-target": "tmt",
  "transit-gateway": "tgw",
  "transit-gateway-attachment": "tgw-attach",
  "transit-gateway-route-table": "tgw-rtb",
  vpc: "vpc",
  "vpc-block-public-access-exclusion": "vpcbpa-exclude",
  "vpc-cidr-association": "vpc-cidr-assoc",
  "vpc-endpoint": "vpce",
  "vpc-endpoint-service": "vpce-svc",
  "vpc-endpoint-service-permission": "vpce-svc-perm",
  "vpc-peering-connection": "pcx",
  "vpn-connection": "vpn",
  "vpn-gateway": "vgw",
} as const;

export type IdKind = keyof typeof idPrefixes;

declare const kindOf: unique symbol;
/** A well-formed identifier of one kind. Only parseId and mintId make one. */
export type Id<K extends IdKind> = string & { readonly [kindOf]: K };

const hex = /^(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** The identifier, or undefined when the text is malformed or of another kind. */
export function parseId<K extends IdKind>(kind: K, text: string): Id<K> | undefined {
  const prefix = `${idPrefixes[kind]}-`;
  if (!text.startsWith(prefix) || !hex.test(text.slice(prefix.length))) return undefined;
  return text as Id<K>;
}

/** Makes an identifier from 17 lowercase hex digits of the caller's randomness. */
export function mintId<K extends IdKind>(kind: K, digits: string): Id<K> {
  return `${idPrefixes[kind]}-${digits.slice(0, 17)}` as Id<K>;
}

/** The kind an identifier's prefix says, longest prefix first (`eni-attach-` before `eni-`). */
export function kindOfId(text: string): IdKind | undefined {
  const dash = text.lastIndexOf("-");
  if (dash < 0 || !hex.test(text.slice(dash + 1))) return undefined;
  const prefix = text.slice(0, dash);
  for (const [kind, known] of Object.entries(idPrefixes)) if (known === prefix) return kind as IdKind;
  return undefined;
}
