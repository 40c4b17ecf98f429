/** The kernel as the reconciler sees it: what it may be asked to do, and what can be read back. Plain data both ways. */
import type { Translated } from "../policy/translation.ts";
import type { Cidr, Family, Ip } from "../values/ip.ts";

/**
 * Routers forward and answer for others; hosts are the namespaces instances live in; foreign ones, hosts that others
 * made; bridges join a link to a device of the machine's. The machine's own namespace is there already, and only what is
 * on our one device is ours.
 */
export type NamespaceRole = "router" | "host" | "foreign" | "bridge" | "machine";

export interface Link {
  /** The router's end. Its namespace is the one the link is listed in. */
  readonly device: string;
  /** Its number there, chosen by us: rules may name it before it exists. */
  readonly index: number;
  readonly mtu: number;
  readonly mac: string;
  /** The other end: which namespace it was made in, its name and address there. */
  readonly peer: {
    readonly namespace: string;
    readonly device: string;
    readonly mac: string;
    /** Chosen by us too where rules name it. */
    readonly index?: number;
  };
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
  /** Without a device: back to the tables that come after. */
  readonly throw?: true;
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

/** What carries a mark, or everything, is routed by a table; lower priorities are asked first. */
export interface LookupRule {
  readonly family: Family;
  readonly priority: number;
  readonly table: number;
  readonly mark?: number;
}

export type RoutingRule = SourceRule | LookupRule;

export interface Neighbour {
  readonly device: string;
  readonly ip: Ip;
  readonly mac: string;
}

/** From our device on the machine, packets may go on to whatever the machine reaches. */
export interface Beyond {
  readonly device: string;
  /** Nothing of it is missing or other than we made it. */
  readonly whole: boolean;
}

/** What one network namespace holds of ours. Keys make two states comparable. */
export interface NamespaceState {
  readonly role: NamespaceRole;
  readonly links: ReadonlyMap<string, Link>;
  readonly addresses: ReadonlyMap<string, Address>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly neighbours: ReadonlyMap<string, Neighbour>;
  readonly rules: ReadonlyMap<string, RoutingRule>;
  /** The machine's device that is joined to our link here. */
  readonly tap?: string;
  /** Of the machine. */
  readonly beyond?: Beyond;
}

/** Our end of the link that a tap is joined to. */
export const tapPort = "bailey-port";

/** A connection whose addresses are not the same for both its ends. */
export interface TranslatedConnection extends Translated {
  /** That of an appliance's leg; 0 elsewhere. */
  readonly zone: number;
  /** What the kernel knows it by. */
  readonly key: { readonly original: Uint8Array; readonly id: Uint8Array; readonly zone?: Uint8Array };
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
  | { readonly op: "rule.add" | "rule.delete"; readonly namespace: string; readonly rule: RoutingRule }
  | { readonly op: "neighbour.add" | "neighbour.delete"; readonly namespace: string; readonly neighbour: Neighbour }
  | { readonly op: "beyond.add" | "beyond.delete"; readonly namespace: string; readonly device: string }
  | { readonly op: "tap.add"; readonly namespace: string; readonly tap: string }
  | { readonly op: "connection.delete"; readonly namespace: string; readonly connection: TranslatedConnection }
  /** One nftables transaction. */
  | { readonly op: "nft"; readonly namespace: string; readonly commands: string };

/** Why a step could not be made, and the namespace it is to be blamed on: of a link, its far end's. */
export class StepFailure extends Error {
  readonly namespace: string;
  constructor(message: string, namespace: string) {
    super(message);
    this.namespace = namespace;
  }
}

export interface Kernel {
  /** Runs the steps in order; rejects with a StepFailure at the first that fails. Adding what is there, or deleting what is not, succeeds. */
  run(steps: readonly Step[]): Promise<void>;
  /** Everything in namespaces whose name starts with the prefix. */
  observe(prefix: string): Promise<ReadonlyMap<string, ObservedNamespace>>;
  /** The IPv4 connections of a namespace that are translated. */
  translated(namespace: string): Promise<readonly TranslatedConnection[]>;
  /** Runs one nft command in a namespace and returns what it prints. */
  query(namespace: string, command: string): Promise<string>;
  close(): Promise<void>;
}
