/**
 * The memory of the control plane with many security groups, beside the same one without any; and how long it takes to
 * start with them.
 *
 *   node bench/memory.ts [--json] [--groups 10000] [--rules 20] [--clients 4]
 */
import { parseArgs } from "node:util";
import { withEndings } from "../test/endings.ts";
import { element, startRegion } from "../test/region-process.ts";
import { loadWith } from "./lab/closed-loop.ts";
import { measure, report, tell } from "./report.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    groups: { type: "string", default: "10000" },
    rules: { type: "string", default: "20" },
    clients: { type: "string", default: "4" },
  },
});
const [groups, rules, clients] = [Number(values.groups), Number(values.rules), Number(values.clients)];
const quotas = ["--quotas", `groupsPerRegion=${groups + 1000}`];
const name = `${groups.toLocaleString("en-US")} groups of ${rules} rules`;

await withEndings(async (defer) => {
  const region = await startRegion("none", undefined, ...quotas);
  defer(region.close);
  const empty = region.residentMb();
  const vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
  let serial = 0;
  const { rate, failure } = await loadWith(async () => {
    const at = serial++;
    const group = await region.call("CreateSecurityGroup", { GroupName: `group-${at}`, GroupDescription: "bench", VpcId: vpc });
    await region.call("AuthorizeSecurityGroupIngress", { GroupId: element(group, "groupId"), ...permissions(at) });
  }, { clients, calls: groups });
  if (failure !== undefined) throw new Error(failure);
  tell(`${name} made, ${Math.round(rate)} a second`);
  const full = region.residentMb();
  await region.call("DescribeSecurityGroups");
  const shown = region.residentMb();
  process.kill(region.pid, "SIGTERM");
  await new Promise((resolve) => region.process.once("exit", resolve));
  const again = await startRegion("none", region.state, ...quotas);
  defer(again.close);
  report([
    measure(`resident memory, ${name}, as they were made`, "MB", [full], [empty]),
    measure("the same once all were described", "MB", [shown], [empty]),
    measure("the same after a start", "MB", [again.residentMb()], [empty]),
    measure("start to the first answered call", "ms", [again.startMs], [region.startMs]),
  ]);
});

/** Rules of one group, unlike those of any other. */
function permissions(group: number): Record<string, string> {
  const members = Array.from({ length: rules }, (_, at) => [
    [`IpPermissions.${at + 1}.IpProtocol`, "tcp"],
    [`IpPermissions.${at + 1}.FromPort`, String(1000 + at)],
    [`IpPermissions.${at + 1}.ToPort`, String(1000 + at)],
    [`IpPermissions.${at + 1}.IpRanges.1.CidrIp`, `10.${Math.floor(group / 250) % 250}.${group % 250}.${at}/32`],
  ] as const);
  return Object.fromEntries(members.flat());
}
