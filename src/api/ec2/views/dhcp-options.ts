import type { DhcpOptions as DhcpOptionsView } from "@aws-sdk/client-ec2";
import type { DhcpOptions } from "../../../model/resource.ts";
import type { World } from "../../../model/world.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";

export const dhcpOptionsView = (_world: World, { id, account, options, tags }: DhcpOptions): DhcpOptionsView => ({
  DhcpOptionsId: id,
  OwnerId: account,
  DhcpConfigurations: options.map(({ key, values }) => ({ Key: key, Values: values.map((Value) => ({ Value })) })),
  Tags: tagList(tags),
});

const configurations = (options: DhcpOptionsView) => options.DhcpConfigurations ?? [];

export const dhcpOptionsFilters: Filters<DhcpOptionsView> = {
  "dhcp-options-id": (options) => [options.DhcpOptionsId],
  key: (options) => configurations(options).map(({ Key }) => Key),
  "owner-id": (options) => [options.OwnerId],
  value: (options) => configurations(options).flatMap(({ Values }) => (Values ?? []).map(({ Value }) => Value)),
};
