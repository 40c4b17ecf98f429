import { makeDhcpOptions } from "../../model/dhcp-options.ts";
import { applyChanges, list, put, remove } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { parseDhcpConfigurations } from "./dhcp-configurations.ts";
import { locate } from "./lookup.ts";
import { dhcpOptionsView } from "./views/dhcp-options.ts";

/** Makes an option set, which never changes. */
export const createDhcpOptions = operation({
  name: "CreateDhcpOptions",
  run(world, { DhcpConfigurations = [], TagSpecifications }, call) {
    const options = parseDhcpConfigurations(DhcpConfigurations);
    if (isRefusal(options)) return options;
    const tags = parseTagSpecifications(TagSpecifications, ["dhcp-options"]);
    if (isRefusal(tags)) return tags;
    const made = makeDhcpOptions(call, options, tags["dhcp-options"]);
    const changes = [put(made)];
    return { changes, output: { DhcpOptions: dhcpOptionsView(applyChanges(world, changes), made) } };
  },
});

/** Deletes an option set no VPC has. */
export const deleteDhcpOptions = operation({
  name: "DeleteDhcpOptions",
  run(world, { DhcpOptionsId = "" }, call) {
    const options = locate(world, call, "dhcp-options", DhcpOptionsId);
    if (isRefusal(options)) return options;
    if (list(world, call, "vpc").some((vpc) => vpc.dhcpOptions === options.id)) {
      return refuse("DependencyViolation", `The dhcpOptions '${options.id}' has dependencies and cannot be deleted.`);
    }
    return { changes: [remove(options)], output: {} };
  },
});

/** Gives a VPC an option set in place of the one it has; `default` leaves it without any. */
export const associateDhcpOptions = operation({
  name: "AssociateDhcpOptions",
  run(world, { DhcpOptionsId = "", VpcId = "" }, call) {
    const options = DhcpOptionsId === "default" ? undefined : locate(world, call, "dhcp-options", DhcpOptionsId);
    if (isRefusal(options)) return options;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    return { changes: [put({ ...vpc, dhcpOptions: options?.id ?? "default" })], output: {} };
  },
});
