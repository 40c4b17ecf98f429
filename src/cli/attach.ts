import type { AttachAnswer } from "../api/bailey/attach.ts";
import { isRefusal } from "../values/refuse.ts";
import { call } from "./call.ts";
import { command, jsonFlag, misuse, regionFlag, stateFlag } from "./command.ts";
import { stateDirectory } from "./state.ts";
import { whereaboutsOf, workloadFlags, workloadOf } from "./workload.ts";

export const attach = command({
  name: "attach",
  summary: "put a namespace, process, container or VM tap that runs already behind a network interface",
  usage: "--subnet SUBNET [--group GROUP]... (--netns PATH | --pid N | --container ID | --tap NAME) [--json]",
  about: `
Gives what somebody else runs an interface in a subnet: from then on it is an instance like any other to groups, network
ACLs, 'explain' and every AWS client. Its processes, and all it has of network already, stay as they are. It is detached
by 'bailey detach' or terminate-instances, and by itself when the process or container ends or the path is gone.
Paths and process ids are those of the machine (and mount and PID namespace) the region runs in.`,
  flags: {
    subnet: { type: "string", value: "SUBNET", about: "where the interface is made: subnet-…" },
    group: { type: "list", value: "GROUP", about: "a security group it has: sg-…; may be said again (default: the VPC's default group)" },
    ...workloadFlags,
    address: { type: "string", value: "IP", about: "its private IPv4 address (default: the next that is free)" },
    name: { type: "string", value: "NAME", about: "the instance's Name tag" },
    device: { type: "string", value: "NAME", about: "what the device is called inside (default: eth0)" },
    mac: { type: "string", value: "MAC", about: "the hardware address a tap's machine has already (default: one that it must be given)" },
    region: regionFlag,
    state: stateFlag,
    json: jsonFlag,
  },
  examples: [
    "./bailey attach --subnet subnet-0123456789abcdef0 --group sg-0123456789abcdef0 --container web --device eth1",
    "./bailey attach --subnet subnet-0123456789abcdef0 --netns /run/netns/blue --address 10.0.1.50 --json",
  ],
  positionals: 0,
  async run({ subnet, group, address, name, device, mac, region, state, json, ...given }) {
    if (subnet === undefined) return misuse("--subnet is needed");
    const workload = workloadOf(given) ?? misuse("one of --netns, --pid, --container and --tap is needed");
    if (isRefusal(workload)) return workload;
    const whereabouts = whereaboutsOf(workload);
    if (isRefusal(whereabouts)) return whereabouts;
    const request = {
      subnet,
      ...workload,
      ...whereabouts,
      ...(group && { groups: group }),
      ...(address !== undefined && { address }),
      ...(name !== undefined && { label: name }),
      ...(device !== undefined && { device }),
      ...(mac !== undefined && { mac: mac.toLowerCase() }),
    };
    const answer = await call(stateDirectory(state), "POST", "/_bailey/attach", request, region);
    if (isRefusal(answer)) return answer;
    const attached = answer as AttachAnswer;
    process.stdout.write(json ? `${JSON.stringify(attached, undefined, 2)}\n` : attachedText(attached));
    return 0;
  },
});

/** The answer for people: what it is called from now on, and where it is reached. */
export const attachedText = ({ instance, interface: eni, addresses, device, mac }: AttachAnswer): string =>
  `${instance} ${addresses.map(({ address }) => address.replace(/\/.*$/, "")).join(" ")} (${eni}, ${device}, ${mac})\n`;
