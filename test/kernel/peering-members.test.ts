/** Rules that name a peer's group, with real packets: who they mean follows the group's members and the peering itself. */
import "./own-machine.ts";
import { test } from "node:test";
import { assignPrivateIpAddresses } from "../../src/api/ec2/assign-addresses.ts";
import { authorizeSecurityGroupIngress } from "../../src/api/ec2/authorize-security-group.ts";
import { modifyNetworkInterfaceAttribute } from "../../src/api/ec2/network-interface-attribute.ts";
import { deleteVpcPeeringConnection } from "../../src/api/ec2/vpc-peering-connection-state.ts";
import { replaceRoute } from "../../src/api/ec2/route.ts";
import { withEndings } from "../endings.ts";
import { nobody, openCrossings } from "./crossings.ts";
import { canUseKernel } from "./lab.ts";
import { permission, Site } from "./site.ts";

const options = canUseKernel ? {} : { skip: "needs root: network namespaces and nftables" };

/** Clients in one network, one of them in the group that a server's rules name; the server in its peer. */
function site() {
  const made = new Site();
  const [near, far] = [made.vpc("10.1.0.0/16", true), made.vpc("10.2.0.0/16", true)];
  const six = [made.ipv6(near, 1), made.ipv6(far, 1)] as const;
  const subnets = [made.subnet(near, "10.1.1.0/24", six[0]), made.subnet(far, "10.2.1.0/24", six[1])] as const;
  const pcx = made.peer(near, far);
  const tables = [
    made.table(near, [`10.2.0.0/16 ${pcx}`, `${six[1].replace("/64", "/56")} ${pcx}`], subnets[0]),
    made.table(far, [`10.1.0.0/16 ${pcx}`, `${six[0].replace("/64", "/56")} ${pcx}`], subnets[1]),
  ] as const;
  const everywhere = ["-1 any 0.0.0.0/0", "-1 any ::/0"];
  const [members, others] = [made.group(near, "members", [], everywhere), made.group(near, "others", [], everywhere)];
  const servers = made.group(far, "servers", [], []);
  made.region.does(authorizeSecurityGroupIngress, { GroupId: servers, IpPermissions: [permission(`tcp 443 ${members}`)] });
  const address6 = [six[0].replace("::/64", "::5"), six[1].replace("::/64", "::6")] as const;
  const hosts = {
    one: made.host({ subnet: subnets[0], addresses: ["10.1.1.5"], ipv6: address6[0], groups: [members] }),
    two: made.host({ subnet: subnets[0], addresses: ["10.1.1.7"], groups: [others] }),
    server: made.host({ subnet: subnets[1], addresses: ["10.2.1.6"], ipv6: address6[1], groups: [servers] }),
  };
  const joins = (host: keyof typeof hosts, ...Groups: string[]) =>
    made.region.does(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: hosts[host].eni, Groups });
  return { site: made, near, far, pcx, tables, members, others, hosts, joins, address6 };
}

const call = (from: string, port: number) => `tcp ${from}:${port} > 10.2.1.6:443 S`;

test("who joins the peer's group is admitted at once, who leaves it begins nothing more, and every address counts", options, () =>
  withEndings(async (defer) => {
    const { site: made, members, others, hosts, joins, address6 } = site();
    const c = await openCrossings(defer, made);
    await c.reach(hosts);
    await c.asks("one", call("10.1.1.5", 40_001), `server: ${call("10.1.1.5", 40_001)}`);
    const six = `tcp [${address6[0]}]:40001 > [${address6[1]}]:443 S`;
    await c.asks("one", six, `server: ${six}`);
    await c.sends("two", call("10.1.1.7", 40_001), nobody);

    joins("two", others, members);
    await c.reach();
    await c.asks("two", call("10.1.1.7", 40_002), `server: ${call("10.1.1.7", 40_002)}`);

    made.region.does(assignPrivateIpAddresses, { NetworkInterfaceId: hosts.two.eni, PrivateIpAddresses: ["10.1.1.8"] });
    await c.reach();
    await c.asks("two", call("10.1.1.8", 40_003), `server: ${call("10.1.1.8", 40_003)}`);

    joins("two", others);
    await c.reach();
    await c.sends("two", call("10.1.1.7", 40_004), nobody);
    await c.sends("two", call("10.1.1.8", 40_004), nobody);
    // What was tracked goes on.
    await c.sends("two", "tcp 10.1.1.7:40002 > 10.2.1.6:443 A", "server: tcp 10.1.1.7:40002 > 10.2.1.6:443 A");
    await c.asks("one", call("10.1.1.5", 40_004), `server: ${call("10.1.1.5", 40_004)}`);
  }),
);

test("without the peering the rule means nobody, and with a new one its members again", options, () =>
  withEndings(async (defer) => {
    const { site: made, near, far, pcx, tables, hosts } = site();
    const c = await openCrossings(defer, made);
    await c.reach(hosts);
    await c.asks("one", call("10.1.1.5", 40_001), `server: ${call("10.1.1.5", 40_001)}`);
    made.region.does(deleteVpcPeeringConnection, { VpcPeeringConnectionId: pcx });
    await c.reach();
    await c.sends("one", call("10.1.1.5", 40_002), nobody);
    await c.sends("one", "tcp 10.1.1.5:40001 > 10.2.1.6:443 A", nobody);

    const VpcPeeringConnectionId = made.peer(near, far);
    for (const [at, DestinationCidrBlock] of ["10.2.0.0/16", "10.1.0.0/16"].entries()) {
      made.region.does(replaceRoute, { RouteTableId: tables[at] ?? "", DestinationCidrBlock, VpcPeeringConnectionId });
    }
    await c.reach();
    await c.asks("one", call("10.1.1.5", 40_003), `server: ${call("10.1.1.5", 40_003)}`);
    await c.sends("two", call("10.1.1.7", 40_003), nobody);
  }),
);
