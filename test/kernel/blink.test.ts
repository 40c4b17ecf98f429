/**
 * No blink: while policy is rewritten in ways that leave a packet's verdict as it is, no admitted packet is lost to the
 * rewriting and no refused one passes. Flows of every kind go on all the while, in both directions and both families.
 *
 * BAILEY_REWRITES says how often (200).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { authorizeSecurityGroupIngress } from "../../src/api/ec2/authorize-security-group.ts";
import { createNetworkAcl } from "../../src/api/ec2/create-network-acl.ts";
import { createNetworkInterface } from "../../src/api/ec2/create-network-interface.ts";
import { createSubnet } from "../../src/api/ec2/create-subnet.ts";
import { createVpc } from "../../src/api/ec2/create-vpc.ts";
import { deleteNetworkInterface } from "../../src/api/ec2/delete-network-interface.ts";
import { hostImage } from "../../src/api/ec2/images.ts";
import { createNetworkAclEntry, deleteNetworkAclEntry } from "../../src/api/ec2/network-acl-entry.ts";
import { modifyNetworkInterfaceAttribute } from "../../src/api/ec2/network-interface-attribute.ts";
import { replaceNetworkAclAssociation } from "../../src/api/ec2/replace-network-acl-association.ts";
import { revokeSecurityGroupIngress } from "../../src/api/ec2/revoke-security-group.ts";
import { runInstances } from "../../src/api/ec2/run-instances.ts";
import { everywhere, need } from "../../src/model/world.ts";
import type { Ip } from "../../src/values/ip.ts";
import type { Sent } from "../conntrack.ts";
import { withEndings } from "../endings.ts";
import { ip } from "../network.ts";
import { Region } from "../unit/ec2/region.ts";
import { ACK, frameBytes, SYN } from "./frame.ts";
import { canUseKernel } from "./lab.ts";
import { type Live, openLive, type Watch } from "./live.ts";
import { type Flow, type Outcome, Traffic } from "./traffic.ts";
import type { Wire } from "./wire.ts";

const skip = canUseKernel ? false : "network namespaces and nftables need root";
const rewrites = Number(process.env["BAILEY_REWRITES"] ?? 200);
const routerMac = "02:ba:11:e7:00:01";

/** A client and a server in two subnets, and what the rewritings need. */
interface Place {
  readonly region: Region;
  readonly vpc: string;
  readonly clients: string;
  readonly servers: string;
  /** Says the same as `servers`. */
  readonly twins: string;
  readonly subnet: string;
  /** The list of the server's subnet, and one that says the same. */
  readonly lists: readonly [string, string];
  readonly client: Host;
  readonly server: Host;
}

interface Host {
  readonly instance: string;
  readonly eni: string;
  readonly mac: string;
  /** Of each family. */
  readonly addresses: readonly Ip[];
}

