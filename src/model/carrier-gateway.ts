import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Departing } from "./gone.ts";
import type { Owned, Vpc } from "./resource.ts";

/** A VPC's way to a telecommunication carrier's network. */
export interface CarrierGateway extends Owned, Departing {
  readonly kind: "carrier-gateway";
  readonly id: Id<"carrier-gateway">;
  readonly vpc: Id<"vpc">;
}

export const makeCarrierGateway = (birth: Birth, vpc: Vpc, tags: Tags): CarrierGateway => ({
  ...owned(birth, tags),
  kind: "carrier-gateway",
  id: birth.mint("carrier-gateway"),
  vpc: vpc.id,
});
