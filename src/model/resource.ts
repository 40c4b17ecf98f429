import type { Id } from "../values/id.ts";
import type { Family } from "../values/ip.ts";
import type { LaunchTemplate } from "./launch-template.ts";
import type { BlockPublicAccess } from "./block-public-access.ts";
import type { KeptResource, KeptTarget } from "./kept.ts";
import type { MetadataDefaults, MetadataOptions } from "./metadata-options.ts";

/** What every resource carries. A resource is one immutable JSON document: strings are canonical, dates ISO 8601. */
export interface Owned {
  readonly account: string;
  readonly region: string;
  readonly tags: Readonly<Record<string, string>>;
  /** When it was made, ISO 8601 with milliseconds. */
  readonly created: string;
}

/** A region of an account, present once its default VPC has been made (or, after that, deleted). */
export interface RegionResource extends Owned {
  readonly kind: "region";
  readonly id: string;
  /** What launches get that do not say otherwise. */
  readonly metadataDefaults?: MetadataDefaults;
  /** Absent while it was never set: nothing is blocked. */
  readonly blockPublicAccess?: BlockPublicAccess;
}

export interface CidrAssociation {
  readonly association: string;
  readonly cidr: string;
}

export interface Vpc extends Owned {
  readonly kind: "vpc";
  readonly id: Id<"vpc">;
  readonly isDefault: boolean;
  /** The first is the primary one. */
  readonly cidrs: readonly CidrAssociation[];
  readonly ipv6Cidrs: readonly CidrAssociation[];
  readonly dhcpOptions: Id<"dhcp-options"> | "default";
  readonly defaultGroup: Id<"security-group">;
  readonly defaultAcl: Id<"network-acl">;
  readonly mainRouteTable: Id<"route-table">;
  readonly tenancy: "default" | "dedicated";
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
  readonly addressUsageMetrics: boolean;
}

export interface Subnet extends Owned {
  readonly kind: "subnet";
  readonly id: Id<"subnet">;
  readonly vpc: Id<"vpc">;
  /** Zone name, such as us-east-1a. */
  readonly zone: string;
  /** Absent: a subnet for IPv6 alone. No interface can be made in it. */
  readonly cidr?: string;
  readonly ipv6Cidrs: readonly CidrAssociation[];
  readonly acl: Id<"network-acl">;
  readonly aclAssociation: Id<"acl-association">;
  readonly defaultForZone: boolean;
  readonly mapPublicIp: boolean;
  readonly assignIpv6: boolean;
  /** What instances launched in it get that do not say. Absent: the usual ones. */
  readonly privateNames?: PrivateNames;
}

export interface SecurityGroup extends Owned {
  readonly kind: "security-group";
  readonly id: Id<"security-group">;
  readonly vpc: Id<"vpc">;
  readonly name: string;
  readonly description: string;
}

/** A group that interfaces of another VPC may have too, beside those of the VPC it was made in. */
export interface SecurityGroupVpcAssociation extends Owned {
  readonly kind: "security-group-vpc-association";
  /** group/vpc */
  readonly id: string;
  readonly group: Id<"security-group">;
  readonly vpc: Id<"vpc">;
}

/** Exactly one source (ingress) or destination (egress). */
export type RulePeer =
  | { readonly type: "cidr"; readonly cidr: string }
  | {
      readonly type: "group";
      readonly group: Id<"security-group">;
      readonly account: string;
      /** Where no VPC may use both groups: the named one's VPC, and the peering that reached it when it was named. */
      readonly across?: { readonly vpc: Id<"vpc">; readonly peering: Id<"vpc-peering-connection"> };
    }
  | { readonly type: "prefix-list"; readonly list: string };

export interface SecurityGroupRule extends Owned {
  readonly kind: "security-group-rule";
  readonly id: Id<"security-group-rule">;
  readonly group: Id<"security-group">;
  readonly egress: boolean;
  /** As stored: tcp, udp, icmp, icmpv6, a decimal number, or -1. */
  readonly protocol: string;
  /** Ports for tcp and udp, type and code for icmp and icmpv6 (-1: any), both -1 for every other protocol. */
  readonly from: number;
  readonly to: number;
  readonly peer: RulePeer;
  readonly description?: string;
}

export interface PrefixListEntry {
  readonly cidr: string;
  readonly description?: string;
}

/** A customer's list of CIDR blocks of one family, which rules can name. */
export interface PrefixList extends Owned {
  readonly kind: "prefix-list";
  readonly id: Id<"prefix-list">;
  readonly name: string;
  readonly family: Family;
  /** What a rule that names the list counts against a group's quota, however many entries there are. */
  readonly maxEntries: number;
  /** From 1; a change of entries makes the next one. */
  readonly version: number;
  /** Of the current version. */
  readonly entries: readonly PrefixListEntry[];
  readonly state: "create-complete" | "modify-complete" | "restore-complete" | "delete-failed";
}

