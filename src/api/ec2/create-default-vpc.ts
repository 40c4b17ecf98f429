import { defaultDhcpOptions } from "../../model/dhcp-options.ts";
import { makeSubnet } from "../../model/subnet.ts";
import { applyChanges, list, listed, put } from "../../model/world.ts";
import { overlaps, cidrOf } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { subnetBlocks } from "./blocks.ts";
import { defaultBlocks, makeDefaultVpc } from "./default-vpc.ts";
import { defaultVpc } from "./lookup.ts";
import { unserved } from "./served.ts";
import { subnetView } from "./views/subnet.ts";
import { vpcView } from "./views/vpc.ts";
import { chooseZone } from "./zones.ts";

/** Makes the default VPC again after it was deleted. */
export const createDefaultVpc = operation({
  name: "CreateDefaultVpc",
  run(world, _input, call) {
    if (defaultVpc(world, call)) {
      return refuse("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.");
    }
    if (list(world, call, "vpc").length >= call.quotas.vpcs) {
      return refuse("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
    }
    const dhcpOptions = defaultDhcpOptions(world, call);
    const { vpc, changes: inside } = makeDefaultVpc(world, call, dhcpOptions.id);
    const changes = [...dhcpOptions.changes, ...inside];
    return { changes, output: { Vpc: vpcView(applyChanges(world, changes), vpc) } };
  },
});

/** Makes a zone's default subnet again, in the lowest /20 of the default VPC that is free. */
export const createDefaultSubnet = operation({
  name: "CreateDefaultSubnet",
  run(world, input, call) {
    const strange = unserved(input, ["AvailabilityZone", "AvailabilityZoneId"]);
    if (strange) return strange;
    if (input.AvailabilityZone === undefined && input.AvailabilityZoneId === undefined) {
      return refuse("MissingParameter", "The request must contain the parameter availabilityZone");
    }
    const zone = chooseZone(call.region, input);
    if (isRefusal(zone)) return zone;
    const vpc = defaultVpc(world, call);
    if (!vpc) return refuse("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.");
    const subnets = [...listed(world, "subnetsOfVpc", vpc.id).values()];
    const existing = subnets.find((subnet) => subnet.defaultForZone && subnet.zone === zone.name);
    if (existing) {
      return refuse(
        "DefaultSubnetAlreadyExistsInAvailabilityZone",
        `'${existing.id}' is already the default subnet in ${zone.name}.`,
      );
    }
    const taken = subnets.flatMap(subnetBlocks);
    const cidr = defaultBlocks(vpc.cidrs[0]?.cidr ?? "").find((text) => !taken.some((other) => overlaps(other, cidrOf(text))));
    if (cidr === undefined) {
      return refuse("InsufficientFreeAddressesInSubnet", `The default VPC '${vpc.id}' has no free /20 block.`);
    }
    const subnet = makeSubnet(call, vpc, { zone: zone.name, cidr, defaultForZone: true, tags: {} });
    return { changes: [put(subnet)], output: { Subnet: subnetView(world, subnet) } };
  },
});
