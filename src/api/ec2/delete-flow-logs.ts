import { remove } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locateAll } from "./lookup.ts";

/** Deletes flow logs, all or none; what they recorded stays where it is. */
export const deleteFlowLogs = operation({
  name: "DeleteFlowLogs",
  run(world, { FlowLogIds: ids = [] }, call) {
    if (ids.length === 0) return refuse("MissingParameter", "The request must contain the parameter FlowLogId");
    const flowLogs = locateAll(world, call, "flow-log", ids);
    return isRefusal(flowLogs) ? flowLogs : { changes: flowLogs.map(remove), output: { Unsuccessful: [] } };
  },
});
