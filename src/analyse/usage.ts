/** What rules were used for, summed up from judged traffic. */
import { type Ip, parseIp } from "../values/ip.ts";
import type { Use } from "./tighten.ts";

/** One kind of admitted traffic, and the rules and entries that let it pass. */
export interface Admitted {
  readonly rules: readonly string[];
  /** The address at the other end of the interface's. */
  readonly peer: string;
  readonly protocol: number;
  readonly port: number;
  /** An answer: it shows that a rule is used, but not for what connections. */
  readonly reply: boolean;
  readonly packets: number;
}

export interface Usage {
  readonly packets: number;
  /** Each connection's kind once. */
  readonly uses: readonly Use[];
}

export class UsageOfRules {
  readonly #rules = new Map<string, { packets: number; uses: Map<string, Use> }>();

  add({ rules, peer, protocol, port, reply, packets }: Admitted): void {
    const ip: Ip | undefined = parseIp(peer);
    for (const id of rules) {
      const usage = this.#rules.get(id) ?? { packets: 0, uses: new Map<string, Use>() };
      this.#rules.set(id, usage);
      usage.packets += packets;
      if (!reply && ip) usage.uses.set(`${peer} ${protocol} ${port}`, { peer: ip, protocol, port });
    }
  }

  /** Undefined of a rule that nothing used. */
  of(rule: string): Usage | undefined {
    const found = this.#rules.get(rule);
    return found && { packets: found.packets, uses: [...found.uses.values()] };
  }
}
