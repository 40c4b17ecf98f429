import { makeInternetGateway } from "../../model/internet-gateway.ts";
import { list, put, remove } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parseTagSpecifications } from "../tags.ts";
import { locate } from "./lookup.ts";
import { internetGatewayView } from "./views/internet-gateway.ts";

/** Makes an internet gateway, attached to nothing. */
export const createInternetGateway = operation({
  name: "CreateInternetGateway",
  run(world, { TagSpecifications }, call) {
    const tags = parseTagSpecifications(TagSpecifications, ["internet-gateway"]);
    if (isRefusal(tags)) return tags;
    if (list(world, call, "internet-gateway").length >= call.quotas.internetGateways) {
      return refuse("InternetGatewayLimitExceeded", "The maximum number of internet gateways has been reached.");
    }
    const gateway = makeInternetGateway(call, tags["internet-gateway"]);
    return { changes: [put(gateway)], output: { InternetGateway: internetGatewayView(world, gateway) } };
  },
});

/** Deletes an internet gateway that is attached to nothing. Routes to it stay, as blackholes. */
export const deleteInternetGateway = operation({
  name: "DeleteInternetGateway",
  run(world, { InternetGatewayId = "" }, call) {
    const gateway = locate(world, call, "internet-gateway", InternetGatewayId);
    if (isRefusal(gateway)) return gateway;
    if (gateway.vpc !== undefined) {
      return refuse(
        "DependencyViolation",
        `The internetGateway '${gateway.id}' has dependencies and cannot be deleted.`,
      );
    }
    return { changes: [remove(gateway)], output: {} };
  },
});
