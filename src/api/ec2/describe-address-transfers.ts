import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { parsePageRequest } from "../pages.ts";
import { locateAll } from "./lookup.ts";

/** No elastic IP is ever on its way to another account. */
export const describeAddressTransfers = operation({
  name: "DescribeAddressTransfers",
  run(world, { AllocationIds = [], ...request }, call) {
    const asked = parsePageRequest(request, [5, 1000], "address transfers");
    if (isRefusal(asked)) return asked;
    const found = locateAll(world, call, "elastic-ip", AllocationIds);
    return isRefusal(found) ? found : { output: { AddressTransfers: [] } };
  },
});
