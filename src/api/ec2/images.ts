import { mintId, parseId } from "../../values/id.ts";
import type { Id } from "../../values/id.ts";
import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Call } from "../operation.ts";

type Asked = Pick<Call, "region" | "digest" | "anyImage">;

/** What instances are launched from: this machine's own file system. Its identifier is the region's and never changes. */
export const hostImage = (call: Pick<Call, "region" | "digest">): Id<"image"> =>
  mintId("image", call.digest(`bailey-host ${call.region}`));

/** What attached workloads are shown to be of. Nothing can be launched from it. */
export const attachedImage = (call: Pick<Call, "region" | "digest">): Id<"image"> =>
  mintId("image", call.digest(`bailey-attached ${call.region}`));

/** The image of that identifier. Where any image will do, all of them are there, and are the region's own. */
export function locateImage(call: Asked, text: string): Id<"image"> | Refusal {
  const id = parseId("image", text);
  if (!id) return refuse("InvalidAMIID.Malformed", `Invalid id: "${text}" (expecting "ami-...")`);
  const known = call.anyImage === true || id === hostImage(call) || id === attachedImage(call);
  return known ? id : refuse("InvalidAMIID.NotFound", `The image id '[${text}]' does not exist`);
}

/** The image of that identifier, to launch an instance from. */
export function locateLaunchable(call: Asked, text: string): Id<"image"> | Refusal {
  const id = locateImage(call, text);
  return id === attachedImage(call) ? refuse("InvalidAMIID.Unavailable", `The image ID '[${text}]' is disabled`) : id;
}
