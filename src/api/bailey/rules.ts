/** `rules`: every rule of a region's groups and every entry of its lists, as the questions about flow logs need them. */
import type { Scope } from "../../model/birth.ts";
import type { NetworkAcl, SecurityGroup } from "../../model/resource.ts";
import { list, listed, type World } from "../../model/world.ts";
import { lowerAcl, lowerGroup } from "../../policy/lower.ts";
import type { AclEntry, Direction, GroupRule } from "../../policy/network.ts";
import { formatCidr } from "../../values/ip.ts";
import type { Protocol } from "../../values/protocol.ts";
import { ruleWords } from "./explanation.ts";

export interface RuleReport {
  /** sgr-…, or list:number:direction. */
  readonly id: string;
  readonly kind: "group" | "acl";
  /** sg-… or acl-… */
  readonly owner: string;
  /** The group's. */
  readonly name?: string;
  readonly vpc: string;
  readonly direction: Direction;
  readonly action: "allow" | "deny";
  readonly protocol: Protocol;
  /** Ports, or ICMP's type<<8|code; absent: any. */
  readonly values?: { readonly from: number; readonly to: number };
  /** A prefix, or the id of a group or a prefix list. */
  readonly peer: string;
  /** How many interfaces it stands before. */
  readonly interfaces: number;
  /** Such as `allow tcp 80 from 10.0.1.0/24`. */
  readonly text: string;
}

export interface RulesReport {
  readonly revision: number;
  readonly rules: readonly RuleReport[];
}

/** All but the final entries of lists, which nobody wrote. */
export function rulesReport(world: World, scope: Scope): RulesReport {
  const groups = list(world, scope, "security-group").flatMap((group) => rulesOfGroup(world, group));
  const acls = list(world, scope, "network-acl").flatMap((acl) => entriesOf(world, acl));
  return { revision: world.revision, rules: [...groups, ...acls].toSorted((a, b) => (a.owner + a.id < b.owner + b.id ? -1 : 1)) };
}

const directions = ["in", "out"] as const;

function rulesOfGroup(world: World, group: SecurityGroup): RuleReport[] {
  const { id: owner, vpc, name } = group;
  const interfaces = listed(world, "interfacesOfGroup", owner).size;
  const rules = lowerGroup(world, owner);
  return directions.flatMap((direction) =>
    rules[direction].map((rule) => ({ ...said(rule, direction), kind: "group", owner, name, vpc, action: "allow", peer: peerText(rule), interfaces })),
  );
}

function entriesOf(world: World, acl: NetworkAcl): RuleReport[] {
  const { id: owner, vpc } = acl;
  const subnets = [...listed(world, "subnetsOfAcl", owner).keys()];
  const interfaces = subnets.reduce((sum, id) => sum + listed(world, "interfacesOfSubnet", id).size, 0);
  const entries = lowerAcl(acl);
  return directions.flatMap((direction) =>
    entries[direction]
      .filter(({ id }) => !/:3276[78]:/.test(id))
      .map((entry) => ({ ...said(entry, direction), kind: "acl", owner, vpc, action: entry.action, peer: formatCidr(entry.cidr), interfaces })),
  );
}

const said = (rule: GroupRule | AclEntry, direction: Direction) => ({
  id: rule.id,
  direction,
  protocol: rule.protocol,
  ...(rule.values !== "any" && { values: rule.values }),
  text: ruleWords(rule, direction),
});

function peerText({ peer }: GroupRule): string {
  if ("cidr" in peer) return formatCidr(peer.cidr);
  return "members" in peer ? peer.members : peer.prefixes;
}
