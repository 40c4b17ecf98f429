import { findEntry, withEntry, withoutEntry } from "../../model/network-acl.ts";
import type { AclEntry, NetworkAcl } from "../../model/resource.ts";
import { put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { parseEntry, parseEntryKey } from "./acl-entry.ts";
import { locate } from "./lookup.ts";

/** Adds an entry under a number its direction does not have yet. */
export const createNetworkAclEntry = operation({
  name: "CreateNetworkAclEntry",
  run(world, input, call) {
    const entry = parseEntry(input);
    if (isRefusal(entry)) return entry;
    const acl = locate(world, call, "network-acl", input.NetworkAclId ?? "");
    if (isRefusal(acl)) return acl;
    if (findEntry(acl, entry)) {
      return refuse(
        "NetworkAclEntryAlreadyExists",
        `The network acl entry identified by ${entry.number} already exists.`,
      );
    }
    const next = withEntry(acl, entry);
    return refuseSize(call, next, entry) ?? { changes: [put(next)], output: {} };
  },
});

/** Puts another entry in the place of one that exists. */
export const replaceNetworkAclEntry = operation({
  name: "ReplaceNetworkAclEntry",
  run(world, input, call) {
    const entry = parseEntry(input);
    if (isRefusal(entry)) return entry;
    const acl = locate(world, call, "network-acl", input.NetworkAclId ?? "");
    if (isRefusal(acl)) return acl;
    if (!findEntry(acl, entry)) return noEntry(entry.number);
    const next = withEntry(acl, entry);
    return refuseSize(call, next, entry) ?? { changes: [put(next)], output: {} };
  },
});

/** Takes an entry away. The final denies have numbers no call can name. */
export const deleteNetworkAclEntry = operation({
  name: "DeleteNetworkAclEntry",
  run(world, input, call) {
    const key = parseEntryKey(input);
    if (isRefusal(key)) return key;
    const acl = locate(world, call, "network-acl", input.NetworkAclId ?? "");
    if (isRefusal(acl)) return acl;
    return findEntry(acl, key) ? { changes: [put(withoutEntry(acl, key))], output: {} } : noEntry(key.number);
  },
});

const noEntry = (number: number): Refusal =>
  refuse("InvalidNetworkAclEntry.NotFound", `The network acl entry identified by ${number} does not exist`);

/** Refuses a list that has more entries of the new one's direction and family than the quota. */
function refuseSize({ quotas }: Call, acl: NetworkAcl, added: AclEntry): Refusal | undefined {
  const isIpv6 = (entry: AclEntry): boolean => entry.cidr.includes(":");
  const alike = acl.entries.filter((entry) => entry.egress === added.egress && isIpv6(entry) === isIpv6(added));
  return alike.length > quotas.entriesPerAcl
    ? refuse("NetworkAclEntryLimitExceeded", "The maximum number of network acl entries has been reached.")
    : undefined;
}
