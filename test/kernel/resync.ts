/** A large network put into an empty kernel, while its instances send what the rules refuse as soon as they can. */
import { hostNamespace } from "../../src/compile/names.ts";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { attached, type LargeWorld, ruleOf } from "../../bench/large-world.ts";
import { applyChanges, put, type World } from "../../src/model/world.ts";
import type { Defer } from "../endings.ts";
import { ip } from "../network.ts";
import { frameBytes } from "./frame.ts";
import { openLive, type Watch } from "./live.ts";
import type { Wire } from "./wire.ts";

const routerMac = "02:ba:11:e7:00:01";
const instanceCount = 10;
/** Steps of a pass that are run at once; after each lot, what has a link by then begins to send. */
const stepsAtOnce = 50;

/** What is sent: a SYN to a port that the rules of `attachedWorld` admit or refuse, told apart by the tag. */
const admitted = { value: 443, tag: 1 };
const refused = { value: 22, tag: 2 };

export interface AttachedWorld {
  readonly world: World;
  /** One for each instance, with its first interface. */
  readonly ends: readonly { readonly instance: string; readonly address: string; readonly mac: string }[];
}

/** The world with all its interfaces attached to ten instances, and groups that admit one port from inside. */
export function attachedWorld(large: LargeWorld): AttachedWorld {
  const { world, instances, interfaces, groups } = attached(large, instanceCount);
  const rules = groups.flatMap((group) => [
    ruleOf(group, admitted.value, { type: "cidr", cidr: "10.0.0.0/8" }),
    { ...ruleOf(group, -1, { type: "cidr", cidr: "0.0.0.0/0" }), egress: true, protocol: "-1" },
  ]);
  const ends = instances.map(({ id }, at) => ({ instance: id, address: interfaces[at]?.addresses[0] ?? "", mac: interfaces[at]?.mac ?? "" }));
  return { world: applyChanges(world, rules.map(put)), ends };
}

export interface Resync {
  /** Of the router's rules. */
  readonly transactions: number;
  /** Packets that the rules refuse. */
  readonly sent: number;
  /** Of those, how many arrived. */
  readonly leaked: number;
  /** Whether what the rules admit arrives in the end: else nothing would be proven. */
  readonly passes: boolean;
}

/** Puts the world into an empty kernel, sending from each instance from the moment its first link is there. */
export async function resyncUnderLoad({ world, ends }: AttachedWorld, defer: Defer): Promise<Resync> {
  const stream = new Stream();
  let transactions = 0;
  const watch: Watch = async (steps, run) => {
    for (let at = 0; at < steps.length; at += stepsAtOnce) {
      const lot = steps.slice(at, at + stepsAtOnce);
      transactions += lot.filter(({ op }) => op === "nft").length;
      await stream.during(run(lot));
      const linked = new Set(lot.flatMap((step) => (step.op === "link.add" && step.link.peer.device === "eth0" ? [step.link.peer.namespace] : [])));
      for (const end of ends) {
        if (linked.has(hostNamespace(live.realm, end.instance))) stream.add(end, await live.wire(end.instance));
      }
    }
  };
  const live = await openLive(defer, watch);
  await live.reach(world);
  await stream.during(sleep(100));
  return { transactions, sent: stream.sent, leaked: stream.arrived(refused.tag), passes: await stream.passes() };
}

/** Each end sends to the next one, over and over. */
class Stream {
  readonly #ends: { readonly wire: Wire; readonly source: string; readonly mac: string }[] = [];
  readonly #arrived = new Map<number, number>();
  #sent = 0;

  add({ address, mac }: AttachedWorld["ends"][number], wire: Wire): void {
    this.#ends.push({ wire, source: address, mac });
  }

  get sent(): number {
    return this.#sent;
  }

  arrived(tag: number): number {
    for (const { wire } of this.#ends) for (const each of wire.arrived()) this.#arrived.set(each, (this.#arrived.get(each) ?? 0) + 1);
    return this.#arrived.get(tag) ?? 0;
  }

  async during(work: Promise<void>): Promise<void> {
    let busy = true;
    const done = work.finally(() => (busy = false));
    while (busy) {
      this.#send(refused);
      this.arrived(refused.tag);
      await turn();
    }
    await done;
  }

  /** Whether every end is reached by what is admitted. */
  async passes(): Promise<boolean> {
    this.#send(admitted);
    for (let waited = 0; waited < 1000 && this.arrived(admitted.tag) < this.#ends.length; waited += 5) await sleep(5);
    return this.#ends.length > 1 && this.arrived(admitted.tag) === this.#ends.length;
  }

  #send({ value, tag }: { value: number; tag: number }): void {
    for (const [at, { wire, source, mac }] of this.#ends.entries()) {
      const destination = this.#ends[(at + 1) % this.#ends.length]?.source ?? source;
      const sourcePort = 1024 + (this.#sent++ % 60_000);
      wire.send(frameBytes({ source: ip(source), destination: ip(destination), protocol: 6, sourcePort, value, tag }, mac, routerMac));
    }
  }
}
