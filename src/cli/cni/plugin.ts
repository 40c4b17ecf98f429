/** A plugin of the Container Network Interface: containers get an interface of a subnet when their runtime asks for it. */
import { spawnSync } from "node:child_process";
import type { AttachAnswer } from "../../api/bailey/attach.ts";
import { isRefusal, type Refusal } from "../../values/refuse.ts";
import { call } from "../call.ts";
import { stateDirectory } from "../state.ts";
import type { StatusReport } from "../status.ts";
import { type Failure, fail, isFailure } from "./failure.ts";
import { type Attachment, type Configuration, decode, isJson, type Json, readAttachment, readConfiguration, versions } from "./request.ts";
import { expected, resultOf } from "./result.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What goes to stdout, if anything does. */
type Answer = Json | undefined | Failure;

/** Performs CNI_COMMAND with the configuration from stdin. */
export async function perform(environment: Environment, input: string): Promise<Answer> {
  const command = environment["CNI_COMMAND"];
  if (command === "VERSION") return versionsOf(input);
  if (!isCommand(command)) return fail("invalidEnvironment", `CNI_COMMAND is not one of VERSION, ${Object.keys(commands).join(", ")}`);
  const configuration = readConfiguration(input);
  return isFailure(configuration) ? configuration : commands[command](configuration, environment);
}

const commands = { ADD: add, DEL: del, CHECK: check, STATUS: status, GC: collect } as const;
const isCommand = (text: string | undefined): text is keyof typeof commands => text !== undefined && Object.hasOwn(commands, text);

function versionsOf(input: string): Answer {
  const asked = decode(input);
  const cniVersion = isFailure(asked) ? undefined : asked["cniVersion"];
  return { cniVersion: typeof cniVersion === "string" ? cniVersion : versions.at(-1), supportedVersions: versions };
}

const ask = (configuration: Configuration, what: string, body: object): Promise<unknown> =>
  call(stateDirectory(configuration.state), "POST", `/_bailey/${what}`, body, configuration.region);

/** A region that does not run or answer may do so later; what it refuses, it will refuse again. */
const failed = ({ refused, message }: Refusal): Failure =>
  isAway(refused) ? fail("tryAgainLater", "The region is not available", message) : fail("refused", "The region refused", message);
const isAway = (code: string): boolean => ["State", "Unreachable", "Unavailable"].includes(code);

const attachedBy = ({ name }: Configuration): string => `cni ${name}`;

async function add(configuration: Configuration, environment: Environment): Promise<Answer> {
  const attachment = readAttachment(environment, "ADD");
  if (isFailure(attachment)) return attachment;
  const { container, device, netns, args } = attachment;
  const address = configuration.address ?? args.get("IP")?.split("/", 1)[0];
  const pod = args.get("K8S_POD_NAME");
  const made = await ask(configuration, "attach", {
    subnet: configuration.subnet,
    groups: configuration.groups,
    kind: "container",
    name: container,
    by: attachedBy(configuration),
    path: netns,
    device,
    ...(address !== undefined && { address }),
    ...(pod !== undefined && { label: `${args.get("K8S_POD_NAMESPACE") ?? ""}/${pod}` }),
  });
  return isRefusal(made) ? failed(made) : resultOf(configuration, netns, made as AttachAnswer);
}

/** Again is no error, and neither is a region that does not run: it detaches by itself what has gone, when it starts. */
async function del(configuration: Configuration, environment: Environment): Promise<Answer> {
  const attachment = readAttachment(environment, "DEL");
  if (isFailure(attachment)) return attachment;
  const { container, device } = attachment;
  const gone = await ask(configuration, "detach", { kind: "container", name: container, device });
  const isOver = !isRefusal(gone) || ["InvalidInstanceID.NotFound", "State"].includes(gone.refused);
  return isOver ? undefined : failed(gone);
}

const report = async (configuration: Configuration): Promise<StatusReport | Refusal> =>
  (await ask(configuration, "status", {})) as StatusReport | Refusal;

