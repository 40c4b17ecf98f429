import type { InstanceMetadataDefaultsResponse } from "@aws-sdk/client-ec2";
import type { MetadataDefaults } from "../../model/metadata-options.ts";
import { need, put, scopeKey } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import type { Input } from "../operation.ts";
import { metadataDefaultsOf, refuseWords } from "./metadata-options.ts";
import { switchView } from "./views/metadata-options.ts";

type Request = Input<"ModifyInstanceMetadataDefaults">;

const switches = ["enabled", "disabled", "no-preference"];
const words = {
  HttpTokens: ["optional", "required", "no-preference"],
  HttpEndpoint: switches,
  InstanceMetadataTags: switches,
  HttpTokensEnforced: switches,
} as const;

/** Without a preference: undefined. */
const preferred = <V>(word: string, meaning: V): V | undefined => (word === "no-preference" ? undefined : meaning);

/** The preferences a request leads to: what it does not name stays. */
function change(before: MetadataDefaults, request: Request): MetadataDefaults | Refusal {
  const refusal = refuseWords({ ...request }, words, -1);
  if (refusal) return refusal;
  const { HttpTokens, HttpPutResponseHopLimit, HttpEndpoint, InstanceMetadataTags, HttpTokensEnforced } = request;
  const after = {
    ...before,
    ...(HttpTokens && { tokens: preferred(HttpTokens, HttpTokens) }),
    ...(HttpPutResponseHopLimit !== undefined && { hopLimit: HttpPutResponseHopLimit === -1 ? undefined : HttpPutResponseHopLimit }),
    ...(HttpEndpoint && { endpoint: preferred(HttpEndpoint, HttpEndpoint === "enabled") }),
    ...(InstanceMetadataTags && { tags: preferred(InstanceMetadataTags, InstanceMetadataTags === "enabled") }),
    ...(HttpTokensEnforced && { tokensEnforced: preferred(HttpTokensEnforced, HttpTokensEnforced === "enabled") }),
  };
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== undefined));
}

/** Sets what the account prefers for launches in this region. Existing instances keep what they have. */
export const modifyInstanceMetadataDefaults = operation({
  name: "ModifyInstanceMetadataDefaults",
  run(world, input, call) {
    const metadataDefaults = change(metadataDefaultsOf(world, call), input);
    if (isRefusal(metadataDefaults)) return metadataDefaults;
    const { tokens, tokensEnforced } = metadataDefaults;
    if (tokensEnforced === true && tokens !== "required") {
      return refuse("InvalidParameterCombination", "HttpTokens must be required when HttpTokensEnforced is enabled");
    }
    const region = need(world, "region", scopeKey(call));
    return { changes: [put({ ...region, metadataDefaults })], output: { Return: true } };
  },
});

const preferenceView = (on: boolean | undefined) => (on === undefined ? undefined : switchView(on));

const defaultsView = ({ tokens, hopLimit, endpoint, tags, tokensEnforced }: MetadataDefaults): InstanceMetadataDefaultsResponse => ({
  HttpTokens: tokens,
  HttpPutResponseHopLimit: hopLimit,
  HttpEndpoint: preferenceView(endpoint),
  InstanceMetadataTags: preferenceView(tags),
  HttpTokensEnforced: preferenceView(tokensEnforced),
  ManagedBy: "account",
});

export const getInstanceMetadataDefaults = operation({
  name: "GetInstanceMetadataDefaults",
  run: (world, _input, call) => ({ output: { AccountLevel: defaultsView(metadataDefaultsOf(world, call)) } }),
});
