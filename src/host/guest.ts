import { hostNamespace } from "../compile/names.ts";
import { dhcpOption, nameServersOf, privateDomain } from "../model/dhcp-options.ts";
import type { Instance, NetworkInterface, Vpc } from "../model/resource.ts";
import { listed, need } from "../model/world.ts";
import type { World } from "../model/world.ts";

/** What an instance is made of on its host. Everything a process needs to start it, and nothing it must look up. */
export interface Guest {
  /** i-… */
  readonly id: string;
  /** Name under /run/netns of the network namespace that holds the instance's interfaces. */
  readonly netns: string;
  /** Changes whenever the instance is to be started anew. */
  readonly boot: string;
  readonly hostname: string;
  /** Contents of /etc/resolv.conf. */
  readonly resolvConf: string;
  /** Contents of /etc/hosts. */
  readonly hosts: string;
  /** The bytes given at launch; empty when there were none. */
  readonly userData: Uint8Array;
}

/** The start of an instance that should run: its last reboot, else its launch. */
export const bootOf = ({ rebooted, launched }: Instance): string =>
  rebooted !== undefined && rebooted > launched ? rebooted : launched;

/** What the instance needs on its host. `realm` tells apart the regions that share one kernel. */
export function guestOf(world: World, instance: Instance, realm: string): Guest {
  const vpc = need(world, "vpc", instance.vpc);
  const address = primaryInterface(world, instance)?.addresses[0];
  const hostname = address === undefined ? instance.id : `ip-${address.replaceAll(".", "-")}`;
  return {
    id: instance.id,
    netns: hostNamespace(realm, instance.id),
    boot: bootOf(instance),
    hostname,
    resolvConf: resolvConf(world, vpc),
    hosts: hosts(address, hostname, privateDomain(instance.region)),
    userData: Buffer.from(instance.userData ?? "", "base64"),
  };
}

/** The interface at device index 0, whose first address names the instance. */
function primaryInterface(world: World, instance: Instance): NetworkInterface | undefined {
  return [...listed(world, "interfacesOfInstance", instance.id).values()].find((r) => r.attachment?.deviceIndex === 0);
}

/** What DHCP would hand out. */
function resolvConf(world: World, vpc: Vpc): string {
  const domains = dhcpOption(world, vpc, "domain-name").flatMap((names) => names.split(" "));
  const lines = nameServersOf(world, vpc).map((server) => `nameserver ${server}\n`);
  if (domains.length > 0) lines.push(`search ${domains.join(" ")}\n`);
  return lines.join("");
}

/** An instance knows its own name even where nothing answers DNS. */
function hosts(address: string | undefined, hostname: string, domain: string): string {
  const own = address === undefined ? "" : `${address} ${hostname}.${domain} ${hostname}\n`;
  return `127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n${own}`;
}
