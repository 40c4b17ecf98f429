import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import type { Listing } from "./describe.ts";
import { flowLogFilters, flowLogView } from "./views/flow-log.ts";

export const describeFlowLogs = operation({
  name: "DescribeFlowLogs",
  run(world, { Filter, FlowLogIds, ...pages }, call) {
    const listing: Listing<"flow-log", ReturnType<typeof flowLogView>> = {
      kind: "flow-log",
      ids: { parameter: "FlowLogIds", alone: false },
      bounds: [1, 1000],
      filters: flowLogFilters,
      view: (_world, flowLog) => flowLogView(flowLog, call.delivery?.(flowLog.id)),
    };
    const page = describe(listing, world, call, { ...pages, Filters: Filter, ids: FlowLogIds });
    return isRefusal(page) ? page : { output: { FlowLogs: [...page.items], NextToken: page.next } };
  },
});
