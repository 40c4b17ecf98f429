import type { DhcpOptions as DhcpOptionsView } from "@aws-sdk/client-ec2";
import type { DhcpOptions } from "../../model/resource.ts";
import type { World } from "../../model/world.ts";
import { isRefusal } from "../../values/refuse.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { tagList } from "../tags.ts";
import { describe } from "./describe.ts";

const view = (_world: World, { id, account, options, tags }: DhcpOptions): DhcpOptionsView => ({
  DhcpOptionsId: id,
  OwnerId: account,
  DhcpConfigurations: options.map(({ key, values }) => ({ Key: key, Values: values.map((Value) => ({ Value })) })),
  Tags: tagList(tags),
});

const configurations = (options: DhcpOptionsView) => options.DhcpConfigurations ?? [];

const filters: Filters<DhcpOptionsView> = {
  "dhcp-options-id": (options) => [options.DhcpOptionsId],
  key: (options) => configurations(options).map(({ Key }) => Key),
  "owner-id": (options) => [options.OwnerId],
  value: (options) => configurations(options).flatMap(({ Values }) => (Values ?? []).map(({ Value }) => Value)),
};

const listing = {
  kind: "dhcp-options",
  ids: { parameter: "DhcpOptionsIds", alone: false },
  bounds: [5, 1000],
  filters,
  view,
} as const;

export const describeDhcpOptions = operation({
  name: "DescribeDhcpOptions",
  run(world, input, call) {
    const page = describe(listing, world, call, { ...input, ids: input.DhcpOptionsIds });
    return isRefusal(page) ? page : { output: { DhcpOptions: [...page.items], NextToken: page.next } };
  },
});
