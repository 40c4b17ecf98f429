import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { ignoresEndpoint, quote } from "../../../src/cli/env.ts";
import { questionOf } from "../../../src/cli/explain.ts";
import { statusText } from "../../../src/cli/status.ts";
import type { StatusReport } from "../../../src/cli/status.ts";
import { optionsOf } from "../../../src/cli/up.ts";
import { standardQuotas } from "../../../src/api/limits.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const messageOf = (value: unknown): string => (isRefusal(value) ? value.message : "not refused");

test("env: any text survives a shell", () => {
  const text = `it's "$HOME" \`id\`\n\\ *`;
  assert.equal(spawnSync("sh", ["-c", `printf %s ${quote(text)}`], { encoding: "utf8" }).stdout, text);
});

for (const [version, ignores] of [
  ["aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0 source/x86_64.debian.12", true],
  ["aws-cli/2.13.0 Python/3.11.4", false],
  ["aws-cli/1.28.9 Python/3.9.2", true],
  ["aws-cli/1.29.0 Python/3.9.2", false],
  ["aws-cli/3.0.1", false],
  ["", false],
] as const) {
  test(`env: ${version || "no aws"} ${ignores ? "ignores" : "reads"} AWS_ENDPOINT_URL`, () => {
    assert.equal(ignoresEndpoint(version), ignores);
  });
}

const ends = { from: "i-1", to: "10.0.2.10" };
for (const [given, question] of [
  [{ ...ends, protocol: "tcp", port: "80" }, { ...ends, protocol: "tcp", port: 80 }],
  [{ ...ends, protocol: "17", port: "0" }, { ...ends, protocol: "17", port: 0 }],
  [{ ...ends, protocol: "udp", port: "53", "source-port": "65535" }, { ...ends, protocol: "udp", port: 53, sourcePort: 65535 }],
  [{ ...ends, protocol: "icmp", type: "8", code: "3" }, { ...ends, protocol: "icmp", type: 8, code: 3 }],
  [{ ...ends, protocol: "47" }, { ...ends, protocol: "47" }],
] as const) {
  test(`explain asks: ${JSON.stringify(given)}`, () => assert.deepEqual(questionOf(given), question));
}

for (const [given, message] of [
  [{ from: "i-1", protocol: "tcp" }, /--to .* needed/],
  [{ ...ends, protocol: "all" }, /not 'all'/],
  [{ ...ends, protocol: "udp" }, /--port is needed/],
  [{ ...ends, protocol: "udp", port: "65536" }, /from 0 to 65535, not '65536'/],
  [{ ...ends, protocol: "icmp", type: "256" }, /from 0 to 255, not '256'/],
  [{ ...ends, protocol: "icmp", port: "80" }, /--port means nothing/],
  [{ ...ends, protocol: "udp", "source-port": "53" }, /--port is needed/],
  [{ ...ends, protocol: "udp", port: "53", "source-port": "65536" }, /--source-port is a number from 0 to 65535, not '65536'/],
  [{ ...ends, protocol: "47", "source-port": "53" }, /--source-port means nothing/],
  [{ ...ends, protocol: "tcp", port: "80", code: "1" }, /--code means nothing/],
] as const) {
  test(`explain refuses: ${JSON.stringify(given)}`, () => assert.match(messageOf(questionOf(given)), message));
}

for (const [args, code] of [
  [["explain", "--from", "i-1", "--to", "i-2", "--protocol", "47"], 2],
  [["explain", "--from", "i-1"], 2],
  [["status"], 1],
] as const) {
  test(`where no region runs, bailey ${args.join(" ")} exits ${code}`, () => {
    const main = path.join(import.meta.dirname, "../../../src/cli/main.ts");
    const { status, stderr } = spawnSync(process.execPath, [main, ...args, "--state", "/nonexistent"], { encoding: "utf8" });
    assert.equal(status, code, stderr);
  });
}