const everywhereOf = (family: 4 | 6) => (family === 4 ? { IpRanges: [{ CidrIp: "0.0.0.0/0" }] } : { Ipv6Ranges: [{ CidrIpv6: "::/0" }] });
const families = [4, 6] as const;
const tcp = (port: number) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port });
/** From both subnets, of both families, but not from everywhere: such connections are tracked. */
const internal = { IpRanges: [{ CidrIp: "10.0.0.0/8" }], Ipv6Ranges: [{ CidrIpv6: "2000::/3" }] };
const anyUdp = families.map((family) => ({ IpProtocol: "udp", FromPort: 0, ToPort: 65535, ...everywhereOf(family) }));
const pings = [
  { IpProtocol: "icmp", FromPort: 8, ToPort: -1, IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
  { IpProtocol: "icmpv6", FromPort: 128, ToPort: -1, Ipv6Ranges: [{ CidrIpv6: "2000::/3" }] },
];
/** Connections to `kept` are made before its rule is taken away; those to `cut` before a list refuses them. */
const ports = { ruled: 443, kept: 8443, cut: 6000, cutUdp: 7000, refused: 22 };

function build(): Place {
  const region = new Region();
  const vpc = region.does(createVpc, { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }).Vpc;
  const VpcId = vpc?.VpcId ?? "";
  const block = vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock?.replace("00::/56", "") ?? "";
  const [home = "", subnet = ""] = [1, 2].map((at) => {
    const blocks = { CidrBlock: `10.0.${at}.0/24`, Ipv6CidrBlock: `${block}0${at}::/64` };
    return region.does(createSubnet, { VpcId, ...blocks }).Subnet?.SubnetId ?? "";
  });
  const [clients, servers, twins] = ["clients", "servers", "twins"].map((name) => region.group(VpcId, name)) as [string, string, string];
  const serving = [{ ...tcp(ports.ruled), ...internal }, { ...tcp(ports.cut), ...internal }, ...pings, ...anyUdp];
  region.does(authorizeSecurityGroupIngress, { GroupId: clients, IpPermissions: anyUdp });
  for (const GroupId of [servers, twins]) region.does(authorizeSecurityGroupIngress, { GroupId, IpPermissions: serving });
  region.does(authorizeSecurityGroupIngress, { GroupId: servers, IpPermissions: [{ ...tcp(ports.kept), ...internal }, { ...tcp(5432), UserIdGroupPairs: [{ GroupId: clients }] }] });
  const lists = [0, 1].map(() => {
    const id = region.does(createNetworkAcl, { VpcId }).NetworkAcl?.NetworkAclId ?? "";
    for (const Egress of [true, false]) {
      region.does(createNetworkAclEntry, { NetworkAclId: id, Egress, RuleNumber: 100, Protocol: "-1", RuleAction: "allow", CidrBlock: "0.0.0.0/0" });
      region.does(createNetworkAclEntry, { NetworkAclId: id, Egress, RuleNumber: 101, Protocol: "-1", RuleAction: "allow", Ipv6CidrBlock: "::/0" });
    }
    return id;
  }) as [string, string];
  const place = { region, vpc: VpcId, clients, servers, twins, subnet, lists };
  moveTo(place, lists[0]);
  return { ...place, client: launch(region, home, clients), server: launch(region, subnet, servers) };
}

function launch(region: Region, SubnetId: string, group: string): Host {
  const input = { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId, SecurityGroupIds: [group], Ipv6AddressCount: 1 };
  const made = region.does(runInstances, input).Instances?.[0];
  const eni = need(region.world, "network-interface", made?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "");
  return { instance: made?.InstanceId ?? "", eni: eni.id, mac: eni.mac, addresses: [...eni.addresses, ...eni.ipv6Addresses].map(ip) };
}

function moveTo({ region, subnet }: Pick<Place, "region" | "subnet">, list: string): void {
  const AssociationId = everywhere(region.world, "subnet").find(({ id }) => id === subnet)?.aclAssociation;
  region.does(replaceNetworkAclAssociation, { AssociationId, NetworkAclId: list });
}

/** Ends what `kept` and `cut` began with: the rule of the one, and for the others an entry that refuses them. */
function turnAgainst({ region, servers, lists }: Place): void {
  region.does(revokeSecurityGroupIngress, { GroupId: servers, IpPermissions: [{ ...tcp(ports.kept), ...internal }] });
  for (const NetworkAclId of lists) {
    for (const [at, family] of families.entries()) {
      const prefix = family === 4 ? { CidrBlock: "0.0.0.0/0" } : { Ipv6CidrBlock: "::/0" };
      const refuse = { NetworkAclId, Egress: false, RuleAction: "deny" as const, ...prefix };
      region.does(createNetworkAclEntry, { ...refuse, RuleNumber: 10 + at, Protocol: "6", PortRange: { From: ports.cut, To: ports.cut } });
      region.does(createNetworkAclEntry, { ...refuse, RuleNumber: 20 + at, Protocol: "17", PortRange: { From: ports.cutUdp, To: ports.cutUdp } });
    }
  }
}

/** Rewritings that change no flow's verdict; each is made, and undone the next time. */
const rewritings: readonly ((place: Place, live: Live, undo: boolean) => Promise<void> | void)[] = [
  function ruleThatMatchesNothing({ region, servers }, _, undo) {
    const rule = { GroupId: servers, IpPermissions: [{ ...tcp(25), IpRanges: [{ CidrIp: "192.0.2.0/24" }] }] };
    if (undo) region.does(revokeSecurityGroupIngress, rule);
    else region.does(authorizeSecurityGroupIngress, rule);
  },
  function ruleThatAdmitsReplaced({ region, servers, twins }, _, undo) {
    const narrow = { IpRanges: [{ CidrIp: "10.0.1.0/24" }], Ipv6Ranges: [{ CidrIpv6: "2000::/4" }] };
    for (const GroupId of [servers, twins]) {
      region.does(authorizeSecurityGroupIngress, { GroupId, IpPermissions: [{ ...tcp(ports.ruled), ...(undo ? internal : narrow) }] });
      region.does(revokeSecurityGroupIngress, { GroupId, IpPermissions: [{ ...tcp(ports.ruled), ...(undo ? narrow : internal) }] });
    }
  },
  function groupsReplaced({ region, servers, twins, server }, _, undo) {
    region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: server.eni, Groups: [undo ? servers : twins] });
  },
  function listReplaced(place, _, undo) {
    moveTo(place, place.lists[undo ? 0 : 1]);
  },
  function entryThatMatchesNothing({ region, lists }, _, undo) {
    for (const NetworkAclId of lists) {
      const entry = { NetworkAclId, Egress: false, RuleNumber: 90 };
      if (undo) region.does(deleteNetworkAclEntry, entry);
      else region.does(createNetworkAclEntry, { ...entry, Protocol: "6", RuleAction: "deny", CidrBlock: "192.0.2.0/24", PortRange: { From: 1, To: 99 } });
    }
  },
  function memberMoreOrLess({ region, clients, subnet }, _, undo) {
    const extra = everywhere(region.world, "network-interface").find(({ attachment }) => attachment === undefined);
    if (undo) region.does(deleteNetworkInterface, { NetworkInterfaceId: extra?.id });
    else region.does(createNetworkInterface, { SubnetId: subnet, Groups: [clients] });
  },
];

