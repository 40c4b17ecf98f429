import { isRefusal } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { missingService, ownServices } from "./endpoint-service-lookup.ts";
import { amazonServices } from "./endpoint-services.ts";
import { unserved } from "./served.ts";
import { serviceFilters, serviceView } from "./views/endpoint-service.ts";

/** The services the caller may make endpoints of, by name. */
export const describeVpcEndpointServices = operation({
  name: "DescribeVpcEndpointServices",
  run(world, input, call) {
    const strange = unserved(input, ["ServiceNames", "Filters", "MaxResults", "NextToken"]);
    if (strange) return strange;
    const asked = parsePageRequest(input, [5, 1000], "endpoint services");
    if (isRefusal(asked)) return asked;
    const passes = parseFilters(serviceFilters, input.Filters);
    if (isRefusal(passes)) return passes;
    const known = [...amazonServices(call.region), ...ownServices(world, call)];
    const named = input.ServiceNames?.length ? input.ServiceNames : undefined;
    const missing = named?.find((name) => !known.some((service) => service.name === name));
    if (missing !== undefined) return missingService(missing);
    const details = known
      .filter(({ name }) => named?.includes(name) ?? true)
      .map((service) => serviceView(service, call.region, `vpce-svc-${call.digest(`${service.name} ${service.type}`).slice(0, 17)}`));
    const page = pageOf(details.filter(passes), ({ ServiceName, ServiceType }) => `${ServiceName} ${ServiceType?.[0]?.ServiceType}`, asked, "endpoint services");
    const names = [...new Set(page.items.map(({ ServiceName = "" }) => ServiceName))];
    return { output: { ServiceDetails: [...page.items], ServiceNames: names, NextToken: page.next } };
  },
});