test("up: what the flags mean, and what they mean when absent", () => {
  const absent = { host: "127.0.0.1", port: 7443, dataplane: "kernel" };
  assert.deepEqual(optionsOf({ state: "/s" }), { ...absent, state: "/s", quotas: standardQuotas, publicPool: "203.0.113.0/24", beyond: false, dnsUpstream: [], allowReset: false });
  const given = { region: "us-gov-west-1", account: "000000000001", dataplane: "none" };
  const networks = { "public-pool": "198.51.100.77/28", internet: "beyond", "dns-upstream": "192.0.2.53,[2001:db8::53]:5353", activation: "kms.example:1688", "s3-endpoint": "http://127.0.0.1:9000", "flow-logs-limit": "0.5" };
  assert.deepEqual(optionsOf({ ...given, ...networks, state: "/t", listen: "[::1]:0", quotas: "rulesPerGroup=100,groupsPerInterface=10", "allow-reset": true }), {
    ...given,
    state: "/t",
    quotas: { ...standardQuotas, rulesPerGroup: 100, groupsPerInterface: 10 },
    publicPool: "198.51.100.64/28",
    beyond: true,
    dnsUpstream: ["192.0.2.53", "[2001:db8::53]:5353"],
    activation: { host: "kms.example", port: 1688 },
    s3Endpoint: "http://127.0.0.1:9000",
    flowLogBytes: 500_000_000,
    host: "::1",
    port: 0,
    allowReset: true,
  });
});

for (const [given, message] of [
  [{ listen: "7443" }, /--listen/],
  [{ listen: "localhost:65536" }, /--listen/],
  [{ listen: "::1:7443" }, /--listen/],
  [{ region: "US-EAST-1" }, /--region/],
  [{ account: "12345678901" }, /--account/],
  [{ dataplane: "ebpf" }, /--dataplane/],
  [{ "dns-upstream": "resolver.example" }, /--dns-upstream/],
  [{ "dns-upstream": "192.0.2.53:0" }, /--dns-upstream/],
  [{ activation: "kms.example" }, /--activation/],
  [{ activation: "kms.example:0" }, /--activation/],
  [{ internet: "host" }, /--internet/],
  [{ "s3-endpoint": "127.0.0.1:9000" }, /--s3-endpoint/],
  [{ "s3-endpoint": "s3://bucket" }, /--s3-endpoint/],
  [{ "flow-logs-limit": "0" }, /--flow-logs-limit/],
  [{ "flow-logs-limit": "10GB" }, /--flow-logs-limit/],
  [{ "public-pool": "203.0.113.0" }, /--public-pool/],
  [{ "public-pool": "203.0.113.0/30" }, /--public-pool/],
  [{ "public-pool": "2001:db8::/29" }, /--public-pool/],
] as const) {
  test(`up refuses: ${JSON.stringify(given)}`, () => assert.match(messageOf(optionsOf(given)), message));
}

test("status: a table a kind, and health in words", () => {
  const report: StatusReport = {
    endpoint: "https://127.0.0.1:7443",
    account: "210987654321",
    region: "eu-west-1",
    revision: 12,
    dataplane: { kind: "kernel", healthy: true, revision: 11 },
    vpcs: [{ id: "vpc-1", cidrs: ["10.0.0.0/16", "10.1.0.0/16"], isDefault: false }],
    subnets: [],
    instances: [
      { id: "i-1", state: "running", subnet: "subnet-1", addresses: ["10.0.1.10"], publicAddresses: ["203.0.113.7"], groups: ["sg-1", "sg-2"] },
      { id: "i-22", state: "terminated", subnet: "", addresses: [], publicAddresses: [], groups: [] },
    ],
    allowances: [
      { interface: "eni-1", allowance: 300, refusedPackets: 17 },
      { interface: "eni-2", allowance: 4000 },
    ],
  };
  assert.equal(
    statusText(report),
    `region eu-west-1 of account 210987654321 at https://127.0.0.1:7443, revision 12
data plane kernel: revision 11 in force

VPC    CIDR                     DEFAULT
vpc-1  10.0.0.0/16,10.1.0.0/16  no

INSTANCE  STATE       SUBNET    ADDRESSES  PUBLIC       GROUPS
i-1       running     subnet-1  10.0.1.10  203.0.113.7  sg-1,sg-2
i-22      terminated  -         -          -            -

INTERFACE  TRACKED CONNECTIONS  REFUSED PACKETS
eni-1      at most 300          17
eni-2      at most 4000         -
`,
  );
  const ill = { ...report, dataplane: { kind: "kernel", healthy: false, revision: 9, message: "nft is gone" } } as const;
  assert.match(statusText(ill), /^data plane kernel: NOT IN ORDER: nft is gone$/m);
});
