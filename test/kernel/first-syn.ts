/**
 * The first packet of a new connection between two instances of a region, sent right after a call was answered: does it
 * arrive? Frames go past the instances' own stacks, so nothing but the router decides.
 */
import { hostNamespace } from "../../src/compile/names.ts";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ip, parseIp } from "../../src/values/ip.ts";
import { element, type Region } from "../region-process.ts";
import { frameBytes } from "./frame.ts";
import { Wire } from "./wire.ts";

const routerMac = "02:ba:11:e7:00:01";
/** What the group of the server always admits: it follows each probe, so that a probe it overtakes was refused. */
const markerPort = 9;

interface End {
  readonly wire: Wire;
  readonly address: Ip;
  readonly mac: string;
}

export interface Pair {
  /** The server's, which admits nothing but markers. */
  readonly group: string;
  /** Adds or removes the rule that admits TCP to a port; resolves when the call is answered. */
  change(action: "Authorize" | "Revoke", port: number): Promise<void>;
  /** Sends a SYN from a source port that was never used before; says whether it arrived. */
  admits(port: number): Promise<boolean>;
  /** How many SYNs arrived after `admits` had called them refused. */
  late(): number;
  close(): void;
}

/** Launches a client and a server in a subnet, in a group of their own. */
export async function launchPair(region: Region, vpc: string, subnet: string): Promise<Pair> {
  const made = await region.call("CreateSecurityGroup", { GroupName: "probed", GroupDescription: "markers only", VpcId: vpc });
  const group = element(made, "groupId");
  await region.call("AuthorizeSecurityGroupIngress", { GroupId: group, ...permission("udp", markerPort) });
  const client = await launch(region, subnet, group);
  const server = await launch(region, subnet, group);
  return connect(region, group, client, server);
}

const permission = (protocol: string, port: number): Record<string, string> => ({
  "IpPermissions.1.IpProtocol": protocol,
  "IpPermissions.1.FromPort": String(port),
  "IpPermissions.1.ToPort": String(port),
  "IpPermissions.1.IpRanges.1.CidrIp": "10.0.0.0/8",
});

async function launch(region: Region, subnet: string, group: string): Promise<End> {
  const image = element(await region.call("DescribeImages"), "imageId");
  const launched = await region.call("RunInstances", {
    ImageId: image,
    MinCount: "1",
    MaxCount: "1",
    SubnetId: subnet,
    "SecurityGroupId.1": group,
  });
  const id = element(launched, "instanceId");
  const address = parseIp(element(launched, "privateIpAddress"));
  if (!address) throw new Error(`${id} has no address`);
  for (let waited = 0; !(await region.call("DescribeInstances", { "InstanceId.1": id })).includes("<name>running</name>"); waited++) {
    if (waited > 500) throw new Error(`${id} does not run`);
    await sleep(20);
  }
  return { wire: new Wire(hostNamespace(realmOf(region), id)), address, mac: element(launched, "macAddress") };
}

function realmOf({ state }: Region): string {
  const facts = JSON.parse(fs.readFileSync(path.join(state, "endpoint.json"), "utf8")) as { realm: string };
  return facts.realm;
}

function connect(region: Region, group: string, client: End, server: End): Pair {
  let tag = 0;
  const arrived = new Set<number>();
  const refused: number[] = [];
  const collect = () => {
    for (const each of server.wire.arrived()) arrived.add(each);
  };
  const send = (protocol: number, value: number): number => {
    tag++;
    const sent = { source: client.address, destination: server.address, protocol, value, sourcePort: 1024 + (tag % 64_000), tag };
    client.wire.send(frameBytes(sent, client.mac, routerMac));
    return tag;
  };
  return {
    group,
    change: async (action, port) => {
      await region.call(`${action}SecurityGroupIngress`, { GroupId: group, ...permission("tcp", port) });
    },
    admits: async (port) => {
      const syn = send(6, port);
      const marker = send(17, markerPort);
      collect();
      for (let waited = 0; !arrived.has(marker); waited++) {
        if (waited > 5000) throw new Error("a marker was lost");
        await sleep(1);
        collect();
      }
      // Sent from another core, the marker may be a little ahead.
      for (let waited = 0; !arrived.has(syn) && waited < 3; waited++) {
        await sleep(1);
        collect();
      }
      if (!arrived.has(syn)) refused.push(syn);
      return arrived.has(syn);
    },
    late: () => {
      collect();
      return refused.filter((each) => arrived.has(each)).length;
    },
    close: () => {
      client.wire.close();
      server.wire.close();
    },
  };
}
