/** Flow logs of a region that is killed again and again, in the middle of windows and while it delivers. */
import "../kernel/own-machine.ts";
import assert from "node:assert/strict";
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { closeFd, send } from "../../src/io/libc.ts";
import { flowLogFiles } from "../../src/io/flow-logs.ts";
import { segmentsIn } from "../../src/io/flow-segments.ts";
import { type Defer, withEndings } from "../endings.ts";
import { frameBytes } from "../kernel/frame.ts";
import { canUseKernel, routerMac } from "../kernel/lab.ts";
import { openPacketSocket } from "../kernel/wire.ts";
import { ip } from "../network.ts";
import { bailey, element, type Region, startRegion } from "../region-process.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };
const [client, server] = ["10.0.0.10", "10.0.0.20"];
/** What the server's group admits, and what it does not. */
const ports = [9, 10] as const;
const fields = ["interface-id", "flow-direction", "srcport", "dstport", "protocol", "packets", "start", "end", "action", "log-status"];

const role = "arn:aws:iam::123456789012:role/flow-logs";

/** A flow as it was sent: so many packets, at these times, in seconds since 1970. */
interface SentFlow {
  readonly times: number[];
}

/** Two hosts in a VPC whose flows go to the region's own directory. */
async function setUp({ call }: Region) {
  const vpc = element(await call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
  const subnet = element(await call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.0.0/24" }), "subnetId");
  const group = element(await call("CreateSecurityGroup", { VpcId: vpc, GroupName: "server", GroupDescription: "server" }), "groupId");
  const rule = { "IpPermissions.1.IpProtocol": "udp", "IpPermissions.1.FromPort": "9", "IpPermissions.1.ToPort": "9", "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0" };
  await call("AuthorizeSecurityGroupIngress", { GroupId: group, ...rule });
  const image = element(await call("DescribeImages"), "imageId");
  const launched = async (address: string) => {
    const xml = await call("RunInstances", { ImageId: image, MinCount: "1", MaxCount: "1", SubnetId: subnet, PrivateIpAddress: address, "SecurityGroupId.1": group });
    return { instance: element(xml, "instanceId"), eni: element(xml, "networkInterfaceId"), mac: element(xml, "macAddress") };
  };
  const [from, to] = [await launched(client), await launched(server)];
  const LogFormat = fields.map((name) => `\${${name}}`).join(" ");
  const flowLog = element(await call("CreateFlowLogs", { ResourceType: "VPC", "ResourceId.1": vpc, TrafficType: "ALL", LogFormat }), "item");
  return { vpc, subnet, from, to, flowLog };
}

/** Sends new flows, and each again a while after, until it is told to stop. */
function startSender(defer: Defer, instance: string, mac: string) {
  const namespace = readdirSync("/run/netns").find((name) => name.endsWith(instance)) ?? assert.fail("no namespace");
  const fd = openPacketSocket(namespace, "eth0", false);
  const flows: SentFlow[] = [];
  const shoot = (flow: number) => {
    const packet = { source: ip(client), destination: ip(server), protocol: 17, sourcePort: 1024 + (flow % 60_000), value: portOf(flow), tag: 0 };
    const frame = frameBytes(packet, mac, routerMac);
    (flows[flow] ??= { times: [] }).times.push(Date.now() / 1000);
    send(fd, frame, frame.length, 0);
  };
  const timer = setInterval(() => {
    for (let each = 0; each < 4; each++) {
      shoot(flows.length);
      if (flows.length > 500) shoot(flows.length - 500);
    }
  }, 2);
  defer(() => {
    clearInterval(timer);
    closeFd(fd);
  });
  return () => {
    clearInterval(timer);
    return flows;
  };
}

const portOf = (flow: number): number => ports[flow % 2] ?? 0;

async function kill({ pid }: Region): Promise<void> {
  process.kill(pid, "SIGKILL");
  while (existsSync(`/proc/${pid}`)) await sleep(2);
}

/** The lines of a flow log's files. */
function delivered(state: string, flowLog: string): string[] {
  const folder = flowLogFiles(state);
  return globSync(`**/*_${flowLog}_*.log.gz`, { cwd: folder }).flatMap((name) => gunzipSync(readFileSync(join(folder, name))).toString("latin1").trimEnd().split("\n").slice(1));
}

/**
 * Milliseconds after which it is killed: since it answered, since it was given cause to read what was counted, and since
 * it began to change what is in force, which may leave a table behind that the next makes anew.
 */
const rounds: readonly { readonly up?: number; readonly read?: number; readonly change?: number }[] = [
  { up: 0 }, { read: 4 }, { up: 40 }, { read: 8 }, { read: 12 }, { up: 500 }, { read: 16 }, { read: 24 }, { up: 700 }, { read: 40 }, { change: 10 }, { up: 0 },
];

test("a region that is killed tells every packet, once, but for what SKIPDATA admits", options, (t) =>
  withEndings(async (defer) => {
    const state = mkdtempSync(join(tmpdir(), "bailey-flow-"));
    let region = await startRegion("kernel", state);
    defer(async () => {
      await region.close();
      bailey(state, "down", "--wipe");
      rmSync(state, { recursive: true, force: true });
    });
    const { vpc, subnet, from, to, flowLog } = await setUp(region);
    while (!existsSync(join(state, "flow-progress"))) await sleep(10);
    const stop = startSender(defer, from.instance, from.mac);
    for (const [round, { up = 0, read, change }] of rounds.entries()) {
      await sleep(up);
      if (read !== undefined) {
        // A flow log that goes has its window told.
        const other = element(await region.call("CreateFlowLogs", { ResourceType: "VPC", "ResourceId.1": vpc, TrafficType: "ALL", LogGroupName: `group-${round}`, DeliverLogsPermissionArn: role }), "item");
        region.call("DeleteFlowLogs", { "FlowLogId.1": other }).catch(() => undefined);
        await sleep(read);
      }
      if (change !== undefined) {
        region.call("CreateNetworkInterface", { SubnetId: subnet }).catch(() => undefined);
        await sleep(change);
      }
      await kill(region);
      region = await startRegion("kernel", state);
    }
    const flows = stop();
    await region.close();
    region = await startRegion("kernel", state);
    while (segmentsIn(join(state, "flow-spool")).some(({ state: at }) => at !== "open")) await sleep(10);

    const told = new Map<string, number>();
    const skipped: { readonly eni: string; readonly start: number; readonly end: number }[] = [];
    for (const line of delivered(state, flowLog)) {
      const [eni = "", direction, sourcePort, port, protocol, packets, start, end, action, status] = line.split(" ");
      if (status === "SKIPDATA") skipped.push({ eni, start: Number(start), end: Number(end) });
      if (protocol !== "17" || direction === (eni === from.eni ? "ingress" : "egress")) continue;
      assert.equal(action, eni === from.eni || port === "9" ? "ACCEPT" : "REJECT", line);
      const key = `${eni} ${sourcePort} ${port}`;
      told.set(key, (told.get(key) ?? 0) + Number(packets));
    }
    let missing = 0;
    for (const [flow, { times }] of flows.entries()) {
      for (const { eni } of [from, to]) {
        const count = told.get(`${eni} ${1024 + flow} ${portOf(flow)}`) ?? 0;
        assert.ok(count <= times.length, `flow ${flow}: ${times.length} packets were sent, and ${count} told`);
        if (count === times.length) continue;
        missing += times.length - count;
        const admitted = times.filter((at) => skipped.some((gap) => gap.eni === eni && gap.start - 1 <= at && at <= gap.end + 1));
        assert.ok(admitted.length >= times.length - count, `flow ${flow} at ${eni}: ${count} of ${times.length} packets, sent ${times.join(" and ")}`);
      }
    }
    t.diagnostic(`${flows.length} flows, ${missing} packets missing, ${skipped.length} SKIPDATA`);
    const sent = flows.reduce((sum, { times }) => sum + 2 * times.length, 0);
    assert.ok(sent > 10_000 && missing < 0.9 * sent, `${sent} packets seen, ${missing} missing: too few to prove anything`);
  }),
);
