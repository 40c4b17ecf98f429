import type { Birth } from "./birth.ts";
import { owned } from "./birth.ts";
import type { DhcpOptions } from "./resource.ts";

/** The domain of private names in a region. */
export const privateDomain = (region: string): string =>
  region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;

/** The option set every new VPC of an account and region gets. */
export const makeDefaultDhcpOptions = (birth: Birth): DhcpOptions => ({
  ...owned(birth),
  kind: "dhcp-options",
  id: birth.mint("dhcp-options"),
  options: [
    { key: "domain-name", values: [privateDomain(birth.region)] },
    { key: "domain-name-servers", values: ["AmazonProvidedDNS"] },
  ],
});
