/** The prefix lists of Amazon's own services. None of the services is here, so the lists are empty. */
import { fingerprint } from "../values/fingerprint.ts";
import { mintId } from "../values/id.ts";
import type { Id } from "../values/id.ts";
import type { Family } from "../values/ip.ts";
import { once } from "../values/once.ts";
import type { Scope } from "./birth.ts";
import type { PrefixList } from "./resource.ts";
import { list, put, tableIn } from "./world.ts";
import type { Change, Table, World } from "./world.ts";

/** Whose they are. */
export const amazon = "AWS";

/** The services that have gateway endpoints. */
export const gatewayServices = ["s3", "dynamodb"] as const;

interface Service {
  /** What follows `com.amazonaws.`; `*` stands for the region. */
  readonly name: string;
  readonly family: Family;
  /** What a rule or route that names the list counts as. */
  readonly weight: number;
}

const services: readonly Service[] = [
  ...gatewayServices.map((name): Service => ({ name: `*.${name}`, family: 4, weight: 1 })),
  { name: "*.s3express", family: 4, weight: 6 },
  { name: "*.ec2-instance-connect", family: 4, weight: 2 },
  { name: "*.ipv6.ec2-instance-connect", family: 6, weight: 2 },
  { name: "*.route53-healthchecks", family: 4, weight: 25 },
  { name: "*.ipv6.route53-healthchecks", family: 6, weight: 25 },
  { name: "*.vpc-lattice", family: 4, weight: 10 },
  { name: "*.ipv6.vpc-lattice", family: 6, weight: 10 },
  { name: "global.cloudfront.origin-facing", family: 4, weight: 55 },
  { name: "global.ipv6.cloudfront.origin-facing", family: 6, weight: 55 },
  { name: "global.groundstation", family: 4, weight: 5 },
];

const nameIn = (region: string, { name }: Service): string => `com.amazonaws.${name.replace("*", region)}`;

/** The same in every account, and in every life of a region. */
const idOf = (region: string, service: Service): Id<"prefix-list"> =>
  mintId("prefix-list", fingerprint(`${region} ${nameIn(region, service)}`).slice(0, 8));

export const isAmazons = ({ account }: PrefixList): boolean => account === amazon;

/** Those of a region, which everybody sees. */
export const amazonPrefixLists = (world: World, { region }: Pick<Scope, "region">): PrefixList[] =>
  list(world, { account: amazon, region }, "prefix-list");

/** The services whose lists are not among those of a region. Every call asks. */
const absentFrom = once((lists: Table<"prefix-list">): readonly Service[] => {
  const region = lists.first()?.region;
  return services.filter((service) => region === undefined || !lists.has(idOf(region, service)));
});

/** Makes those that the region does not have yet. */
export const makeAmazonPrefixLists = (world: World, { region, now }: { readonly region: string; readonly now: string }): Change[] =>
  absentFrom(tableIn(world, { account: amazon, region }, "prefix-list")).map((service) =>
    put({
      kind: "prefix-list",
      id: idOf(region, service),
      account: amazon,
      region,
      tags: {},
      created: now,
      name: nameIn(region, service),
      family: service.family,
      maxEntries: service.weight,
      version: 1,
      entries: [],
      state: "create-complete",
    }),
  );
