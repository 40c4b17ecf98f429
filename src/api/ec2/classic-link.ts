/** No VPC has ever been linked to EC2-Classic. */
import type { VpcClassicLink } from "@aws-sdk/client-ec2";
import type { Vpc } from "../../model/resource.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { tagList } from "../tags.ts";
import { describe } from "./describe.ts";

const view = (_world: World, { id, tags }: Vpc): VpcClassicLink => ({ VpcId: id, ClassicLinkEnabled: false, Tags: tagList(tags) });

const listing = {
  kind: "vpc",
  ids: { parameter: "VpcIds", alone: false },
  bounds: [5, 1000],
  filters: { "is-classic-link-enabled": (link: VpcClassicLink) => [link.ClassicLinkEnabled] },
  view,
} as const;

export const describeVpcClassicLink = operation({
  name: "DescribeVpcClassicLink",
  run(world, { VpcIds, Filters }, call) {
    const page = describe(listing, world, call, { Filters, ids: VpcIds });
    return isRefusal(page) ? page : { output: { Vpcs: [...page.items] } };
  },
});

export const describeVpcClassicLinkDnsSupport = operation({
  name: "DescribeVpcClassicLinkDnsSupport",
  run(world, { VpcIds, ...request }, call) {
    const page = describe({ ...listing, bounds: [5, 255] }, world, call, { ...request, ids: VpcIds });
    if (isRefusal(page)) return page;
    return { output: { Vpcs: page.items.map(({ VpcId }) => ({ VpcId, ClassicLinkDnsSupported: false })), NextToken: page.next } };
  },
});
