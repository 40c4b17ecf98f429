import type { Id } from "../values/id.ts";
import type { Birth } from "./birth.ts";
import { owned } from "./birth.ts";
import type { NetworkInterface, Owned } from "./resource.ts";
import { listed, remove } from "./world.ts";
import type { Change, World } from "./world.ts";

/** Another account's leave to use an interface. Nobody asks for it. */
export interface InterfacePermission extends Owned {
  readonly kind: "network-interface-permission";
  readonly id: Id<"network-interface-permission">;
  readonly interface: Id<"network-interface">;
  readonly grantee: string;
  readonly permission: "INSTANCE-ATTACH" | "EIP-ASSOCIATE";
}

export const makePermission = (
  birth: Birth,
  eni: NetworkInterface,
  { grantee, permission }: Pick<InterfacePermission, "grantee" | "permission">,
): InterfacePermission => ({
  ...owned(birth),
  kind: "network-interface-permission",
  id: birth.mint("network-interface-permission"),
  interface: eni.id,
  grantee,
  permission,
});

/** An interface goes, and its permissions with it. */
export const forgetPermissions = (world: World, eni: Pick<NetworkInterface, "id">): Change[] =>
  [...listed(world, "permissionsOfInterface", eni.id).values()].map(remove);
