/** Security groups: union, references, protocols, ports, types, and two tiers with lists between them. */
import { openOut } from "../network.ts";
import { type Case, type Site, site } from "./case.ts";

const f4: Site = { groups: [["sg-default", ["-1 any sg-default"]]], a: ["sg-default"], mate: ["sg-default"] };
const one = (...ingress: readonly string[]) => site({ groups: [["sg-one", ingress]], a: ["sg-one"] });

/** SSH into the instance from members of sg-2; the other subnet's interface is one, or no longer. */
const referring = (b: string) => site({ groups: [["sg-1", ["tcp 22 sg-2"]], ["sg-2", []], ["sg-3", []]], a: ["sg-1"], b: [b] });

const f5 = site({
  groups: [
    ["sg-web", ["tcp 80 0.0.0.0/0", "tcp 443 0.0.0.0/0", "tcp 22 192.0.2.0/24"], ["tcp 1433 sg-db", "tcp 3306 sg-db", "tcp 80 0.0.0.0/0", "tcp 443 0.0.0.0/0"]],
    ["sg-db", ["tcp 1433 sg-web", "tcp 3306 sg-web"], ["tcp 80 0.0.0.0/0", "tcp 443 0.0.0.0/0"]],
  ],
  a: ["sg-web"],
  b: ["sg-db"],
  listA: [
    ["100 allow tcp 80 0.0.0.0/0", "110 allow tcp 443 0.0.0.0/0", "120 allow tcp 22 192.0.2.0/24", "130 allow tcp 3389 192.0.2.0/24", "140 allow tcp 1024-65535 0.0.0.0/0"],
    ["100 allow tcp 80 0.0.0.0/0", "110 allow tcp 443 0.0.0.0/0", "120 allow tcp 1433 10.0.1.0/24", "140 allow tcp 32768-65535 0.0.0.0/0", "150 allow tcp 22 10.0.1.0/24"],
  ],
  listB: [
    ["100 allow tcp 1433 10.0.0.0/24", "110 allow tcp 22 10.0.0.0/24", "120 allow tcp 3389 10.0.0.0/24", "140 allow tcp 1024-65535 0.0.0.0/0"],
    ["100 allow tcp 80 0.0.0.0/0", "110 allow tcp 443 0.0.0.0/0", "120 allow tcp 32768-65535 10.0.0.0/24"],
  ],
});