/** The entries of a list as they were before its current version. */
export interface PrefixListVersion extends Owned {
  readonly kind: "prefix-list-version";
  /** list/version */
  readonly id: string;
  readonly list: Id<"prefix-list">;
  readonly version: number;
  readonly entries: readonly PrefixListEntry[];
}

export interface AclEntry {
  readonly number: number;
  readonly egress: boolean;
  /** Decimal protocol number, or -1. */
  readonly protocol: string;
  readonly action: "allow" | "deny";
  /** Either family; an entry touches only its own. */
  readonly cidr: string;
  readonly ports?: { readonly from: number; readonly to: number };
  readonly icmp?: { readonly type: number; readonly code: number };
}

export interface NetworkAcl extends Owned {
  readonly kind: "network-acl";
  readonly id: Id<"network-acl">;
  readonly vpc: Id<"vpc">;
  readonly isDefault: boolean;
  /** Sorted: egress first, then by number. Holds the final denies 32767 and 32768 too. */
  readonly entries: readonly AclEntry[];
}

export interface Attachment {
  readonly id: Id<"network-interface-attachment">;
  readonly instance: Id<"instance">;
  readonly deviceIndex: number;
  /** Its name inside the instance; eth<deviceIndex> where absent. */
  readonly device?: string;
  readonly deleteOnTermination: boolean;
  readonly attached: string;
}

/** After how many idle seconds a tracked connection is forgotten; what is absent has the default. */
export interface ConnectionTracking {
  /** TCP, once established. */
  readonly tcpEstablished?: number;
  /** UDP in one direction, or a single request and its response. */
  readonly udp?: number;
  /** UDP with more than that. */
  readonly udpStream?: number;
}

export interface NetworkInterface extends Owned {
  readonly kind: "network-interface";
  readonly id: Id<"network-interface">;
  readonly vpc: Id<"vpc">;
  readonly subnet: Id<"subnet">;
  /** What the data plane knows it by: 16 or more, no other interface of the VPC has it. */
  readonly number: number;
  /** aa:bb:cc:dd:ee:ff, lower case; locally administered, but where a virtual machine came with one. */
  readonly mac: string;
  readonly description: string;
  /** In the order given; at least one, but in a NAT gateway's. */
  readonly groups: readonly Id<"security-group">[];
  /** Private IPv4 addresses, the primary first. */
  readonly addresses: readonly string[];
  readonly ipv6Addresses: readonly string[];
  /** Blocks delegated to it, whose addresses are its own: IPv4 /28, IPv6 /80. */
  readonly prefixes?: readonly string[];
  readonly ipv6Prefixes?: readonly string[];
  /** A public address from the pool that its primary private address has until it goes. */
  readonly publicAddress?: string;
  /** Whether it gets one at each start of its instance. */
  readonly publicOnStart?: true;
  readonly sourceDestCheck: boolean;
  readonly connectionTracking?: ConnectionTracking;
  /** The NAT gateway it was made by and for: nobody else may change it, and it has no groups. */
  readonly natGateway?: Id<"nat-gateway">;
  /** The same for one that answers nothing here. */
  readonly managedBy?: Id<"transit-gateway-attachment"> | Id<"vpc-endpoint">;
  readonly attachment?: Attachment;
}

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

/** A workload that is not Bailey's: it has an interface here, and others start and stop its processes. */
export interface Attached {
  readonly kind: "namespace" | "process" | "container" | "tap";
  /** As its owner calls it: an absolute path, a process id, a container's name or id, a device of the host. */
  readonly name: string;
  /** What attached it, where that looks after it from then on: `cni <network>`. */
  readonly by?: string;
  /** Tells its network from any other of the host, while the host runs. Absent in a tap, whose network Bailey makes. */
  readonly network?: string;
  /** It is over when this path no longer leads to that network. */
  readonly path?: string;
  /** It is over when this process has ended; `started` is in clock ticks since the host's boot. */
  readonly process?: { readonly pid: number; readonly started: number };
}

