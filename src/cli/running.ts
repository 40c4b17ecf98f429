import type { Quotas } from "../api/limits.ts";

/** What `up` asks for. */
export interface RegionOptions {
  /** Absolute path of the state directory; it exists, mode 0700. */
  readonly state: string;
  readonly host: string;
  readonly port: number;
  /** Absent: the state's own, or us-east-1 for a new one. */
  readonly region?: string;
  /** Twelve digits. Absent: the state's own, or 123456789012 for a new one. */
  readonly account?: string;
  readonly dataplane: "kernel" | "none";
  readonly quotas: Quotas;
  /** The prefix public addresses are given out of, canonical. */
  readonly publicPool: string;
  /** Whether the internet is what this machine reaches, rather than the machine alone. */
  readonly beyond: boolean;
  /** Name servers, as address or address:port, for names that are not the region's own; none: such names are refused. */
  readonly dnsUpstream: readonly string[];
  /** Whom instances' requests for activation are passed on to; absent: they are refused. */
  readonly activation?: { readonly host: string; readonly port: number };
  /** The S3 that flow logs are delivered to, an http or https URL; absent: there is none. */
  readonly s3Endpoint?: string;
  /** Bytes that the files of local flow logs may have; absent: 10 GB. */
  readonly flowLogBytes?: number;
  /** Whether POST /_bailey/reset empties everything. */
  readonly allowReset: boolean;
  /** Whether launches may name any image: what runs is this machine's own file system all the same. Absent: no. */
  readonly anyImage?: boolean;
}

/** A region that answers calls. */
export interface Running {
  /** https://host:port, with the port that was bound. */
  readonly endpoint: string;
  /** Absolute path of the PEM file that clients trust. */
  readonly caBundle: string;
  /** The region and account in force: an existing state keeps its own. */
  readonly region: string;
  readonly account: string;
  /** What tells this state's kernel objects and instances from another's on the same kernel. */
  readonly realm: string;
  /** Stops answering, durably; instances and the kernel's filtering stay as they are. */
  close(): Promise<void>;
}
