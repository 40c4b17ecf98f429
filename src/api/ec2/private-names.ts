import type { PrivateDnsNameOptionsRequest } from "@aws-sdk/client-ec2";
import type { PrivateNames } from "../../model/resource.ts";
import { usualNames } from "../../model/subnet.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

/** What instances' names are made of; undefined when it is not said. `parameter` is its name in the refusal. */
export function parseNameType(type: string | undefined, parameter = "hostnameType"): PrivateNames["type"] | undefined | Refusal {
  if (type === undefined || type === "ip-name" || type === "resource-name") return type;
  return refuse("InvalidParameterValue", `Value (${type}) for parameter ${parameter} is invalid.`);
}

/** What names are to be, where some of it is said and the rest stays as it was. */
export function parsePrivateNames(
  { HostnameType: type, EnableResourceNameDnsARecord: a, EnableResourceNameDnsAAAARecord: aaaa }: PrivateDnsNameOptionsRequest,
  before: PrivateNames = usualNames,
): PrivateNames | Refusal {
  const known = parseNameType(type);
  return isRefusal(known) ? known : { type: known ?? before.type, a: a ?? before.a, aaaa: aaaa ?? before.aaaa };
}
