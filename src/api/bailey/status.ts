/** `status`: what the region holds and whether the data plane is in order, as `bailey status` shows it. */
import type { Attached, NetworkInterface } from "../../model/resource.ts";
import { list, listed, type World } from "../../model/world.ts";

export interface DataPlaneStatus {
  readonly kind: "kernel" | "none";
  readonly healthy: boolean;
  /** The newest revision in force. */
  readonly revision: number;
  readonly message?: string;
}

const byId = <R extends { readonly id: string }>(resources: readonly R[]): R[] =>
  resources.toSorted((a, b) => (a.id < b.id ? -1 : 1));

export function statusReport(
  world: World,
  scope: { readonly account: string; readonly region: string },
  endpoint: string,
  dataplane: DataPlaneStatus,
) {
  return {
    endpoint,
    ...scope,
    revision: world.revision,
    dataplane,
    vpcs: byId(list(world, scope, "vpc")).map(({ id, cidrs, isDefault }) => ({
      id,
      cidrs: cidrs.map(({ cidr }) => cidr),
      isDefault,
    })),
    subnets: byId(list(world, scope, "subnet")).map(({ id, vpc, cidr, zone, acl }) => ({ id, vpc, cidr, zone, acl })),
    instances: byId(list(world, scope, "instance")).map((instance) => {
      const interfaces = byId([...listed(world, "interfacesOfInstance", instance.id).values()]);
      return {
        id: instance.id,
        state: instance.state,
        ...(instance.attached && { attached: attachedView(instance.attached, interfaces) }),
        subnet: instance.subnet,
        addresses: interfaces.flatMap(({ addresses, ipv6Addresses }) => [...addresses, ...ipv6Addresses]),
        groups: [...new Set(interfaces.flatMap(({ groups }) => groups))],
      };
    }),
  };
}

/** What an attached instance is to whoever runs it. */
const attachedView = ({ kind, name, by }: Attached, interfaces: readonly NetworkInterface[]) => ({
  kind,
  name,
  ...(by !== undefined && { by }),
  ...(interfaces[0]?.attachment?.device !== undefined && { device: interfaces[0].attachment.device }),
});
