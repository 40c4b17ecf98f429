/** Names of network namespaces: recognisably ours, and of one realm, to a process with no memory. */

export const namespacePrefix = (realm: string): string => `bailey-${realm}-`;
export const routerNamespace = (realm: string, network: string): string => `${namespacePrefix(realm)}${network}`;
export const hostNamespace = (realm: string, host: string): string => `${namespacePrefix(realm)}${host}`;

/** Where all ways to the internet meet. */
export const edgeNamespace = (realm: string): string => `${namespacePrefix(realm)}edge`;

/** The network namespace Bailey itself is in, which has no name among the others. */
export const machine = "machine";
/** A name for the namespace that stands for it where that one is closed to us, without root. */
export const standIn = "bailey-machine";
/** Our one device there: as long as a name may be. */
export const uplinkDevice = (realm: string): string => `bailey-${realm}`.slice(0, 15);
/** The same from the prefix of a realm's names. */
export const uplinkOf = (prefix: string): string => prefix.slice(0, -1).slice(0, 15);
/** Whether a device of the machine's is some realm's. */
export const isUplink = (device: string): boolean => device.startsWith("bailey-");