/** What a stranger's hand, or a new version of the compiler, makes necessary. */
async function wholeTableReplaced({ vpc }: Place, live: Live): Promise<void> {
  await live.loseMarker(vpc);
}

/** From one host to the other. */
interface Way {
  readonly name: string;
  readonly from: Wire;
  readonly to: Wire;
  readonly mac: string;
  readonly ends: { readonly source: Ip; readonly destination: Ip };
}

type Packet = Omit<Sent, "source" | "destination">;

/** A flow of one packet over and over; a TCP packet without a source port has another each time. */
function flow(way: Way, name: string, admitted: boolean, packet: Packet): Flow {
  const fresh = packet.sourcePort === undefined && packet.protocol === 6;
  const build = (tag: number, nth: number) =>
    frameBytes({ ...packet, ...way.ends, ...(fresh && { sourcePort: 1024 + (nth % 60_000) }), tag }, way.mac, routerMac);
  let kept: Buffer | undefined;
  const frame = fresh ? build : (tag: number) => (kept ??= build(tag, 0));
  return { name: `${way.name}${name}, IPv${way.ends.source.family}`, from: way.from, to: way.to, admitted, frame };
}

/** There and back; and there in the name of an address that is not the client's. */
function waysOf({ client, server }: Place, [near, far]: readonly [Wire, Wire], family: 4 | 6): { go: Way; back: Way; stranger: Way } {
  const [here, there] = [client, server].map(({ addresses }) => addresses.find((each) => each.family === family));
  if (!here || !there) throw new Error(`no address of family ${family}`);
  const go = { name: "", from: near, to: far, mac: client.mac, ends: { source: here, destination: there } };
  const back = { name: "back, ", from: far, to: near, mac: server.mac, ends: { source: there, destination: here } };
  return { go, back, stranger: { ...go, ends: { source: { ...here, bits: here.bits + 1n }, destination: there } } };
}

const hostPort = 40_000;
const packetTo = (protocol: number, port: number, flags?: number): Packet => ({ protocol, sourcePort: hostPort, value: port, ...(flags !== undefined && { flags }) });
const packetBack = (protocol: number, port: number, flags?: number): Packet => ({ ...packetTo(protocol, hostPort, flags), sourcePort: port });

/** What makes the connections: a handshake on each port of TCP, one packet each way of UDP. */
const openingOf = (place: Place, wires: readonly [Wire, Wire]): Flow[] =>
  families.flatMap((family) => {
    const { go, back } = waysOf(place, wires, family);
    const handshakes = [ports.ruled, ports.kept, ports.cut].flatMap((port) => [
      flow(go, `syn ${port}`, true, packetTo(6, port, SYN)),
      flow(back, `syn+ack ${port}`, true, packetBack(6, port, SYN | ACK)),
      flow(go, `ack ${port}`, true, packetTo(6, port, ACK)),
    ]);
    return [...handshakes, flow(go, "untracked", true, packetTo(17, ports.cutUdp)), flow(back, "untracked", true, packetBack(17, ports.cutUdp))];
  });

/** What goes on while policy is rewritten. A list that refuses what comes in lets what goes out pass. */
const flowsOf = (place: Place, wires: readonly [Wire, Wire]): Flow[] =>
  families.flatMap((family) => {
    const { go, back, stranger } = waysOf(place, wires, family);
    const both = (name: string, admitted: boolean, protocol: number, port: number, flags?: number) => [
      flow(go, name, admitted, packetTo(protocol, port, flags)),
      flow(back, name, true, packetBack(protocol, port, flags)),
    ];
    const ping = family === 4 ? { protocol: 1, ask: 0x0800, answer: 0 } : { protocol: 58, ask: 0x8000, answer: 0x8100 };
    return [
      ...both("tracked", true, 6, ports.ruled, ACK),
      ...both("tracked, its rule gone", true, 6, ports.kept, ACK),
      ...both("untracked", true, 17, 5000),
      flow(go, "ping", true, { protocol: ping.protocol, value: ping.ask }),
      flow(back, "ping", true, { protocol: ping.protocol, value: ping.answer }),
      flow(go, "new connections", true, { protocol: 6, value: ports.ruled }),
      ...both("tracked, cut by a list", false, 6, ports.cut, ACK),
      ...both("untracked, cut by a list", false, 17, ports.cutUdp),
      flow(go, "new connections no rule admits", false, { protocol: 6, value: ports.refused }),
      flow(go, "new connections to a port whose rule is gone", false, { protocol: 6, value: ports.kept }),
      flow(back, "new connections to the client", false, { protocol: 6, value: ports.ruled }),
      flow(go, "in the middle of no connection", false, { protocol: 6, sourcePort: 40_001, value: ports.refused, flags: ACK }),
      flow(stranger, "from another's address", false, { protocol: 6, value: ports.ruled }),
    ];
  });

