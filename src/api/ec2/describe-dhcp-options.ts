import { isRefusal } from "../../values/refuse.ts";
import { operation } from "../operation.ts";
import { describe } from "./describe.ts";
import { dhcpOptionsFilters, dhcpOptionsView } from "./views/dhcp-options.ts";

const listing = {
  kind: "dhcp-options",
  ids: { parameter: "DhcpOptionsIds", alone: false },
  bounds: [5, 1000],
  filters: dhcpOptionsFilters,
  view: dhcpOptionsView,
} as const;

export const describeDhcpOptions = operation({
  name: "DescribeDhcpOptions",
  run(world, input, call) {
    const page = describe(listing, world, call, { ...input, ids: input.DhcpOptionsIds });
    return isRefusal(page) ? page : { output: { DhcpOptions: [...page.items], NextToken: page.next } };
  },
});
