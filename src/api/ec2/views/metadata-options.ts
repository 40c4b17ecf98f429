import type { InstanceMetadataOptionsResponse } from "@aws-sdk/client-ec2";
import type { MetadataOptions } from "../../../model/metadata-options.ts";

/** A switch as the API says it. */
export const switchView = (on: boolean): "enabled" | "disabled" => (on ? "enabled" : "disabled");

/** Changes apply at once. */
export const metadataOptionsView = (options: MetadataOptions): InstanceMetadataOptionsResponse => ({
  State: "applied",
  HttpTokens: options.tokens,
  HttpPutResponseHopLimit: options.hopLimit,
  HttpEndpoint: switchView(options.endpoint),
  HttpProtocolIpv6: switchView(options.ipv6),
  InstanceMetadataTags: switchView(options.tags),
});
