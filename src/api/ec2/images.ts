import { mintId, parseId } from "../../values/id.ts";
import type { Id } from "../../values/id.ts";
import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Call } from "../operation.ts";

/** The one image there is: this machine's own file system. Its identifier is the region's and never changes. */
export const hostImage = (call: Pick<Call, "region" | "digest">): Id<"image"> =>
  mintId("image", call.digest(`bailey-host ${call.region}`));

/** The image of that identifier. */
export function locateImage(call: Pick<Call, "region" | "digest">, text: string): Id<"image"> | Refusal {
  const id = parseId("image", text);
  if (!id) return refuse("InvalidAMIID.Malformed", `Invalid id: "${text}" (expecting "ami-...")`);
  return id === hostImage(call) ? id : refuse("InvalidAMIID.NotFound", `The image id '[${text}]' does not exist`);
}
