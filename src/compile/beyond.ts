/**
 * The way from our device in the machine's own namespace to whatever the machine reaches, as nft text: the only table of
 * ours outside namespaces of ours, with the device's name. It speaks of packets that come or go by that device, and of
 * devices that forward for our sake alone.
 */
import { fingerprint } from "../values/fingerprint.ts";
import { markerChain } from "./nft.ts";

const tableOf = (device: string): string => `ip ${device}`;
const switchedSet = "switched";

/** Every realm's device in the machine's namespace. */
const anyUplink = '"bailey-*"';

function body(device: string, switched: readonly string[]): string {
  return `
  set ${switchedSet} { type ifname;${switched.length > 0 ? ` elements = { ${switched.map((each) => `"${each}"`).join(", ")} }` : ""} }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "${device}" goto leaving
    oifname "${device}" goto returning
    iifname @${switchedSet} oifname ${anyUplink} ct state { established, related } accept
    iifname @${switchedSet} drop
  }
  chain leaving {
    oifname ${anyUplink} drop
    ct state { new, established, related } accept
    drop
  }
  chain returning {
    ct state { established, related } accept
    drop
  }
  chain translating {
    type nat hook postrouting priority srcnat; policy accept;
    iifname "${device}" masquerade
  }`;
}

/** Names this text can say; others never become part of it. */
export const isPlainDevice = (name: string): boolean => /^[\w.@-]+$/.test(name);

/**
 * Makes the table anew, in one transaction. `switched`: devices that forward only because we made them; what else comes
 * by them is not forwarded, as before.
 */
export function beyondTable(device: string, switched: readonly string[]): string {
  const name = tableOf(device);
  return [
    `add table ${name}`,
    `delete table ${name}`,
    `table ${name} {\n  chain ${markerOf(device)} { }${body(device, switched)}\n}`,
  ].join("\n");
}

/** An empty chain that says which text the table was made from, whatever devices are in it. */
const markerOf = (device: string): string => markerChain(fingerprint(body(device, [])), 0);

export const deleteBeyondTable = (device: string): string => `delete table ${tableOf(device)}`;

export const listTables = "list tables ip";
export const listBeyondTable = (device: string): string => `list table ${tableOf(device)}`;

/** Whether the table is among those listed. */
export const hasBeyondTable = (tables: string, device: string): boolean => tables.split("\n").includes(`table ${tableOf(device)}`);

/** Reads a listing of the table: whether this very text made it, and which devices forward for our sake alone. */
export function parseBeyondTable(listing: string, device: string): { readonly ours: boolean; readonly switched: readonly string[] } {
  const elements = /set switched \{[^}]*elements = \{([^}]*)\}/.exec(listing)?.[1] ?? "";
  return {
    ours: listing.includes(`chain ${markerOf(device)} {`),
    switched: [...elements.matchAll(/"([^"]*)"/g)].flatMap(([, name]) => name ?? []),
  };
}
