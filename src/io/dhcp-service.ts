import type dgram from "node:dgram";
import { isLiving } from "../apply/desired.ts";
import type { NetworkInterface } from "../model/resource.ts";
import { find, listed } from "../model/world.ts";
import { deviceName } from "../policy/lower.ts";
import { answerDhcp, dhcpServerOf } from "../services/dhcp.ts";
import { adoptDatagrams, type Router, type ServiceKind } from "./router-services.ts";

const serverPort = 67;
const clientPort = 68;
const anywhere = "0.0.0.0";

/**
 * DHCP, at two sockets for each link: one hears clients that have no address yet, the other those that renew theirs. Both
 * answer from the server's address, and whatever a packet says, it comes from the interface its link belongs to.
 */
export const dhcpService: ServiceKind = {
  name: "dhcp",
  async open(router) {
    const links = new Map<string, Link>();
    const look = async () => {
      const wanted = new Map(interfacesOn(router).map((eni) => [eni.id as string, eni]));
      for (const [id, link] of links) {
        const eni = wanted.get(id);
        if (eni && dhcpServerOf(router.world(), eni) === link.server) continue;
        link.close();
        links.delete(id);
      }
      const missing = [...wanted.values()].filter(({ id }) => !links.has(id));
      const opened = await Promise.allSettled(
        missing.map(async (eni) => {
          const link = await openLink(router, eni);
          if (link) links.set(eni.id, link);
        }),
      );
      for (const each of opened) if (each.status === "rejected") throw each.reason;
    };
    const close = () => {
      for (const link of links.values()) link.close();
    };
    try {
      await look();
    } catch (error) {
      close();
      throw error;
    }
    return { look, close };
  },
};

interface Link {
  readonly server: string;
  close(): void;
}

/** Those of the VPC's interfaces that are on a link. */
function interfacesOn(router: Router): NetworkInterface[] {
  const world = router.world();
  return [...listed(world, "interfacesOfVpc", router.vpc).values()].filter(({ attachment }) => {
    const instance = attachment && find(world, "instance", attachment.instance);
    return instance !== undefined && isLiving(instance);
  });
}

/** Hears one link; undefined while there is no such link. */
async function openLink(router: Router, { id }: NetworkInterface): Promise<Link | undefined> {
  const eni = find(router.world(), "network-interface", id);
  if (!eni) return undefined;
  const server = dhcpServerOf(router.world(), eni);
  const at = { type: "udp", port: serverPort, device: deviceName(id) } as const;
  const opened = await router.sockets([{ ...at, address: anywhere }, { ...at, address: server }]).catch((error: unknown) => {
    if (error instanceof Error && error.message.endsWith("ENODEV")) return [];
    throw error;
  });
  const sockets = opened.map(({ fd, address }) => adoptDatagrams(fd, address, receive, router.log));
  const own: dgram.Socket | undefined = sockets[opened.findIndex(({ address }) => address === server)];
  own?.setBroadcast(true);
  function receive(message: Buffer): void {
    const asking = find(router.world(), "network-interface", id);
    const [address] = asking?.addresses ?? [];
    if (!asking || address === undefined || !router.asker(address)) return;
    const answer = answerDhcp(router.world(), asking, message);
    if (answer) own?.send(answer.bytes, clientPort, answer.to, () => undefined);
  }
  const close = () => {
    for (const socket of sockets) socket.close();
  };
  return own && { server, close };
}
