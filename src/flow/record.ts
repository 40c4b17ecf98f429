/** What flows past an interface, as it is counted and as it is told. */
import type { Ip } from "../values/ip.ts";

/** What was counted of one flow since it was last read. */
export interface Count {
  /** eni-… */
  readonly interface: string;
  readonly direction: "ingress" | "egress";
  readonly action: "ACCEPT" | "REJECT";
  /** In the packet, as the interface's side of the lists sees it. */
  readonly source: Ip;
  readonly destination: Ip;
  /** 0 where the protocol has none. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly packets: number;
  /** IP length. */
  readonly bytes: number;
  /** OR of FIN 1, SYN 2, RST 4, SYN-ACK 18. */
  readonly tcpFlags: number;
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
  /** Of a REJECT: where it was refused, such as "groups out", "acl in", "source check", "route", "late". */
  readonly gate?: string;
}

/** The interface at the other end of a flow. */
export interface NextHop {
  readonly interface: string;
  readonly subnet: string;
  readonly zoneId: string;
  readonly vpc: string;
  readonly type?: string;
}

/** Fields whose values are those of configured tag keys. */
export type TagField = `${"instance" | "interface" | "asg"}-tag${"" | "-2"}`;

/** Fields that only somebody else can fill: a task's scheduler, Amazon's address lists, its encryption controls. */
export type ForeignField =
  | `sublocation-${"type" | "id"}`
  | `pkt-${"src" | "dst"}-aws-service`
  | `ecs-${"cluster" | "container-instance" | "task-definition" | "task"}-arn`
  | `ecs-${"cluster" | "service"}-name`
  | `ecs-${"container-instance" | "container" | "second-container" | "task"}-id`
  | "reject-reason"
  | "resource-id"
  | "encryption-status";

/** A Count and all that formats can ask about it; what is absent is told as `-`. */
export interface FlowRecord {
  readonly status: "OK" | "NODATA" | "SKIPDATA";
  readonly account: string;
  readonly interface: string;
  /** Unix seconds. */
  readonly start: number;
  readonly end: number;
  /** Absent in NODATA and SKIPDATA. */
  readonly count?: Count;
  /** The interface's primary private IPv4 address. */
  readonly primary4?: string;
  /** All of the interface's addresses, canonical. */
  readonly ownAddresses: readonly string[];
  readonly vpc: string;
  readonly subnet: string;
  readonly instance?: string;
  readonly region: string;
  readonly zoneId: string;
  /** 1 to 8; of egress only. */
  readonly trafficPath?: number;
  readonly interfaceType?: string;
  readonly nextHop?: NextHop;
  readonly tags?: Readonly<Partial<Record<TagField, string>>>;
  readonly foreign?: Readonly<Partial<Record<ForeignField, string | number>>>;
  /** What decided: Bailey's own fields. */
  readonly decided?: {
    /** `sgr-…`, `acl-…:number:direction`, or the reason. */
    readonly rule: string;
    readonly gate: string;
    readonly tracked?: boolean;
    /** The policy's revision. */
    readonly revision: number;
  };
}
