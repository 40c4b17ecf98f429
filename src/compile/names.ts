/** Names of network namespaces: recognisably ours, and of one realm, to a process with no memory. */

export const namespacePrefix = (realm: string): string => `bailey-${realm}-`;
export const routerNamespace = (realm: string, network: string): string => `${namespacePrefix(realm)}${network}`;
export const hostNamespace = (realm: string, host: string): string => `${namespacePrefix(realm)}${host}`;
