/** `detach`: a workload's interface goes, and the workload is left as it was before. */
import { ending, terminated } from "../../model/instance.ts";
import { interfacesOf } from "../../model/network-interface.ts";
import type { Instance } from "../../model/resource.ts";
import { list, type World } from "../../model/world.ts";
import { isRefusal, type Refusal, refuse } from "../../values/refuse.ts";
import { locate } from "../ec2/lookup.ts";
import type { Call, Outcome } from "../operation.ts";
import { readRequest } from "./request.ts";

/** Which attached instance is meant: by its id, or by what was attached. */
export interface DetachRequest {
  readonly instance?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly device?: string;
}

export function readDetach(input: unknown): DetachRequest | Refusal {
  const given = readRequest(input, { instance: "string", kind: "string", name: "string", device: "string" }, []);
  if (isRefusal(given)) return given;
  const byName = given.kind !== undefined && given.name !== undefined;
  return (given.instance === undefined) === byName ? given : refuse("InvalidParameterCombination", "Either instance, or kind and name must be specified");
}

/** Ends an attachment that is meant, at once: nothing has to be stopped first. Again is a no-op. */
export function detach(world: World, request: DetachRequest, call: Call): Outcome<{ readonly instance: string }> | Refusal {
  const instance = request.instance === undefined ? named(world, request, call) : locate(world, call, "instance", request.instance);
  if (isRefusal(instance)) return instance;
  if (!instance.attached) return refuse("IncorrectState", `The instance '${instance.id}' was launched, not attached; it can be terminated.`);
  if (instance.state === "terminated") return { output: { instance: instance.id } };
  const asked = ending(instance, "shutting-down", call.now);
  return { changes: terminated(world, asked, call.now), output: { instance: instance.id } };
}

function named(world: World, { kind, name, device }: DetachRequest, call: Call): Instance | Refusal {
  const [found, another] = list(world, call, "instance").filter(
    (instance) =>
      instance.state !== "terminated" &&
      instance.attached?.kind === kind &&
      instance.attached?.name === name &&
      (device === undefined || interfacesOf(world, instance).some(({ attachment }) => attachment?.device === device)),
  );
  if (!found) return refuse("InvalidInstanceID.NotFound", `No ${kind} '${name}' is attached`);
  return another ? refuse("IncorrectState", `The ${kind} '${name}' is attached more than once: say which instance.`) : found;
}
