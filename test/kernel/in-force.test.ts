/** A call that changes rules answers when they are in force: the very next packet is judged by them. */
import "./own-machine.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { authorizeSecurityGroupIngress } from "../../src/api/ec2/authorize-security-group.ts";
import { hostImage } from "../../src/api/ec2/images.ts";
import { revokeSecurityGroupIngress } from "../../src/api/ec2/revoke-security-group.ts";
import { runInstances } from "../../src/api/ec2/run-instances.ts";
import { need } from "../../src/model/world.ts";
import type { Ip } from "../../src/values/ip.ts";
import { withEndings } from "../endings.ts";
import { ip } from "../network.ts";
import { element, startRegion } from "../region-process.ts";
import { Region } from "../unit/ec2/region.ts";
import { launchPair } from "./first-syn.ts";
import { frameBytes } from "./frame.ts";
import { canUseKernel } from "./lab.ts";
import { openLive } from "./live.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";
const rounds = 100;

test("the first SYN after Authorize is admitted, and the first new one after Revoke is refused", { skip }, () =>
  withEndings(async (defer) => {
    const region = await startRegion("kernel");
    defer(region.close);
    const vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
    const subnet = element(await region.call("CreateSubnet", { VpcId: vpc, CidrBlock: "10.0.1.0/24" }), "subnetId");
    const pair = await launchPair(region, vpc, subnet);
    defer(pair.close);
    const seen = { admitted: 0, refused: 0 };
    for (let port = 20_000; port < 20_000 + rounds; port++) {
      await pair.change("Authorize", port);
      if (await pair.admits(port)) seen.admitted++;
      await pair.change("Revoke", port);
      if (!(await pair.admits(port))) seen.refused++;
    }
    assert.deepEqual({ ...seen, late: pair.late() }, { admitted: rounds, refused: rounds, late: 0 });
  }),
);

/** A UDP port, open to the world. */
const open = (from: number, to = from) => ({ IpProtocol: "udp", FromPort: from, ToPort: to, IpRanges: [{ CidrIp: "0.0.0.0/0" }] });

function launch(region: Region, subnet: string, group: string): { instance: string; mac: string; address: Ip } {
  const made = region.does(runInstances, { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId: subnet, SecurityGroupIds: [group] });
  const eni = need(region.world, "network-interface", made.Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "");
  return { instance: made.Instances?.[0]?.InstanceId ?? "", mac: eni.mac, address: ip(eni.addresses[0] ?? "") };
}

test("an untracked flow that never pauses is cut when its rule is gone", { skip }, () =>
  withEndings(async (defer) => {
    const region = new Region();
    const { vpc, subnet } = region.network();
    const [clients, servers] = [region.group(vpc, "clients"), region.group(vpc, "servers")];
    region.does(authorizeSecurityGroupIngress, { GroupId: clients, IpPermissions: [open(0, 65_535)] });
    region.does(authorizeSecurityGroupIngress, { GroupId: servers, IpPermissions: [open(514), open(7000)] });
    const [client, server] = [launch(region, subnet, clients), launch(region, subnet, servers)];
    const live = await openLive(defer);
    await live.reach(region.world);
    const [near, far] = [await live.wire(client.instance), await live.wire(server.instance)];
    const frame = (tag: number) =>
      frameBytes({ source: client.address, destination: server.address, protocol: 17, sourcePort: 40_000, value: 7000, tag }, client.mac, "02:ba:11:e7:00:01");
    const [before, after] = [frame(1), frame(2)];
    const cut: boolean[] = [];
    for (let round = 0; round < rounds; round++) {
      near.send(before);
      region.does(revokeSecurityGroupIngress, { GroupId: servers, IpPermissions: [open(7000)] });
      let busy = true;
      const inForce = live.reach(region.world).finally(() => (busy = false));
      while (busy) {
        for (let n = 0; n < 5; n++) near.send(before);
        await turn();
      }
      await inForce;
      near.send(after);
      await sleep(2);
      const arrived = [...far.arrived()];
      assert.ok(arrived.includes(1), "the flow was admitted");
      cut.push(!arrived.includes(2));
      region.does(authorizeSecurityGroupIngress, { GroupId: servers, IpPermissions: [open(7000)] });
      await live.reach(region.world);
    }
    assert.equal(cut.filter((each) => each).length, rounds);
  }),
);