export interface Instance extends Owned {
  readonly kind: "instance";
  readonly id: Id<"instance">;
  readonly reservation: Id<"reservation">;
  readonly launchIndex: number;
  readonly image: Id<"image">;
  readonly type: string;
  readonly state: InstanceState;
  /** Server.*, Client.* and the text beside it, when the state was not simply asked for. */
  readonly stateReason?: { readonly code: string; readonly message: string };
  readonly stateChanged: string;
  readonly launched: string;
  /** When a reboot was last asked for: the host starts its processes afresh once for each. */
  readonly rebooted?: string;
  readonly vpc: Id<"vpc">;
  readonly subnet: Id<"subnet">;
  /** The bytes given at launch, base64. */
  readonly userData?: string;
  readonly keyName?: string;
  readonly clientToken?: string;
  readonly terminationProtected: boolean;
  /** Absent: no. */
  readonly stopProtected?: boolean;
  readonly shutdownBehavior: "stop" | "terminate";
  /** Absent: its processes are started and stopped by Bailey. */
  readonly attached?: Attached;
  /** Absent in instances older than the metadata service: they have its defaults. */
  readonly metadataOptions?: MetadataOptions;
  /** Absent: its subnet's, of when it was launched, were the usual ones. */
  readonly privateNames?: PrivateNames;
  readonly wishes?: Wishes;
}

/** What was asked for that has no counterpart here, and is shown as it was asked for. */
export interface Wishes {
  readonly ebsOptimized?: boolean;
  readonly monitoring?: boolean;
  readonly credits?: "standard" | "unlimited";
  readonly tenancy?: "dedicated";
  readonly autoRecovery?: "disabled";
}

/** What the names of instances are to be made of, and be good for. */
export interface PrivateNames {
  readonly type: "ip-name" | "resource-name";
  /** Whether an A record, and an AAAA record, of the resource name was asked for. */
  readonly a: boolean;
  readonly aaaa: boolean;
}

/** Where a route leads. What it names may be gone: then it is a blackhole. */
export type RouteTarget =
  | { readonly type: "local" }
  | { readonly type: "internet-gateway"; readonly id: Id<"internet-gateway"> }
  | { readonly type: "egress-only-internet-gateway"; readonly id: Id<"egress-only-internet-gateway"> }
  | { readonly type: "nat-gateway"; readonly id: Id<"nat-gateway"> }
  | { readonly type: "network-interface"; readonly id: Id<"network-interface"> }
  | { readonly type: "vpc-peering-connection"; readonly id: Id<"vpc-peering-connection"> }
  | KeptTarget;

export interface Route {
  /** A prefix of either family, or the id of a prefix list. One route for each destination of a table. */
  readonly destination: string;
  readonly target: RouteTarget;
  readonly origin: "CreateRouteTable" | "CreateRoute";
}

/** What a table routes for: a subnet, or what comes in through a gateway. */
export interface RouteTableAssociation {
  readonly id: Id<"route-table-association">;
  readonly subnet?: Id<"subnet">;
  readonly gateway?: Id<"internet-gateway"> | Id<"vpn-gateway">;
}

export interface RouteTable extends Owned {
  readonly kind: "route-table";
  readonly id: Id<"route-table">;
  readonly vpc: Id<"vpc">;
  /** Present in the table of all subnets that are associated with none. */
  readonly mainAssociation?: Id<"route-table-association">;
  /** The explicit ones. A subnet or gateway is in one at most. */
  readonly associations: readonly RouteTableAssociation[];
  readonly routes: readonly Route[];
  /** The gateways whose learned routes it is to have. They learn none: their tunnels are never up. */
  readonly propagating?: readonly Id<"vpn-gateway">[];
}

export interface InternetGateway extends Owned {
  readonly kind: "internet-gateway";
  readonly id: Id<"internet-gateway">;
  /** The VPC it is attached to; one gateway at most for each. */
  readonly vpc?: Id<"vpc">;
}

/** Lets IPv6 out, and back only what was asked for. */
export interface EgressOnlyInternetGateway extends Owned {
  readonly kind: "egress-only-internet-gateway";
  readonly id: Id<"egress-only-internet-gateway">;
  readonly vpc: Id<"vpc">;
}

/** A public IPv4 address of an account's region. */
export interface ElasticIp extends Owned {
  readonly kind: "elastic-ip";
  readonly id: Id<"elastic-ip">;
  /** No other elastic IP and no interface of the world has it. */
  readonly publicIp: string;
  readonly association?: {
    readonly id: Id<"elastic-ip-association">;
    readonly interface: Id<"network-interface">;
    /** One of that interface's private addresses; it has no other public address. */
    readonly address: string;
  };
  /** The name its reverse record has, where one was set. */
  readonly ptr?: string;
}

export interface NatGatewayAddress {
  /** Of the gateway's own interface. */
  readonly address: string;
  /** Absent in a private gateway. */
  readonly allocation?: Id<"elastic-ip">;
}