/** Rewrites so many times, with traffic all the while; `arm` is called once the flows stand. */
async function rewriteUnderLoad(
  times: number,
  watch?: Watch,
  arm: () => void = () => undefined,
  kinds: typeof rewritings = rewritings,
): Promise<{ outcome: Outcome; rounds: number }> {
  return withEndings(async (defer) => {
    const place = build();
    const live = await openLive(defer, watch);
    await live.reach(place.region.world);
    const wires = [await live.wire(place.client.instance), await live.wire(place.server.instance)] as const;
    const opened = new Traffic(openingOf(place, wires));
    opened.round();
    assert.deepEqual(await opened.outcome(), { lost: {}, leaked: {} }, "connections are made");
    turnAgainst(place);
    await live.reach(place.region.world);
    const traffic = new Traffic(flowsOf(place, wires));
    arm();
    for (let at = 0; at < times; at++) {
      const undo = Math.floor(at / kinds.length) % 2 === 1;
      const rewriting = kinds[at % kinds.length];
      await traffic.during((async () => {
        await rewriting?.(place, live, undo);
        place.region.lives((world) => ({ ...world, revision: world.revision + 1 }));
        await live.reach(place.region.world);
      })());
    }
    return { outcome: await traffic.outcome(), rounds: traffic.rounds };
  });
}

test("rewriting policy loses no admitted packet and lets no refused one pass", { skip }, async () => {
  let transactions = 0;
  const watch: Watch = (steps, run) => {
    transactions += steps.filter((step) => step.op === "nft").length;
    return run(steps);
  };
  const { outcome, rounds } = await rewriteUnderLoad(rewrites, watch);
  assert.deepEqual(outcome, { lost: {}, leaked: {} });
  assert.ok(transactions >= rewrites, `${transactions} transactions`);
  assert.ok(rounds > rewrites, `${rounds} rounds are too few to have seen ${rewrites} rewritings`);
});

test("a table that must be made anew as a whole lets no refused packet pass", { skip }, async () => {
  let whole = 0;
  const watch: Watch = (steps, run) => {
    whole += steps.filter((step) => step.op === "nft" && isWhole(step.commands)).length;
    return run(steps);
  };
  const { outcome } = await rewriteUnderLoad(20, watch, undefined, [wholeTableReplaced]);
  assert.deepEqual(outcome.leaked, {});
  assert.ok(whole >= 20, `${whole} whole tables`);
});

const isWhole = (commands: string): boolean => commands.includes("delete table inet bailey");

/** Runs a part of a transaction before the rest, as if it were two. */
function inTwo(first: (commands: string) => string): { watch: Watch; arm: () => void } {
  let armed = false;
  const watch: Watch = async (steps, run) => {
    for (const step of steps) {
      if (armed && step.op === "nft") {
        await run([{ ...step, commands: first(step.commands) }]);
        await sleep(2);
      }
      await run([step]);
    }
  };
  return { watch, arm: () => (armed = true) };
}

test("planted: a table that goes before it comes back lets refused packets pass", { skip }, async () => {
  const { watch, arm } = inTwo((commands) => (isWhole(commands) ? "delete table inet bailey" : ""));
  const { outcome } = await rewriteUnderLoad(5, watch, arm, [wholeTableReplaced]);
  assert.ok((outcome.leaked["new connections no rule admits, IPv4"] ?? 0) > 0, JSON.stringify(outcome));
});

test("planted: a chain that is emptied before it is filled loses packets", { skip }, async () => {
  const { watch, arm } = inTwo(() => "flush chain inet bailey forward");
  const { outcome } = await rewriteUnderLoad(rewritings.length, watch, arm);
  for (const flow of ["tracked, IPv4", "back, untracked, IPv6", "ping, IPv6"]) {
    assert.ok((outcome.lost[flow] ?? 0) > 0, `${flow}: ${JSON.stringify(outcome)}`);
  }
});
