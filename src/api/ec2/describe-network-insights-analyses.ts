import { isRefusal, refuse } from "../../values/refuse.ts";
import { parseFilters, passedByNothing } from "../filters.ts";
import { operation } from "../operation.ts";
import { parsePageRequest } from "../pages.ts";
import { locate } from "./lookup.ts";

const filters = passedByNothing("path-found", "status");

/** No analysis of any path is ever started. */
export const describeNetworkInsightsAnalyses = operation({
  name: "DescribeNetworkInsightsAnalyses",
  run(world, { NetworkInsightsAnalysisIds, NetworkInsightsPathId, ...request }, call) {
    const asked = parsePageRequest(request, [1, 100], "insights analyses");
    if (isRefusal(asked)) return asked;
    const passes = parseFilters(filters, request.Filters);
    if (isRefusal(passes)) return passes;
    const [unknown] = NetworkInsightsAnalysisIds ?? [];
    if (unknown !== undefined) {
      return refuse("InvalidNetworkInsightsAnalysisId.NotFound", `The network insights analysis ID '${unknown}' does not exist`);
    }
    const path = NetworkInsightsPathId === undefined ? undefined : locate(world, call, "network-insights-path", NetworkInsightsPathId);
    return isRefusal(path) ? path : { output: { NetworkInsightsAnalyses: [] } };
  },
});