export interface NatGateway extends Owned {
  readonly kind: "nat-gateway";
  readonly id: Id<"nat-gateway">;
  readonly vpc: Id<"vpc">;
  readonly subnet: Id<"subnet">;
  readonly connectivity: "public" | "private";
  /** Its interface in the subnet. Gone once it is deleted. */
  readonly interface: Id<"network-interface">;
  /** The primary first. */
  readonly addresses: readonly [NatGatewayAddress, ...NatGatewayAddress[]];
  /** When it was deleted, ISO 8601: it is shown for an hour more. */
  readonly deleted?: string;
}

export interface PeeringSide {
  readonly vpc: Id<"vpc">;
  readonly account: string;
  readonly region: string;
  /** Whether this VPC's names lead to private addresses when the other side asks. */
  readonly dnsResolution: boolean;
}

/** Owned by the requester, and `tags` are the requester's; the accepter sees it too. */
export interface VpcPeeringConnection extends Owned {
  readonly kind: "vpc-peering-connection";
  readonly id: Id<"vpc-peering-connection">;
  readonly accepterTags?: Readonly<Record<string, string>>;
  readonly requester: PeeringSide;
  readonly accepter: PeeringSide;
  readonly state: "pending-acceptance" | "active" | "rejected" | "deleted" | "failed";
  readonly message: string;
  /** When it came into its state, ISO 8601. */
  readonly stateChanged: string;
  /** When a request nobody answered lapses, ISO 8601. */
  readonly expires: string;
  /** What the data plane knows its link by: 2^24 or more, no other peering has it. */
  readonly number: number;
}

export interface DhcpOptions extends Owned {
  readonly kind: "dhcp-options";
  readonly id: Id<"dhcp-options">;
  readonly options: readonly { readonly key: string; readonly values: readonly string[] }[];
}

/** How the files of a flow log are written and laid out. */
export interface FlowLogFiles {
  readonly fileFormat: "plain-text" | "parquet";
  /** Whether folders are named `key=value`. */
  readonly hive: boolean;
  /** Whether each hour has a folder of its own. */
  readonly perHour: boolean;
}

/** Where a flow log's records go. */
export type FlowLogDestination =
  | {
      readonly type: "cloud-watch-logs";
      readonly group: string;
      /** Absent where the group was given by its name. */
      readonly arn?: string;
    }
  | (FlowLogFiles & {
      readonly type: "s3";
      readonly bucket: string;
      /** Without slashes at its ends; may be empty. */
      readonly prefix: string;
      /** As it was given. */
      readonly arn: string;
    })
  /** The region's own directory. */
  | (FlowLogFiles & { readonly type: "local" });

/** Tags whose values records can show: of what kind of resource, and up to two keys. */
export interface FlowLogTagFields {
  readonly resourceType: "network-interface" | "instance" | "auto-scaling-group";
  readonly keys: readonly string[];
}

/** Records of what passes an interface, or every interface in a subnet or a VPC. Nothing in it ever changes but tags. */
export interface FlowLog extends Owned {
  readonly kind: "flow-log";
  readonly id: Id<"flow-log">;
  readonly resourceId: Id<"vpc"> | Id<"subnet"> | Id<"network-interface">;
  readonly resourceType: "VPC" | "Subnet" | "NetworkInterface";
  readonly traffic: "ACCEPT" | "REJECT" | "ALL";
  readonly destination: FlowLogDestination;
  /** Of a record: `${field} ${field} …`, never left to a default. */
  readonly format: string;
  /** Longest time one record covers, in seconds. */
  readonly interval: 60 | 600;
  readonly tagFields?: readonly FlowLogTagFields[];
  /** The role it was given to deliver with: an ARN. */
  readonly role?: string;
}

/** What an idempotent call answered, so that the same call with the same token is answered the same. */
export interface ClientToken extends Owned {
  readonly kind: "client-token";
  /** account/region/operation/token */
  readonly id: string;
  /** Digest of the decoded input. */
  readonly digest: string;
  /** The output, as JSON. */
  readonly output: string;
}

export type Resource =
  | RegionResource
  | LaunchTemplate
  | Vpc
  | Subnet
  | SecurityGroup
  | SecurityGroupRule
  | SecurityGroupVpcAssociation
  | PrefixList
  | PrefixListVersion
  | NetworkAcl
  | NetworkInterface
  | Instance
  | RouteTable
  | InternetGateway
  | EgressOnlyInternetGateway
  | ElasticIp
  | NatGateway
  | VpcPeeringConnection
  | DhcpOptions
  | FlowLog
  | KeptResource
  | ClientToken;

export type Kind = Resource["kind"];
export type ResourceOf<K extends Kind> = Extract<Resource, { kind: K }>;
