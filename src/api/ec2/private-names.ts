import type { PrivateDnsNameOptionsRequest } from "@aws-sdk/client-ec2";
import type { PrivateNames } from "../../model/resource.ts";
import { usualNames } from "../../model/subnet.ts";
import { refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

/** What names are to be, where some of it is said and the rest stays as it was. `parameter` is the type's name in the refusal. */
export function parsePrivateNames(
  { HostnameType: type, EnableResourceNameDnsARecord: a, EnableResourceNameDnsAAAARecord: aaaa }: PrivateDnsNameOptionsRequest,
  before: PrivateNames = usualNames,
  parameter = "hostnameType",
): PrivateNames | Refusal {
  if (type !== undefined && type !== "ip-name" && type !== "resource-name") {
    return refuse("InvalidParameterValue", `Value (${String(type)}) for parameter ${parameter} is invalid.`);
  }
  return { type: type ?? before.type, a: a ?? before.a, aaaa: aaaa ?? before.aaaa };
}
