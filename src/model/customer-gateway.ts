import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Departing } from "./gone.ts";
import type { Owned } from "./resource.ts";
import { list } from "./world.ts";
import type { World } from "./world.ts";

/** The far end of a VPN: a device on somebody's premises. */
export interface CustomerGateway extends Owned, Departing {
  readonly kind: "customer-gateway";
  readonly id: Id<"customer-gateway">;
  /** Its autonomous system number: 1 to 2^32 - 1. */
  readonly asn: number;
  /** Its outside address, canonical. A device with a certificate may have none. */
  readonly ip?: string;
  readonly certificate?: string;
  readonly device?: string;
}

export type CustomerGatewayPlan = Pick<CustomerGateway, "asn" | "ip" | "certificate" | "device">;

export const makeCustomerGateway = (birth: Birth, plan: CustomerGatewayPlan, tags: Tags): CustomerGateway => ({
  ...owned(birth, tags),
  kind: "customer-gateway",
  id: birth.mint("customer-gateway"),
  ...plan,
});

/** The one with the same address and number: there is never another. */
export const sameCustomerGateway = (world: World, birth: Birth, plan: CustomerGatewayPlan): CustomerGateway | undefined =>
  list(world, birth, "customer-gateway").find(
    ({ ip, asn, certificate, deleted }) =>
      deleted === undefined && ip === plan.ip && asn === plan.asn && certificate === plan.certificate,
  );
