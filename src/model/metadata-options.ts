import type { Instance, MetadataDefaults, MetadataOptions } from "./resource.ts";

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