async function check(configuration: Configuration, environment: Environment): Promise<Answer> {
  const attachment = readAttachment(environment, "CHECK");
  if (isFailure(attachment)) return attachment;
  const { cniVersion, prevResult } = configuration;
  if (cniVersion.startsWith("0.3.")) return fail("incompatibleVersion", `There is no CHECK in version ${cniVersion}`);
  if (!prevResult) return fail("invalidConfiguration", "prevResult is needed to check");
  const seen = await report(configuration);
  if (isRefusal(seen)) return failed(seen);
  if (!seen.dataplane.healthy) return fail("tryAgainLater", "The data plane is not in order", seen.dataplane.message);
  const { container, device, netns } = attachment;
  const instance = seen.instances.find(
    ({ state, attached }) => state === "running" && attached?.kind === "container" && attached.name === container && attached.device === device,
  );
  if (!instance) return fail("notAsAdded", `Nothing is attached as ${device} of ${container}`);
  const { mac, addresses } = expected(prevResult, netns, device);
  const elsewhere = addresses.find((address) => !instance.addresses.includes(address.split("/", 1)[0] ?? ""));
  if (elsewhere !== undefined) return fail("notAsAdded", `${instance.id} does not have the address ${elsewhere}`);
  return checkInside(attachment, mac, addresses);
}

interface Shown {
  readonly address?: string;
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number }[];
}

/** Whether the device in the container's namespace is what the result says. */
function checkInside({ netns, device }: Attachment, mac: string | undefined, addresses: readonly string[]): Answer {
  const { status: code, stdout, stderr } = spawnSync("nsenter", [`--net=${netns}`, "ip", "-json", "address", "show", "dev", device], { encoding: "utf8" });
  if (code !== 0) return fail("notAsAdded", `${device} is not in ${netns}`, stderr);
  const [shown] = JSON.parse(stdout) as readonly Shown[];
  if (mac !== undefined && shown?.address !== mac) return fail("notAsAdded", `${device} has the hardware address ${shown?.address}, not ${mac}`);
  const present = (shown?.addr_info ?? []).map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  const lacking = addresses.find((address) => !present.includes(address));
  return lacking === undefined ? undefined : fail("notAsAdded", `${device} in ${netns} does not have ${lacking}`);
}

async function status(configuration: Configuration): Promise<Answer> {
  const seen = await report(configuration);
  if (isRefusal(seen)) return fail("notAvailable", "The region is not available", seen.message);
  if (!seen.dataplane.healthy) return fail("limitedConnectivity", "The data plane is not in order", seen.dataplane.message);
  const known = seen.subnets.some(({ id }) => id === configuration.subnet);
  return known ? undefined : fail("notAvailable", `There is no subnet ${configuration.subnet}`);
}

/** Detaches what this network attached and the runtime knows nothing of any more. */
async function collect(configuration: Configuration): Promise<Answer> {
  const seen = await report(configuration);
  if (isRefusal(seen)) return failed(seen);
  const isValid = (name: string, device = ""): boolean =>
    configuration.valid.some(({ containerID, ifname }) => containerID === name && ifname === device);
  const stale = seen.instances.filter(
    ({ state, attached }) => state === "running" && attached?.by === attachedBy(configuration) && !isValid(attached.name, attached.device),
  );
  const problems: string[] = [];
  for (const { id } of stale) {
    const gone = await ask(configuration, "detach", { instance: id });
    if (isRefusal(gone)) problems.push(`${id}: ${gone.message}`);
  }
  return problems.length === 0 ? undefined : fail("refused", "Not all could be detached", problems.join("; "));
}

/** What is printed, and the exit code. */
export function printed(answer: Answer, input: string): { readonly text: string; readonly code: number } {
  if (answer === undefined) return { text: "", code: 0 };
  if (!isFailure(answer)) return { text: `${JSON.stringify(answer, undefined, 2)}\n`, code: 0 };
  const asked = decode(input);
  const said = isJson(asked) ? asked["cniVersion"] : undefined;
  const cniVersion = typeof said === "string" && versions.includes(said) ? said : versions.at(-1);
  const { code, msg, details } = answer;
  return { text: `${JSON.stringify({ cniVersion, code, msg, details }, undefined, 2)}\n`, code: 1 };
}
