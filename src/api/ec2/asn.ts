/** The private autonomous system numbers, of 16 and of 32 bits. */
export const privateAsns = [
  [64512, 65534],
  [4_200_000_000, 4_294_967_294],
] as const;

/** That of a gateway that was not given any. */
export const standardAmazonAsn = 64512;
