import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";

/** What an instance wrote to its console, base64. */
export const getConsoleOutput = operation({
  name: "GetConsoleOutput",
  run(world, { InstanceId = "" }, call) {
    const instance = locate(world, call, "instance", InstanceId);
    if (isRefusal(instance)) return instance;
    return { output: { InstanceId: instance.id, Timestamp: new Date(call.now), Output: call.console?.(instance.id) ?? "" } };
  },
});
