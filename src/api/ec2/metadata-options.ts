import type { InstanceMetadataOptionsRequest } from "@aws-sdk/client-ec2";
import type { Scope, Tags } from "../../model/birth.ts";
import { chooseMetadataOptions, isPathKey, metadataOptionsOf } from "../../model/metadata-options.ts";
import type { MetadataDefaults, MetadataOptions } from "../../model/metadata-options.ts";
import { findIn, put, scopeKey } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { locate } from "./lookup.ts";
import { metadataOptionsView } from "./views/metadata-options.ts";

/** The words each parameter may be; the type of a request is not checked when it is decoded. */
const words = {
  HttpTokens: ["optional", "required"],
  HttpEndpoint: ["enabled", "disabled"],
  HttpProtocolIpv6: ["enabled", "disabled"],
  InstanceMetadataTags: ["enabled", "disabled"],
} as const;

/** Refuses the first parameter that is none of its words, then a hop limit out of bounds. */
export function refuseWords(
  given: { readonly [name: string]: string | number | boolean | undefined; readonly HttpPutResponseHopLimit?: number | undefined },
  allowed: Readonly<Record<string, readonly string[]>>,
  least: 1 | -1,
): Refusal | undefined {
  const limit = given.HttpPutResponseHopLimit;
  const far = limit !== undefined && !(Number.isInteger(limit) && limit >= least && limit <= 64 && limit !== 0);
  const bad = Object.keys(allowed).find((name) => given[name] !== undefined && !allowed[name]?.includes(String(given[name])));
  const name = bad ?? (far ? "HttpPutResponseHopLimit" : undefined);
  return name === undefined ? undefined : refuse("InvalidParameterValue", `Value (${String(given[name])}) for parameter ${name} is invalid.`);
}

/** What a request says of an instance's options; what it does not say is absent. */
export function parseMetadataOptions(given: InstanceMetadataOptionsRequest = {}): Partial<MetadataOptions> | Refusal {
  const { HttpTokens, HttpPutResponseHopLimit, HttpEndpoint, HttpProtocolIpv6, InstanceMetadataTags } = given;
  return (
    refuseWords({ ...given }, words, 1) ?? {
      ...(HttpTokens && { tokens: HttpTokens }),
      ...(HttpPutResponseHopLimit !== undefined && { hopLimit: HttpPutResponseHopLimit }),
      ...(HttpEndpoint && { endpoint: HttpEndpoint === "enabled" }),
      ...(HttpProtocolIpv6 && { ipv6: HttpProtocolIpv6 === "enabled" }),
      ...(InstanceMetadataTags && { tags: InstanceMetadataTags === "enabled" }),
    }
  );
}

/** What an account prefers in a region. */
export const metadataDefaultsOf = (world: World, scope: Scope): MetadataDefaults =>
  findIn(world, scope, "region", scopeKey(scope))?.metadataDefaults ?? {};

/** The options of a launch: what it asks for, what the account prefers, what the image has. */
export function launchMetadataOptions(
  world: World,
  scope: Scope,
  given: InstanceMetadataOptionsRequest | undefined,
  tags: Tags,
): MetadataOptions | Refusal {
  const wanted = parseMetadataOptions(given);
  if (isRefusal(wanted)) return wanted;
  const options = chooseMetadataOptions(wanted, metadataDefaultsOf(world, scope));
  return refuseUnenforced(world, scope, options) ?? refuseTagKeys(options, tags) ?? options;
}

function refuseUnenforced(world: World, scope: Scope, { tokens }: Partial<MetadataOptions>): Refusal | undefined {
  if (tokens !== "optional" || metadataDefaultsOf(world, scope).tokensEnforced !== true) return undefined;
  return refuse(
    "UnsupportedOperation",
    "You can't launch instances with IMDSv1 because httpTokensEnforced is enabled for this account. Either launch the " +
      "instance with httpTokens=required or contact your account owner to disable httpTokensEnforced using the " +
      "ModifyInstanceMetadataDefaults API or the account settings in the EC2 console.",
  );
}

/** Refuses tags an instance that shows its tags could not show. */
export function refuseTagKeys(options: MetadataOptions, tags: Tags): Refusal | undefined {
  const bad = options.tags ? Object.keys(tags).find((key) => !isPathKey(key)) : undefined;
  if (bad === undefined) return undefined;
  return refuse(
    "InvalidParameterValue",
    `'${bad}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), ` +
      "and must not be a reserved name ('.', '..', '_index')",
  );
}

/** Changes the options it names; the others stay. */
export const modifyInstanceMetadataOptions = operation({
  name: "ModifyInstanceMetadataOptions",
  run(world, input, call) {
    const wanted = parseMetadataOptions(input);
    if (isRefusal(wanted)) return wanted;
    if (Object.keys(wanted).length === 0) {
      return refuse("InvalidParameterCombination", "The request must contain at least one metadata option to modify");
    }
    const instance = locate(world, call, "instance", input.InstanceId ?? "");
    if (isRefusal(instance)) return instance;
    if (instance.state === "terminated" || instance.state === "shutting-down") {
      return refuse("IncorrectInstanceState", `The instance '${instance.id}' is not in a state from which its metadata options can be modified.`);
    }
    const metadataOptions = { ...metadataOptionsOf(instance), ...wanted };
    const refusal = refuseUnenforced(world, call, wanted) ?? refuseTagKeys(metadataOptions, instance.tags);
    if (refusal) return refusal;
    return {
      changes: [put({ ...instance, metadataOptions })],
      output: { InstanceId: instance.id, InstanceMetadataOptions: metadataOptionsView(metadataOptions) },
    };
  },
});
