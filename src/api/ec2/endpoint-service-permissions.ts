import type { AllowedPrincipal as PrincipalView } from "@aws-sdk/client-ec2";
import type { AllowedPrincipal, VpcEndpointService } from "../../model/vpc-endpoint-service.ts";
import { put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { locateLiving } from "./lookup.ts";

const typeOf = (arn: string): NonNullable<PrincipalView["PrincipalType"]> => {
  if (arn === "*") return "All";
  if (arn.endsWith(":root")) return "Account";
  return arn.includes(":role/") ? "Role" : "User";
};

const principalView = (service: VpcEndpointService, { id, arn }: AllowedPrincipal) => ({
  PrincipalType: typeOf(arn),
  Principal: arn,
  ServicePermissionId: id,
  ServiceId: service.id,
});

const filters: Filters<PrincipalView> = {
  principal: (one) => [one.Principal],
  "principal-type": (one) => [one.PrincipalType],
};

export const describeVpcEndpointServicePermissions = operation({
  name: "DescribeVpcEndpointServicePermissions",
  run(world, { ServiceId = "", ...request }, call) {
    const topic = "endpoint service permissions";
    const asked = parsePageRequest(request, [5, 1000], topic);
    if (isRefusal(asked)) return asked;
    const passes = parseFilters(filters, request.Filters);
    if (isRefusal(passes)) return passes;
    const service = locateLiving(world, call, "vpc-endpoint-service", ServiceId);
    if (isRefusal(service)) return service;
    const all = service.principals.map((one): PrincipalView => ({ ...principalView(service, one), Tags: [] }));
    const page = pageOf(all.filter(passes), ({ Principal = "" }) => Principal, asked, topic);
    return { output: { AllowedPrincipals: [...page.items], NextToken: page.next } };
  },
});

const isPrincipal = (text: string): boolean => text === "*" || /^arn:aws[\w-]*:iam::\d{12}:(?:root|(?:user|role)\/.+)$/.test(text);

/** Lets principals make endpoints of a service, and others no longer. Endpoints that are there stay. */
export const modifyVpcEndpointServicePermissions = operation({
  name: "ModifyVpcEndpointServicePermissions",
  run(world, { ServiceId = "", AddAllowedPrincipals = [], RemoveAllowedPrincipals = [] }, call) {
    const strange = [...AddAllowedPrincipals, ...RemoveAllowedPrincipals].find((text) => !isPrincipal(text));
    if (strange !== undefined) return refuse("InvalidPrincipal", `Invalid Principal: '${strange}'`);
    const service = locateLiving(world, call, "vpc-endpoint-service", ServiceId);
    if (isRefusal(service)) return service;
    const kept = service.principals.filter(({ arn }) => !RemoveAllowedPrincipals.includes(arn));
    const fresh = [...new Set(AddAllowedPrincipals)]
      .filter((arn) => !kept.some((one) => one.arn === arn))
      .map((arn): AllowedPrincipal => ({ id: call.mint("vpc-endpoint-service-permission"), arn }));
    return {
      changes: [put({ ...service, principals: [...kept, ...fresh] })],
      output: { AddedPrincipals: fresh.map((one) => principalView(service, one)), ReturnValue: true },
    };
  },
});
