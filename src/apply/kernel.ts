/** The kernel as the reconciler sees it: what it may be asked to do, and what can be read back. Plain data both ways. */
import type { Cidr, Ip } from "../values/ip.ts";

/** Routers forward and answer for others; hosts are the namespaces instances live in. */
export type NamespaceRole = "router" | "host";

export interface Link {
  /** The router's end. Its namespace is the one the link is listed in. */
  readonly device: string;
  /** Its number there, chosen by us: rules may name it before it exists. */
  readonly index: number;
  readonly mtu: number;
  readonly mac: string;
  /** The other end: which namespace it was made in, its name and address there. */
  readonly peer: { readonly namespace: string; readonly device: string; readonly mac: string };
}

export interface Address {
  readonly device: string;
  readonly ip: Ip;
  readonly length: number;
}

export interface Route {
  readonly destination: Cidr;
  /** Absent: blackhole, silently dropped. */
  readonly device?: string;
  readonly via?: Ip;
  readonly metric: number;
  /** Absent: the main one. */
  readonly table?: number;
}

/** What comes from an address is routed by a table of its own. */
export interface SourceRule {
  readonly source: Ip;
  readonly table: number;
}

export interface Neighbour {
  readonly device: string;
  readonly ip: Ip;
  readonly mac: string;
}

/** What one network namespace holds of ours. Keys make two states comparable. */
export interface NamespaceState {
  readonly role: NamespaceRole;
  readonly links: ReadonlyMap<string, Link>;
  readonly addresses: ReadonlyMap<string, Address>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly neighbours: ReadonlyMap<string, Neighbour>;
  readonly rules: ReadonlyMap<string, SourceRule>;
}

/** The ruleset in force, as its marker says it: what was intended, and the generation. */
export interface Marker {
  readonly fingerprint: string;
  readonly generation: number;
}

export interface ObservedNamespace extends NamespaceState {
  readonly marker?: Marker;
}

export type Step =
  | { readonly op: "namespace.add"; readonly namespace: string; readonly role: NamespaceRole }
  | { readonly op: "namespace.delete"; readonly namespace: string }
  | { readonly op: "link.add"; readonly namespace: string; readonly link: Link }
  | { readonly op: "link.delete"; readonly namespace: string; readonly device: string }
  | { readonly op: "address.add" | "address.delete"; readonly namespace: string; readonly address: Address }
  | { readonly op: "route.add" | "route.delete"; readonly namespace: string; readonly route: Route }
  | { readonly op: "rule.add" | "rule.delete"; readonly namespace: string; readonly rule: SourceRule }
  | { readonly op: "neighbour.add" | "neighbour.delete"; readonly namespace: string; readonly neighbour: Neighbour }
  /** One nftables transaction. */
  | { readonly op: "nft"; readonly namespace: string; readonly commands: string };

export interface Kernel {
  /** Runs the steps in order; rejects at the first that fails, naming it. Adding what is there, or deleting what is not, succeeds. */
  run(steps: readonly Step[]): Promise<void>;
  /** Everything in namespaces whose name starts with the prefix. */
  observe(prefix: string): Promise<ReadonlyMap<string, ObservedNamespace>>;
  /** Runs one nft command in a namespace and returns what it prints. */
  query(namespace: string, command: string): Promise<string>;
  close(): Promise<void>;
}
