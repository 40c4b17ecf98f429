import type { ConnectionTracking, NetworkInterface } from "../../model/resource.ts";
import { need, put } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call, Input } from "../operation.ts";
import { parseConnectionTracking } from "./connection-tracking.ts";
import { refuseGroupCount } from "./create-network-interface.ts";
import { groupsFor, locate, locateOwnInterface } from "./lookup.ts";
import { unserved } from "./served.ts";
import { interfaceView } from "./views/network-interface.ts";

type Request = Input<"ModifyNetworkInterfaceAttribute">;
const attributes = ["Description", "SourceDestCheck", "Groups", "Attachment", "ConnectionTrackingSpecification"] as const;

/** Changes one attribute of an interface: exactly one per call. Groups are replaced as a whole. */
export const modifyNetworkInterfaceAttribute = operation({
  name: "ModifyNetworkInterfaceAttribute",
  run(world, input, call) {
    const strange =
      unserved(input, ["NetworkInterfaceId", ...attributes]) ??
      unserved(input.Attachment ?? {}, ["AttachmentId", "DeleteOnTermination"]);
    if (strange) return strange;
    if (attributes.filter((name) => input[name] !== undefined).length !== 1) {
      return refuse("InvalidParameterCombination", "The request must contain exactly one attribute to modify");
    }
    const tracking = parseConnectionTracking(input.ConnectionTrackingSpecification);
    if (isRefusal(tracking)) return tracking;
    const eni = locateOwnInterface(world, call, input.NetworkInterfaceId ?? "");
    if (isRefusal(eni)) return eni;
    const changed = input.ConnectionTrackingSpecification ? retime(eni, tracking) : modify(world, eni, input, call);
    return isRefusal(changed) ? changed : { changes: [put(changed)], output: {} };
  },
});

/** The interface with these timeouts; those not given stay as they are. */
const retime = (eni: NetworkInterface, tracking: ConnectionTracking | undefined): NetworkInterface =>
  tracking ? { ...eni, connectionTracking: { ...eni.connectionTracking, ...tracking } } : eni;

function modify(world: World, eni: NetworkInterface, input: Request, call: Call): NetworkInterface | Refusal {
  if (input.Groups) return regroup(world, eni, input.Groups, call);
  if (input.Description) return { ...eni, description: input.Description.Value ?? "" };
  if (input.SourceDestCheck) return { ...eni, sourceDestCheck: input.SourceDestCheck.Value ?? eni.sourceDestCheck };
  const { AttachmentId, DeleteOnTermination } = input.Attachment ?? {};
  if (!eni.attachment || eni.attachment.id !== AttachmentId) {
    return refuse("InvalidAttachmentID.NotFound", `The attachment ID '${AttachmentId ?? ""}' does not exist`);
  }
  if (DeleteOnTermination === undefined) {
    return refuse("MissingParameter", "The request must contain the parameter attachment.deleteOnTermination");
  }
  return { ...eni, attachment: { ...eni.attachment, deleteOnTermination: DeleteOnTermination } };
}

/** The interface with these groups in place of those it has; it must have at least one. */
export function regroup(world: World, eni: NetworkInterface, texts: readonly string[], call: Call): NetworkInterface | Refusal {
  if (texts.length === 0) return refuse("MissingParameter", "The request must contain the parameter SecurityGroupId");
  const groups = groupsFor(world, call, need(world, "vpc", eni.vpc), texts);
  if (isRefusal(groups)) return groups;
  return refuseGroupCount(call, groups) ?? { ...eni, groups };
}

export const resetNetworkInterfaceAttribute = operation({
  name: "ResetNetworkInterfaceAttribute",
  run(world, { NetworkInterfaceId = "" }, call) {
    const eni = locateOwnInterface(world, call, NetworkInterfaceId);
    return isRefusal(eni) ? eni : { changes: [put({ ...eni, sourceDestCheck: true })], output: {} };
  },
});

export const describeNetworkInterfaceAttribute = operation({
  name: "DescribeNetworkInterfaceAttribute",
  run(world, { NetworkInterfaceId = "", Attribute = "" }, call) {
    const show = shown.find(([name]) => name === Attribute)?.[1];
    if (!show) {
      return refuse("InvalidParameterValue", `Value (${Attribute}) for parameter attribute is invalid. Unknown attribute.`);
    }
    const eni = locate(world, call, "network-interface", NetworkInterfaceId);
    if (isRefusal(eni)) return eni;
    return { output: { NetworkInterfaceId: eni.id, ...show(interfaceView(world, eni)) } };
  },
});

type View = ReturnType<typeof interfaceView>;
const shown = [
  ["attachment", ({ Attachment }: View) => ({ Attachment })],
  ["description", ({ Description }: View) => ({ Description: { Value: Description } })],
  ["groupSet", ({ Groups }: View) => ({ Groups })],
  ["sourceDestCheck", ({ SourceDestCheck }: View) => ({ SourceDestCheck: { Value: SourceDestCheck } })],
] as const;
