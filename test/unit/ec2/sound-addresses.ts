import assert from "node:assert/strict";
import { subnetBlocks } from "../../../src/api/ec2/blocks.ts";
import { everywhere, need } from "../../../src/model/world.ts";
import type { World } from "../../../src/model/world.ts";
import { cidrOf, covers, holds, ipOf, overlaps } from "../../../src/values/ip.ts";

/** What holds of delegated prefixes in every world: they lie in their subnet, and nobody else has a part of them. */
export function assertPrefixes(world: World): void {
  const all = everywhere(world, "network-interface");
  const delegated = all.flatMap((eni) =>
    [...(eni.prefixes ?? []), ...(eni.ipv6Prefixes ?? [])].map((text) => ({ eni, text, prefix: cidrOf(text) })),
  );
  for (const [index, { eni, text, prefix }] of delegated.entries()) {
    const blocks = subnetBlocks(need(world, "subnet", eni.subnet));
    assert.ok(blocks.some((block) => covers(block, prefix)), `${text} in ${eni.subnet}`);
    const others = delegated.slice(index + 1).filter((other) => other.eni.vpc === eni.vpc);
    assert.ok(!others.some((other) => overlaps(other.prefix, prefix)), `${text} is held twice`);
    const addresses = all.filter(({ vpc }) => vpc === eni.vpc).flatMap((other) => [...other.addresses, ...other.ipv6Addresses]);
    assert.ok(!addresses.some((address) => holds(prefix, ipOf(address))), `an address of ${text} is held`);
  }
}

/** Public addresses are one owner's each, and belong to private addresses there are. */
export function assertPublicAddresses(world: World): void {
  const given = new Set<string>();
  const published = new Set<string>();
  const give = (publicIp: string, eni?: string, address?: string) => {
    assert.ok(!given.has(publicIp), `${publicIp} is given out twice`);
    given.add(publicIp);
    if (eni === undefined) return;
    assert.ok(need(world, "network-interface", eni).addresses.includes(address ?? ""), `${publicIp} is at ${address}`);
    assert.ok(!published.has(`${eni} ${address}`), `${address} has two public addresses`);
    published.add(`${eni} ${address}`);
  };
  for (const { publicIp, association } of everywhere(world, "elastic-ip")) give(publicIp, association?.interface, association?.address);
  for (const { id, addresses, publicAddress, attachment } of everywhere(world, "network-interface")) {
    if (publicAddress === undefined) continue;
    give(publicAddress, id, addresses[0]);
    assert.equal(attachment?.deviceIndex, 0);
  }
}

/** NAT gateways have an interface of their own, and in public ones each of its addresses has an elastic IP. */
export function assertNatGateways(world: World): void {
  for (const gateway of everywhere(world, "nat-gateway").filter(({ deleted }) => deleted === undefined)) {
    const eni = need(world, "network-interface", gateway.interface);
    assert.deepEqual([eni.natGateway, eni.subnet, eni.groups], [gateway.id, gateway.subnet, []]);
    assert.deepEqual(gateway.addresses.map(({ address }) => address), eni.addresses);
    for (const { address, allocation } of gateway.addresses) {
      assert.equal(allocation !== undefined, gateway.connectivity === "public");
      const at = allocation && need(world, "elastic-ip", allocation).association;
      assert.deepEqual(at && [at.interface, at.address], allocation && [eni.id, address]);
    }
  }
}
