import type { ManagedPrefixList, PrefixListEntry as PrefixListEntryView, PrefixListState } from "@aws-sdk/client-ec2";
import type { PrefixList, PrefixListEntry } from "../../../model/resource.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import { arnOf } from "./arn.ts";

export const prefixListView = (list: PrefixList, state: PrefixListState = list.state): ManagedPrefixList => ({
  PrefixListId: list.id,
  AddressFamily: `IPv${list.family}`,
  State: state,
  PrefixListArn: arnOf(list, "prefix-list", list.id),
  PrefixListName: list.name,
  MaxEntries: list.maxEntries,
  Version: list.version,
  Tags: tagList(list.tags),
  OwnerId: list.account,
});

export const entryView = ({ cidr, description }: PrefixListEntry): PrefixListEntryView => ({
  Cidr: cidr,
  Description: description,
});

export const prefixListFilters: Filters<ManagedPrefixList> = {
  "owner-id": (list) => [list.OwnerId],
  "prefix-list-id": (list) => [list.PrefixListId],
  "prefix-list-name": (list) => [list.PrefixListName],
};
