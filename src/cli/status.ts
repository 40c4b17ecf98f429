import { isRefusal } from "../values/refuse.ts";
import { call } from "./call.ts";
import { command, jsonFlag, regionFlag, stateFlag } from "./command.ts";
import { stateDirectory } from "./state.ts";
import { table } from "./table.ts";

/** What GET /_bailey/status answers. */
export interface StatusReport {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  /** Of the model: how many commits made it. */
  readonly revision: number;
  readonly dataplane: {
    readonly kind: "kernel" | "none";
    readonly healthy: boolean;
    /** The newest revision that is in force. */
    readonly revision: number;
    /** What is wrong, when it isn't healthy. */
    readonly message?: string;
  };
  readonly vpcs: readonly { readonly id: string; readonly cidrs: readonly string[]; readonly isDefault: boolean }[];
  readonly subnets: readonly {
    readonly id: string;
    readonly vpc: string;
    readonly cidr: string;
    readonly zone: string;
    readonly acl: string;
  }[];
  readonly instances: readonly {
    readonly id: string;
    readonly state: string;
    /** Whose processes it is, where they are not Bailey's. */
    readonly attached?: { readonly kind: string; readonly name: string; readonly by?: string; readonly device?: string };
    readonly subnet: string;
    readonly addresses: readonly string[];
    /** Elastic IPs, and those from the pool. */
    readonly publicAddresses: readonly string[];
    readonly groups: readonly string[];
  }[];
  /** Of interfaces that may have so many connections tracked at a time. */
  readonly allowances: readonly {
    readonly interface: string;
    readonly allowance: number;
    /** For want of room, since the allowance is in force; absent until it is. */
    readonly refusedPackets?: number;
  }[];
}

export const status = command({
  name: "status",
  summary: "show the region: its VPCs, subnets, instances, and whether the data plane is in order",
  usage: "[--region NAME] [--state DIR] [--api] [--json]",
  about: `
Asks the running region for its networks and instances, and whether the kernel enforces the newest revision of them.
Interfaces with a limit of tracked connections (the tag bailey:tracked-connections) are listed with what it refused.
The exit code is 1 when the data plane is not in order. With --api it says instead how far each of Amazon's operations
goes: enforced, kept (stored and shown, and not acted on), or unsupported; no region needs to run for that.`,
  flags: {
    region: regionFlag,
    state: stateFlag,
    api: { type: "boolean", about: "show which operations are enforced, kept and unsupported, by family" },
    json: jsonFlag,
  },
  examples: ["./bailey status", "./bailey status --json | jq .dataplane", "./bailey status --api"],
  positionals: 0,
  async run({ region, state, api, json }) {
    if (api) {
      const { coverageText, ec2Coverage } = await import("./coverage.ts");
      process.stdout.write(json ? `${JSON.stringify(ec2Coverage(), undefined, 2)}\n` : coverageText(ec2Coverage()));
      return 0;
    }
    const answer = await call(stateDirectory(state), "GET", "/_bailey/status", undefined, region);
    if (isRefusal(answer)) return answer;
    const report = answer as StatusReport;
    process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : statusText(report));
    return report.dataplane.healthy ? 0 : 1;
  },
});

/** The report for people: one table a kind, kinds without any left out. */
export function statusText({ dataplane, ...report }: StatusReport): string {
  const health = dataplane.healthy ? `revision ${dataplane.revision} in force` : `NOT IN ORDER: ${dataplane.message ?? ""}`;
  const tables = [
    { heading: ["VPC", "CIDR", "DEFAULT"], rows: report.vpcs.map((r) => [r.id, r.cidrs.join(","), r.isDefault ? "yes" : "no"]) },
    { heading: ["SUBNET", "VPC", "CIDR", "ZONE", "ACL"], rows: report.subnets.map((r) => [r.id, r.vpc, r.cidr, r.zone, r.acl]) },
    {
      heading: ["INSTANCE", "STATE", "SUBNET", "ADDRESSES", "PUBLIC", "GROUPS"],
      rows: report.instances.map((r) => [
        r.id,
        r.attached ? `${r.state} (${r.attached.kind} ${r.attached.name})` : r.state,
        r.subnet,
        r.addresses.join(","),
        r.publicAddresses.join(","),
        r.groups.join(","),
      ]),
    },
    {
      heading: ["INTERFACE", "TRACKED CONNECTIONS", "REFUSED PACKETS"],
      rows: report.allowances.map((r) => [r.interface, `at most ${r.allowance}`, r.refusedPackets === undefined ? "-" : String(r.refusedPackets)]),
    },
  ];
  return [
    `region ${report.region} of account ${report.account} at ${report.endpoint}, revision ${report.revision}\n` +
      `data plane ${dataplane.kind}: ${health}\n`,
    ...tables.filter(({ rows }) => rows.length > 0).map(({ heading, rows }) => table(heading, rows)),
  ].join("\n");
}
