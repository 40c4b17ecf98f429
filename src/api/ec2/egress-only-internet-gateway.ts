import { makeEgressOnlyGateway } from "../../model/internet-gateway.ts";
import { listed, put, remove } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { locate } from "./lookup.ts";
import { egressOnlyGatewayView } from "./views/internet-gateway.ts";

/** Makes an egress-only gateway for a VPC that has none. */
export const createEgressOnlyInternetGateway = operation({
  name: "CreateEgressOnlyInternetGateway",
  run(world, { VpcId = "", TagSpecifications }, call) {
    const tags = parseTagSpecifications(TagSpecifications, ["egress-only-internet-gateway"]);
    if (isRefusal(tags)) return tags;
    const vpc = locate(world, call, "vpc", VpcId);
    if (isRefusal(vpc)) return vpc;
    if (listed(world, "egressOnlyGatewaysOfVpc", vpc.id).size > 0) {
      return refuse("InvalidParameterValue", `Network ${vpc.id} already has an egress-only internet gateway attached`);
    }
    const gateway = makeEgressOnlyGateway(call, vpc, tags["egress-only-internet-gateway"] ?? {});
    return { changes: [put(gateway)], output: { EgressOnlyInternetGateway: egressOnlyGatewayView(world, gateway) } };
  },
});

/** Deletes an egress-only gateway. Routes to it stay, as blackholes. */
export const deleteEgressOnlyInternetGateway = operation({
  name: "DeleteEgressOnlyInternetGateway",
  run(world, { EgressOnlyInternetGatewayId = "" }, call) {
    const gateway = locate(world, call, "egress-only-internet-gateway", EgressOnlyInternetGatewayId);
    if (isRefusal(gateway)) return gateway;
    return { changes: [remove(gateway)], output: { ReturnCode: true } };
  },
});
