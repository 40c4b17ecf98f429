/** What a runtime says to a plugin of the Container Network Interface: its environment, and JSON on stdin. */
import { isAbsolute } from "node:path";
import { fail, type Failure, isFailure } from "./failure.ts";

/** The versions whose results we can say. */
export const versions: readonly string[] = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

export interface Configuration {
  readonly cniVersion: string;
  readonly name: string;
  readonly subnet: string;
  readonly groups: readonly string[];
  /** The state directory of the region; absent: the user's. */
  readonly state?: string;
  readonly region?: string;
  /** Overrides what the VPC's DHCP options say. */
  readonly dns?: Json;
  /** Asked for by the runtime's user, without a prefix length. */
  readonly address?: string;
  /** What plugins before this one made, or on DEL and CHECK this one too. */
  readonly prevResult?: Json;
  /** On GC: what is still there. */
  readonly valid: readonly { readonly containerID: string; readonly ifname: string }[];
}

/** One interface of one container. */
export interface Attachment {
  readonly container: string;
  readonly device: string;
  /** Empty where the runtime does not say it any more. */
  readonly netns: string;
  /** CNI_ARGS. */
  readonly args: ReadonlyMap<string, string>;
}

export type Json = Readonly<Record<string, unknown>>;
export const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

/** The members of stdin's JSON object. */
export function decode(text: string): Json | Failure {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : fail("undecodable", "The network configuration is not a JSON object");
  } catch (error) {
    return fail("undecodable", "The network configuration is not JSON", String(error));
  }
}

const invalid = (msg: string): Failure => fail("invalidConfiguration", msg);

export function readConfiguration(text: string): Configuration | Failure {
  const json = decode(text);
  if (isFailure(json)) return json;
  const { cniVersion = "0.1.0", name, subnet, groups = [], state, region, dns, ipam, prevResult } = json;
  if (typeof cniVersion !== "string" || !versions.includes(cniVersion)) {
    return fail("incompatibleVersion", `cniVersion ${String(cniVersion)} is not supported`, `Supported: ${versions.join(", ")}`);
  }
  if (typeof name !== "string" || !/^[a-z0-9][\w.-]*$/i.test(name)) return invalid("name is needed: a letter or digit, then these, '_', '.' and '-'");
  if (typeof subnet !== "string") return invalid("subnet is needed: the id of a subnet");
  if (!isStrings(groups)) return invalid("groups is a list of ids of security groups");
  if (state !== undefined && (typeof state !== "string" || !isAbsolute(state))) return invalid("state is the absolute path of a region's state directory");
  if (region !== undefined && typeof region !== "string") return invalid("region is a region's name");
  if (isJson(ipam) && Object.keys(ipam).length > 0) {
    return fail("unsupportedField", `ipam ${JSON.stringify(ipam)}: addresses are given by the subnet`);
  }
  const address = addressOf(json);
  if (isFailure(address)) return address;
  return {
    cniVersion,
    name,
    subnet,
    groups,
    ...(state !== undefined && { state }),
    ...(region !== undefined && { region }),
    ...(isJson(dns) && { dns }),
    ...(address !== undefined && { address }),
    ...(isJson(prevResult) && { prevResult }),
    valid: validOf(json["cni.dev/valid-attachments"]),
  };
}

/** The address asked for: by the capability `ips`, else by the convention for `args`. */
function addressOf({ runtimeConfig, args }: Json): string | Failure | undefined {
  const conventional = isJson(args) && isJson(args["cni"]) ? args["cni"]["ips"] : undefined;
  const ips = (isJson(runtimeConfig) ? runtimeConfig["ips"] : undefined) ?? conventional ?? [];
  if (!isStrings(ips)) return invalid("ips is a list of addresses");
  return ips.length > 1 ? invalid("ips may hold one address") : ips[0]?.split("/", 1)[0];
}

const validOf = (value: unknown): Configuration["valid"] =>
  (Array.isArray(value) ? (value as unknown[]) : []).flatMap((each) =>
    isJson(each) && typeof each["containerID"] === "string" && typeof each["ifname"] === "string"
      ? [{ containerID: each["containerID"], ifname: each["ifname"] }]
      : [],
  );

type Environment = Readonly<Record<string, string | undefined>>;

/** Which interface of which container is meant. The namespace is needed for all but DEL. */
export function readAttachment(environment: Environment, command: "ADD" | "CHECK" | "DEL"): Attachment | Failure {
  const { CNI_CONTAINERID: container = "", CNI_IFNAME: device = "", CNI_NETNS: netns = "", CNI_ARGS = "" } = environment;
  const wrong = [
    ...(/^[a-z0-9][\w.-]*$/i.test(container) ? [] : ["CNI_CONTAINERID"]),
    ...(/^[^\s/:]{1,15}$/.test(device) ? [] : ["CNI_IFNAME"]),
    ...(isAbsolute(netns) || (command === "DEL" && netns === "") ? [] : ["CNI_NETNS"]),
  ];
  if (wrong.length > 0) return fail("invalidEnvironment", `Missing or invalid: ${wrong.join(", ")}`);
  const pairs = CNI_ARGS.split(";").map((pair) => [pair.split("=", 1)[0] ?? "", pair.slice(pair.indexOf("=") + 1)] as const);
  return { container, device, netns, args: new Map(pairs) };
}
