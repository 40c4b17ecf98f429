import type { NetworkInterfacePermission } from "@aws-sdk/client-ec2";
import { makePermission } from "../../model/interface-permission.ts";
import type { InterfacePermission } from "../../model/interface-permission.ts";
import { listed, put, remove } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Filters, Tagged } from "../filters.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { locate, locateOwnInterface } from "./lookup.ts";
import { invalidValue, missingParameter, oneOf } from "./parameter.ts";

const view = (_world: World, { id, interface: eni, grantee, permission }: InterfacePermission): NetworkInterfacePermission => ({
  NetworkInterfacePermissionId: id,
  NetworkInterfaceId: eni,
  AwsAccountId: grantee,
  Permission: permission,
  PermissionState: { State: "granted" },
});

/** Lets another account use an interface, which it has no way to ask for. */
export const createNetworkInterfacePermission = operation({
  name: "CreateNetworkInterfacePermission",
  run(world, { NetworkInterfaceId = "", AwsAccountId, AwsService, Permission = "" }, call) {
    if (AwsService !== undefined) return refuse("UnsupportedOperation", "The parameter AwsService is not supported.");
    if (AwsAccountId === undefined) return missingParameter("awsAccountId");
    if (!/^\d{12}$/.test(AwsAccountId)) return invalidValue("awsAccountId", AwsAccountId, "This is not an account ID.");
    const permission = oneOf("permission", Permission, ["INSTANCE-ATTACH", "EIP-ASSOCIATE"]);
    if (isRefusal(permission)) return permission;
    const eni = locateOwnInterface(world, call, NetworkInterfaceId);
    if (isRefusal(eni)) return eni;
    const same = listed(world, "permissionsOfInterface", eni.id).find(
      (one) => one.grantee === AwsAccountId && one.permission === permission,
    );
    if (same) return { output: { InterfacePermission: view(world, same) } };
    const made = makePermission(call, eni, { grantee: AwsAccountId, permission });
    return { changes: [put(made)], output: { InterfacePermission: view(world, made) } };
  },
});

export const deleteNetworkInterfacePermission = operation({
  name: "DeleteNetworkInterfacePermission",
  run(world, { NetworkInterfacePermissionId = "" }, call) {
    const permission = locate(world, call, "network-interface-permission", NetworkInterfacePermissionId);
    return isRefusal(permission) ? permission : { changes: [remove(permission)], output: { Return: true } };
  },
});

const prefix = "network-interface-permission";
const filters: Filters<NetworkInterfacePermission & Tagged> = {
  [`${prefix}.aws-account-id`]: (one) => [one.AwsAccountId],
  [`${prefix}.aws-service`]: (one) => [one.AwsService],
  [`${prefix}.network-interface-id`]: (one) => [one.NetworkInterfaceId],
  [`${prefix}.network-interface-permission-id`]: (one) => [one.NetworkInterfacePermissionId],
  [`${prefix}.permission`]: (one) => [one.Permission],
};

const listing = {
  kind: "network-interface-permission",
  ids: { parameter: "NetworkInterfacePermissionIds", alone: true },
  bounds: [5, 255],
  filters,
  view,
} as const;

export const describeNetworkInterfacePermissions = operation({
  name: "DescribeNetworkInterfacePermissions",
  run(world, { NetworkInterfacePermissionIds, ...request }, call) {
    const page = describe(listing, world, call, { ...request, ids: NetworkInterfacePermissionIds });
    return isRefusal(page) ? page : { output: { NetworkInterfacePermissions: [...page.items], NextToken: page.next } };
  },
});
