import { isRefusal, refuse } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** A template would set up Athena, which is not here. Refused for every flow log there is. */
export const getFlowLogsIntegrationTemplate = operation({
  name: "GetFlowLogsIntegrationTemplate",
  run(world, { FlowLogId = "" }, call) {
    const flowLog = locate(world, call, "flow-log", FlowLogId);
    if (isRefusal(flowLog)) return flowLog;
    return refuse("UnsupportedOperation", "There is no Athena to integrate flow logs with; 'bailey logs query' answers SQL on them.");
  },
});
