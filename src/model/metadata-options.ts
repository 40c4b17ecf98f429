import type { Instance } from "./resource.ts";

/** How an instance may ask for its metadata. */
export interface MetadataOptions {
  /** Whether requests must carry a token (version 2 of the service). */
  readonly tokens: "optional" | "required";
  /** How many hops a token travels from the service: 1 to 64. */
  readonly hopLimit: number;
  /** Off: every request is refused. */
  readonly endpoint: boolean;
  /** Whether the service answers at its IPv6 address too. */
  readonly ipv6: boolean;
  /** Whether the instance sees its tags. */
  readonly tags: boolean;
}

/** An account's wishes in a region, each absent without a preference. */
export type MetadataDefaults = Partial<Omit<MetadataOptions, "ipv6">> & {
  /** Whether launches without required tokens are refused. */
  readonly tokensEnforced?: boolean;
};

/** What an instance of our image has that nobody decided about: as Amazon's images that support version 2 alone. */
const ofImage: MetadataOptions = { tokens: "required", hopLimit: 2, endpoint: true, ipv6: false, tags: false };

/** What a launch leads to: its own wishes before the account's, and those before the image's. */
export function chooseMetadataOptions(wanted: Partial<MetadataOptions>, defaults: MetadataDefaults = {}): MetadataOptions {
  const { tokensEnforced: _, ...preferred } = defaults;
  return { ...ofImage, ...preferred, ...wanted };
}

/** The options in force for an instance. */
export const metadataOptionsOf = ({ metadataOptions }: Pick<Instance, "metadataOptions">): MetadataOptions =>
  metadataOptions ?? ofImage;

/** Keys of tags that can be part of a path: all others have no place in an instance's metadata. */
export const isPathKey = (key: string): boolean => /^[0-9a-zA-Z\-_+=,.@:]{1,255}$/.test(key) && ![".", "..", "_index"].includes(key);
