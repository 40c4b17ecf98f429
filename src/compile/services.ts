/** What answers in the router itself, and is met before any group or list: names, metadata, time, addresses. */
import { serviceAddresses, servicePorts } from "../policy/services.ts";
import { type Cidr, hostCidr } from "../values/ip.ts";
import { once } from "../values/once.ts";
import { ICMP, ICMPV6, UDP } from "../values/protocol.ts";
import { type Part, rule, type Section, section, type Timeout } from "./rule.ts";

export const servicesChain = "services";

const asking: Timeout = { name: "services", protocol: "udp", policy: { unreplied: 3, replied: 3 } };

/** Lets interfaces ask services, by their own addresses only. */
export const servicesPart = once((cidrs: readonly Cidr[]): Section => {
  const asked = servicePorts.map(({ protocol, port }) => rule([{ protocol }, { values: { from: port, to: port }, field: "port" }], { accept: true }));
  const part: Part = {
    name: servicesChain,
    sets: ([4, 6] as const).map((family) => ({ name: `services${family}`, key: [`daddr${family}`], intervals: false, toChain: false })),
    elements: serviceAddresses(cidrs).map((ip) => ({ set: `services${ip.family}`, key: [{ cidr: hostCidr(ip) }] })),
    chains: [
      {
        name: servicesChain,
        rules: [
          // The router answers ping.
          rule([{ protocol: ICMP }, { values: { from: 0x0800, to: 0x0800 }, field: "type" }], { accept: true }),
          rule([{ protocol: ICMPV6 }, { values: { from: 0x8000, to: 0x8000 }, field: "type" }], { accept: true }),
          rule([{ protocol: ICMPV6 }, { values: { from: 0x8500, to: 0x88ff }, field: "type" }], { accept: true }),
          ...([4, 6] as const).map((family) => rule([{ lookup: [`daddr${family}`], set: `services${family}` }], { goto: "services/asked" })),
          // The router's own addresses answer nothing else but requests for an address.
          rule([{ protocol: UDP }, { values: { from: 67, to: 67 }, field: "port" }], { accept: true }),
          rule([], { drop: true }),
        ],
      },
      // A question and its answer are a connection too, but nobody asks for it again: hosts that ask much must not fill the memory.
      { name: "services/asked", rules: [rule([{ protocol: UDP }, { fresh: true }], { idle: asking.name }), ...asked, rule([], { drop: true })] },
    ],
    timeouts: [asking],
  };
  return section([part]);
});
