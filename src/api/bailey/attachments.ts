/** The control calls `attach` and `detach`: in force when they are answered, like any change. */
import type { Change, World } from "../../model/world.ts";
import { isRefusal, type Refusal } from "../../values/refuse.ts";
import type { ControlHandler } from "../control.ts";
import type { Call, Outcome } from "../operation.ts";
import { attach, type FoundNetwork } from "./attach.ts";
import { readAttach, type Whereabouts } from "./attach-request.ts";
import { detach, readDetach } from "./detach.ts";

/** The networks of the host that can be attached. */
export interface HostNetworks {
  /** Finds a network and keeps it from going until it is closed; refused when nothing of the kind is there. */
  open(where: Whereabouts): Promise<OpenedNetwork | Refusal>;
}

export interface OpenedNetwork {
  readonly found: FoundNetwork;
  /** Gives it to an instance: the data plane finds it by the instance's id. Refused when another one has it. */
  give(instance: string): Refusal | undefined;
  close(): void;
}

export interface AttachmentDependencies {
  readonly networks: HostNetworks;
  world(): World;
  commit(changes: readonly Change[]): World;
  settle(revision: number): Promise<Refusal | undefined>;
  callOf(caller: Parameters<ControlHandler>[1]): Call;
}

export function attachmentHandlers(dependencies: AttachmentDependencies): readonly (readonly [string, ControlHandler])[] {
  const { networks, world, commit, settle, callOf } = dependencies;

  const inForce = async <O>({ changes = [], output }: Outcome<O>): Promise<O | Refusal> =>
    (changes.length === 0 ? undefined : await settle(commit(changes).revision)) ?? output;

  const attachNetwork: ControlHandler = async (input, caller) => {
    const request = readAttach(input);
    if (isRefusal(request)) return request;
    const network = await networks.open(request.whereabouts);
    if (isRefusal(network)) return network;
    try {
      // From here to the commit in one turn: the network never stands under the name of an instance that is not.
      const outcome = attach(world(), request, network.found, callOf(caller));
      if (isRefusal(outcome)) return outcome;
      return network.give(outcome.output.instance) ?? (await inForce(outcome));
    } finally {
      network.close();
    }
  };

  const detachNetwork: ControlHandler = async (input, caller) => {
    const request = readDetach(input);
    if (isRefusal(request)) return request;
    const outcome = detach(world(), request, callOf(caller));
    return isRefusal(outcome) ? outcome : inForce(outcome);
  };

  return [["attach", attachNetwork], ["detach", detachNetwork]];
}
