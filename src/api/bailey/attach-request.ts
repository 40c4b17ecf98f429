/** Reads the body of an `attach` request. */
import type { Attached } from "../../model/resource.ts";
import { isRefusal, type Refusal, refuse } from "../../values/refuse.ts";
import { readRequest } from "./request.ts";

/** Where the network of a workload is found. */
export type Whereabouts =
  | { readonly path: string }
  | { readonly pid: number; readonly started?: number }
  | { readonly tap: string };

export interface AttachRequest {
  readonly subnet: string;
  /** Empty: the VPC's default group. */
  readonly groups: readonly string[];
  readonly kind: Attached["kind"];
  readonly name: string;
  readonly by?: string;
  readonly whereabouts: Whereabouts;
  readonly address?: string;
  /** The Name tag. */
  readonly label?: string;
  readonly device: string;
  /** What a virtual machine's own device has, where it is chosen already. */
  readonly mac?: string;
}

const kinds: readonly string[] = ["namespace", "process", "container", "tap"] satisfies Attached["kind"][];
const isKind = (text: string): text is Attached["kind"] => kinds.includes(text);

const members = {
  subnet: "string",
  groups: "strings",
  kind: "string",
  name: "string",
  by: "string",
  path: "string",
  pid: "number",
  started: "number",
  address: "string",
  label: "string",
  device: "string",
  mac: "string",
} as const;

const invalid = (message: string): Refusal => refuse("InvalidParameterValue", message);

/** Reads the body of an attach request: what can be wrong with it whatever the world and the host hold. */
export function readAttach(input: unknown): AttachRequest | Refusal {
  const given = readRequest(input, members, ["subnet", "kind", "name"]);
  if (isRefusal(given)) return given;
  const { subnet, groups = [], kind, name, path, pid, started, device = kind === "tap" ? name : "eth0", ...rest } = given;
  if (!isKind(kind)) return invalid(`Value (${kind}) for parameter kind is invalid. It is one of ${kinds.join(", ")}.`);
  const whereabouts = whereaboutsOf(kind, name, path, pid, started);
  if (isRefusal(whereabouts)) return whereabouts;
  if (!isDeviceName(device)) {
    return invalid(`Value (${device}) for parameter device is invalid. It is 1 to 15 characters, without '/', ':' and spaces.`);
  }
  const wrong = refuseMac(kind, given.mac);
  return wrong ?? { subnet, groups, kind, name, whereabouts, device, ...rest };
}

/** An address of one device, as the kernel writes it. */
function refuseMac(kind: Attached["kind"], mac: string | undefined): Refusal | undefined {
  if (mac === undefined) return undefined;
  if (kind !== "tap") return refuse("InvalidParameterCombination", "Only a tap's machine has a hardware address already");
  return /^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/.test(mac) && mac !== "00:00:00:00:00:00"
    ? undefined
    : invalid(`Value (${mac}) for parameter mac is no unicast hardware address, in lower case.`);
}

function whereaboutsOf(
  kind: Attached["kind"],
  name: string,
  path: string | undefined,
  pid: number | undefined,
  started: number | undefined,
): Whereabouts | Refusal {
  if (kind === "tap") {
    const isFree = isDeviceName(name) && !name.startsWith("bailey-");
    return isFree ? { tap: name } : invalid(`Value (${name}) for parameter name is not the name of a tap.`);
  }
  if ((path === undefined) === (pid === undefined)) return refuse("InvalidParameterCombination", "Either path or pid must be specified");
  if (path !== undefined) {
    return path.startsWith("/") && !path.includes("\0") ? { path } : invalid(`Value (${path}) for parameter path is not an absolute path.`);
  }
  if (pid === undefined || !Number.isInteger(pid) || pid < 1) return invalid(`Value (${pid}) for parameter pid is no process id.`);
  return { pid, ...(started === undefined ? {} : { started }) };
}

/** ASCII that Linux takes as the name of a device, without the names it has for itself. */
const isDeviceName = (text: string): boolean =>
  /^[!-.0-9;-~]{1,15}$/.test(text) && ![".", "..", "lo", "all", "default"].includes(text);
