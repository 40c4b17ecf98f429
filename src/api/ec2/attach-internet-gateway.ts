import { attachGateway, detachGateway, hasPublicAddresses } from "../../model/internet-gateway.ts";
import { listed, put } from "../../model/world.ts";
import { parseId } from "../../values/id.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate, malformed } from "./lookup.ts";

/** Attaches a gateway to a VPC that has none. */
export const attachInternetGateway = operation({
  name: "AttachInternetGateway",
  run(world, { InternetGatewayId = "", VpcId = "" }, call) {
    const gateway = locate(world, call, "internet-gateway", InternetGatewayId);
    if (isRefusal(gateway)) return gateway;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    if (gateway.vpc !== undefined) {
      return refuse("Resource.AlreadyAssociated", `resource ${gateway.id} is already attached to network ${gateway.vpc}`);
    }
    if (listed(world, "internetGatewaysOfVpc", vpc.id).size > 0) {
      return refuse("InvalidParameterValue", `Network ${vpc.id} already has an internet gateway attached`);
    }
    return { changes: [put(attachGateway(gateway, vpc))], output: {} };
  },
});

/** Detaches a gateway from its VPC, once no address of it is public and no route table is associated with the gateway. */
export const detachInternetGateway = operation({
  name: "DetachInternetGateway",
  run(world, { InternetGatewayId = "", VpcId = "" }, call) {
    const gateway = locate(world, call, "internet-gateway", InternetGatewayId);
    if (isRefusal(gateway)) return gateway;
    if (!parseId("vpc", VpcId)) return malformed("vpc", VpcId);
    if (gateway.vpc !== VpcId) {
      return refuse("Gateway.NotAttached", `resource ${gateway.id} is not attached to network ${VpcId}`);
    }
    if (hasPublicAddresses(world, VpcId)) {
      return refuse(
        "DependencyViolation",
        `Network ${VpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
      );
    }
    const table = listed(world, "routeTablesOf", gateway.id).first();
    if (table) {
      return refuse(
        "DependencyViolation",
        `The internetGateway '${gateway.id}' has dependencies and cannot be detached: ${table.id}`,
      );
    }
    return { changes: [put(detachGateway(gateway))], output: {} };
  },
});
