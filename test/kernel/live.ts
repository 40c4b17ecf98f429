/** Worlds in force on the real kernel, through the product's own loop, with a wire to each instance. */
import { hostNamespace, namespacePrefix, routerNamespace } from "../../src/compile/names.ts";
import type { Kernel, Step } from "../../src/apply/kernel.ts";
import { startLoop } from "../../src/apply/loop.ts";
import { openKernel } from "../../src/io/kernel.ts";
import type { World } from "../../src/model/world.ts";
import { cidrOf } from "../../src/values/ip.ts";
import type { Defer } from "../endings.ts";
import { Wire } from "./wire.ts";

export interface Live {
  readonly realm: string;
  /** The kernel itself, past what `watch` sees. */
  readonly kernel: Kernel;
  /** Resolves when a world is in force. */
  reach(world: World): Promise<void>;
  /** Ends the loop, and starts another that knows nothing; resolves when it has found its way. */
  again(): Promise<void>;
  /** Ends the loop, and leaves the kernel as it is. */
  end(): Promise<void>;
  /** Takes the mark off the ruleset in force: the loop no longer knows it, and makes all of it anew. */
  loseMarker(vpc: string): Promise<void>;
  /** The wire to an instance. Its own stack is silenced, so that only what a test sends is on the way. */
  wire(instance: string): Promise<Wire>;
}

/** What stands between the loop and the kernel: runs the steps it is given as it likes. */
export type Watch = (steps: readonly Step[], run: Kernel["run"]) => Promise<void>;

/** Starts a loop that has no world yet. All it makes is gone at the end. */
export async function openLive(defer: Defer, watch: Watch = (steps, run) => run(steps)): Promise<Live> {
  const realm = `l${process.pid.toString(16)}${Math.floor(Math.random() * 0xffff).toString(16)}`;
  const kernel = openKernel();
  defer(() => kernel.close());
  defer(async () => {
    const left = [...(await kernel.observe(namespacePrefix(realm))).keys()];
    await kernel.run(left.map((namespace) => ({ op: "namespace.delete", namespace })));
  });
  let newest: World | undefined;
  let loop: ReturnType<typeof startLoop> | undefined;
  defer(() => loop?.stop());
  const watched: Kernel = { ...kernel, run: (steps) => watch(steps, kernel.run) };
  const reach: Live["reach"] = async (world) => {
    newest = world;
    loop ??= startLoop({ kernel: watched, realm, internet: { pool: cidrOf("203.0.113.0/24"), beyond: false }, world: () => newest ?? world, sleep: () => Promise.resolve(), log: () => undefined });
    const refused = await loop.settle(world.revision);
    if (refused) throw new Error(refused.message);
  };
  const end = async () => {
    await loop?.stop();
    loop = undefined;
  };
  return {
    realm,
    kernel,
    reach,
    end,
    again: async () => {
      await end();
      if (newest) await reach(newest);
    },
    loseMarker: async (vpc) => {
      const namespace = routerNamespace(realm, vpc);
      const listing = await kernel.query(namespace, "list chains inet");
      const marker = /intended\/[0-9a-f/]+/.exec(listing)?.[0];
      if (marker === undefined) throw new Error("no marker");
      await kernel.run([{ op: "nft", namespace, commands: `delete chain inet bailey ${marker}` }]);
      loop?.resync();
    },
    wire: async (instance) => {
      const namespace = hostNamespace(realm, instance);
      const wire = new Wire(namespace);
      defer(() => wire.close());
      await kernel.run([{ op: "nft", namespace, commands: silence }]);
      return wire;
    },
  };
}

/** Before connection tracking, so that the host does not even remember what came. */
export const silence = "add table inet silent; add chain inet silent in { type filter hook prerouting priority -400; policy drop; }";
