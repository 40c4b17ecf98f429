import type { ManagedPrefixList, PrefixListEntry as PrefixListEntryView, PrefixListState } from "@aws-sdk/client-ec2";
import { isAmazons } from "../../../model/amazon-prefix-list.ts";
import type { PrefixList, PrefixListEntry } from "../../../model/resource.ts";
import type { Filters } from "../../filters.ts";
import { tagList } from "../../tags.ts";
import { arnOf } from "./arn.ts";

export const prefixListView = (list: PrefixList, state: PrefixListState = list.state): ManagedPrefixList => ({
  PrefixListId: list.id,
  AddressFamily: `IPv${list.family}`,
  State: state,
  ...(state === "delete-failed" && { StateMessage: "The prefix list is referenced by other resources." }),
  PrefixListName: list.name,
  // Of Amazon's own lists, neither size nor version is told.
  ...(isAmazons(list)
    ? { PrefixListArn: arnOf({ ...list, account: "aws" }, "prefix-list", list.id) }
    : { PrefixListArn: arnOf(list, "prefix-list", list.id), MaxEntries: list.maxEntries, Version: list.version }),
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
