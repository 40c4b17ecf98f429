/** `status`: what the region holds and whether the data plane is in order, as `bailey status` shows it. */
import { allowanceOf } from "../../model/network-interface.ts";
import { publicAddressesOf } from "../../model/public-address.ts";
import type { Attached, NetworkInterface } from "../../model/resource.ts";
import { blocksOfSubnet } from "../../model/subnet.ts";
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

/** `refused`: packets for which an interface had no room, by interface; one whose allowance is not in force is absent. */
export function statusReport(
  world: World,
  scope: { readonly account: string; readonly region: string },
  endpoint: string,
  dataplane: DataPlaneStatus,
  refused: ReadonlyMap<string, number>,
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
    subnets: byId(list(world, scope, "subnet")).map((subnet) => ({ id: subnet.id, vpc: subnet.vpc, cidr: blocksOfSubnet(subnet)[0], zone: subnet.zone, acl: subnet.acl })),
    instances: byId(list(world, scope, "instance")).map((instance) => {
      const interfaces = byId([...listed(world, "interfacesOfInstance", instance.id).values()]);
      return {
        id: instance.id,
        state: instance.state,
        ...(instance.attached && { attached: attachedView(instance.attached, interfaces) }),
        subnet: instance.subnet,
        addresses: interfaces.flatMap(({ addresses, ipv6Addresses }) => [...addresses, ...ipv6Addresses]),
        publicAddresses: interfaces.flatMap((eni) => [...publicAddressesOf(world, eni).values()].map(({ publicIp }) => publicIp)),
        groups: [...new Set(interfaces.flatMap(({ groups }) => groups))],
      };
    }),
    allowances: byId(list(world, scope, "network-interface")).flatMap((eni) => {
      const [allowance, refusedPackets] = [allowanceOf(eni), refused.get(eni.id)];
      return allowance === undefined ? [] : [{ interface: eni.id, allowance, ...(refusedPackets !== undefined && { refusedPackets }) }];
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
