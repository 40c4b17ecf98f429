import type { AddressAttribute } from "@aws-sdk/client-ec2";
import type { ElasticIp } from "../../model/resource.ts";
import { list, put } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { ageKey } from "./describe.ts";
import { locate, locateAll } from "./lookup.ts";
import { unserved } from "./served.ts";

/** An elastic IP with the name of its reverse record, where one was set: fully qualified, as in DNS. */
const view = ({ id, publicIp, ptr }: ElasticIp): AddressAttribute => ({
  AllocationId: id,
  PublicIp: publicIp,
  PtrRecord: ptr && `${ptr}.`,
});

/** Sets the name of an address's reverse record. */
export const modifyAddressAttribute = operation({
  name: "ModifyAddressAttribute",
  run(world, { AllocationId = "", DomainName }, call) {
    if (DomainName === undefined) return refuse("MissingParameter", "The request must contain the parameter DomainName");
    const ptr = parseDomainName(DomainName);
    if (isRefusal(ptr)) return ptr;
    const elasticIp = locate(world, call, "elastic-ip", AllocationId);
    if (isRefusal(elasticIp)) return elasticIp;
    const changed = { ...elasticIp, ptr };
    return { changes: [put(changed)], output: { Address: view(changed) } };
  },
});

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const domainName = new RegExp(`^${label}(?:\\.${label})+$`);
const longestDomainName = 253;

/** A host's name in lower case, without the dot at its end. */
function parseDomainName(text: string): string | Refusal {
  const name = text.toLowerCase().replace(/\.$/, "");
  return name.length <= longestDomainName && domainName.test(name)
    ? name
    : refuse("InvalidParameterValue", `Value (${text}) for parameter domainName is invalid.`);
}

/** Takes the name of an address's reverse record away. */
export const resetAddressAttribute = operation({
  name: "ResetAddressAttribute",
  run(world, { AllocationId = "", Attribute }, call) {
    const strange = refuseAttribute(Attribute);
    if (strange) return strange;
    const elasticIp = locate(world, call, "elastic-ip", AllocationId);
    if (isRefusal(elasticIp)) return elasticIp;
    const { ptr: _, ...reset } = elasticIp;
    return { changes: [put(reset)], output: { Address: view(reset) } };
  },
});

/** There is one attribute only. */
const refuseAttribute = (text: string | undefined): Refusal | undefined =>
  text === "domain-name" ? undefined : refuse("InvalidParameterValue", `Value (${text}) for parameter attribute is invalid.`);

const topic = "address-attribute";

export const describeAddressesAttribute = operation({
  name: "DescribeAddressesAttribute",
  run(world, input, call) {
    const strange =
      unserved(input, ["AllocationIds", "Attribute", "MaxResults", "NextToken"]) ??
      (input.Attribute === undefined ? undefined : refuseAttribute(input.Attribute));
    if (strange) return strange;
    const request = parsePageRequest(input, [1, 1000], topic);
    if (isRefusal(request)) return request;
    const { AllocationIds } = input;
    const found = AllocationIds?.length ? locateAll(world, call, "elastic-ip", AllocationIds) : list(world, call, "elastic-ip");
    if (isRefusal(found)) return found;
    const { items, next } = pageOf(found, ageKey, request, topic);
    return { output: { Addresses: items.map(view), NextToken: next } };
  },
});