export const groups: readonly Case[] = [
  { name: "41: a default group to strangers", network: site(f4), steps: [["tcp 203.0.113.1:50000 > 10.0.0.5:22", "drop", "groups in no rule matches"]] },
  {
    name: "42: a default group to its members",
    network: site(f4),
    steps: [
      ["udp 10.0.0.6:40000 > 10.0.0.5:9999", "accept", "groups in sgr-sg-default-in-0"],
      ["89 10.0.0.6 > 10.0.0.5", "accept", "groups in sgr-sg-default-in-0"],
      ["icmp 10.0.0.6 > 10.0.0.5 8/0", "accept", "groups in sgr-sg-default-in-0"],
    ],
  },
  {
    name: "46: the union of two groups",
    network: site({ groups: [["sg-a", ["tcp 22 203.0.113.1/32"]], ["sg-b", ["tcp 22 0.0.0.0/0"]]], a: ["sg-a", "sg-b"] }),
    steps: [["tcp 198.51.100.9:50000 > 10.0.0.5:22", "accept", "groups in sgr-sg-b-in-0"]],
  },
  {
    name: "47, 48: a reference is to private addresses, secondary ones too, not to public ones",
    network: referring("sg-2"),
    steps: [
      ["tcp 10.0.1.5:50000 > 10.0.0.5:22", "accept", "groups in sgr-sg-1-in-0"],
      ["tcp 10.0.9.9:50000 > 10.0.0.5:22", "accept", "groups in sgr-sg-1-in-0"],
      ["tcp 203.0.113.200:50000 > 10.0.0.5:22", "drop", "groups in no rule matches"],
    ],
  },
  {
    name: "a reference follows membership, and a tracked connection outlives it",
    network: referring("sg-2"),
    steps: [
      ["tcp 10.0.1.5:50001 > 10.0.0.5:22", "accept", "groups in sgr-sg-1-in-0"],
      { now: referring("sg-3") },
      ["tcp 10.0.1.5:50002 > 10.0.0.5:22", "drop", "groups in no rule matches"],
      ["tcp 10.0.1.5:50001 > 10.0.0.5:22", "accept", "groups in tracked connection"],
      { now: referring("sg-2") },
      ["tcp 10.0.1.5:50002 > 10.0.0.5:22", "accept", "groups in sgr-sg-1-in-0"],
    ],
  },
  { name: "51: a reference to what is not there matches nothing", network: one("-1 any sg-gone"), steps: [["tcp 10.0.1.5:50000 > 10.0.0.5:22", "drop", "groups in no rule matches"]] },
  { name: "52: source ports are not looked at", network: one("tcp 22 0.0.0.0/0"), steps: [["tcp 203.0.113.1:22 > 10.0.0.5:5000", "drop", "groups in no rule matches"]] },
  { name: "53: a protocol by its number", network: one("50 any 0.0.0.0/0"), steps: [["50 203.0.113.1 > 10.0.0.5", "accept", "groups in sgr-sg-one-in-0"], ["51 203.0.113.1 > 10.0.0.5", "drop", "groups in no rule matches"]] },
  { name: "54: all protocols, all ports", network: one("-1 any 10.0.0.0/8"), steps: [["tcp 10.1.1.1:50000 > 10.0.0.5:9999", "accept", "groups in sgr-sg-one-in-0"]] },
  {
    name: "55: one type and code",
    network: one("icmp 3/4 0.0.0.0/0"),
    steps: [
      ["icmp 203.0.113.1 > 10.0.0.5 3/4", "accept", "groups in sgr-sg-one-in-0"],
      ["icmp 203.0.113.1 > 10.0.0.5 8/0", "drop", "groups in no rule matches"],
    ],
  },
  {
    name: "56: one type, any code",
    network: one("icmp 8 0.0.0.0/0"),
    steps: [
      ["icmp 203.0.113.1 > 10.0.0.5 8/0", "accept", "groups in sgr-sg-one-in-0"],
      ["icmp 203.0.113.1 > 10.0.0.5 8/7", "accept", "groups in sgr-sg-one-in-0"],
      ["icmp 203.0.113.1 > 10.0.0.5 13/0", "drop", "groups in no rule matches"],
    ],
  },
  { name: "57: IPv6 needs its own rule", network: one("udp 53 0.0.0.0/0"), steps: [["udp [2001:db8::9]:50000 > [2001:db8:a::5]:53", "drop", "groups in no rule matches"]] },
  {
    name: "65: two tiers",
    network: f5,
    steps: [
      ["tcp 10.0.0.5:40000 > 10.0.1.5:1433", "accept", "groups out sgr-sg-web-out-0"],
      ["tcp 10.0.1.5:1433 > 10.0.0.5:40000 syn+ack", "accept", "acl out acl-b:120:egress"],
      ["tcp 10.0.0.5:40000 > 10.0.1.5:1433 ack", "accept", "acl in acl-b:100:ingress"],
    ],
  },
  { name: "66: not the other way round", network: f5, steps: [["tcp 10.0.1.5:40000 > 10.0.0.5:8080", "drop", "groups out no rule matches"]] },
  {
    name: "77: a prefix with host bits is the prefix",
    network: one("tcp 443 203.0.113.12/24"),
    steps: [["tcp 203.0.113.200:50000 > 10.0.0.5:443", "accept", "groups in sgr-sg-one-in-0"]],
  },
  {
    name: "one group more on the interface is one change",
    network: site({ groups: [["sg-a", [], openOut], ["sg-b", ["udp 53 10.0.1.0/24"]]], a: ["sg-a"] }),
    steps: [
      ["udp 10.0.1.5:50000 > 10.0.0.5:53", "drop", "groups in no rule matches"],
      { now: site({ groups: [["sg-a", [], openOut], ["sg-b", ["udp 53 10.0.1.0/24"]]], a: ["sg-a", "sg-b"] }) },
      ["udp 10.0.1.5:50000 > 10.0.0.5:53", "accept", "groups in sgr-sg-b-in-0"],
      { now: site({ groups: [["sg-a", [], openOut], ["sg-b", ["udp 53 10.0.1.0/24"]]], a: ["sg-a"] }) },
      ["udp 10.0.1.5:50000 > 10.0.0.5:53", "accept", "groups in tracked connection"],
      ["udp 10.0.1.5:50001 > 10.0.0.5:53", "drop", "groups in no rule matches"],
    ],
  },
];
