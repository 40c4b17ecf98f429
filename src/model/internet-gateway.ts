import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { EgressOnlyInternetGateway, InternetGateway, Vpc } from "./resource.ts";
import { listed } from "./world.ts";
import type { World } from "./world.ts";

/** An internet gateway, attached to nothing. */
export const makeInternetGateway = (birth: Birth, tags: Tags = {}): InternetGateway => ({
  ...owned(birth, tags),
  kind: "internet-gateway",
  id: birth.mint("internet-gateway"),
});

export const attachGateway = (gateway: InternetGateway, vpc: Vpc): InternetGateway => ({ ...gateway, vpc: vpc.id });

/** The gateway, free for another VPC. Routes to it stay, as blackholes. */
export function detachGateway(gateway: InternetGateway): InternetGateway {
  const { vpc: _, ...free } = gateway;
  return free;
}

/** An egress-only gateway, which is its VPC's for life. */
export const makeEgressOnlyGateway = (birth: Birth, vpc: Vpc, tags: Tags): EgressOnlyInternetGateway => ({
  ...owned(birth, tags),
  kind: "egress-only-internet-gateway",
  id: birth.mint("egress-only-internet-gateway"),
  vpc: vpc.id,
});

/** Whether an address of the VPC has a public one, which only an internet gateway makes real. */
export const hasPublicAddresses = (world: World, vpc: string): boolean =>
  listed(world, "interfacesOfVpc", vpc).some(
    ({ id, publicAddress }) => publicAddress !== undefined || listed(world, "elasticIpsOfInterface", id).size > 0,
  );
