/** Connections, tracked and not, while rules change. */
import { openOut } from "../network.ts";
import { type Case, type Site, site } from "./case.ts";

const f1In = ["tcp 22 203.0.113.1/32", "tcp 80 0.0.0.0/0", "tcp 80 ::/0", "icmp any 0.0.0.0/0"];
const f1 = (change: Partial<Site> = {}, ingress: readonly string[] = f1In, egress: readonly string[] = openOut) =>
  site({ groups: [["sg-f1", ingress, egress]], a: ["sg-f1"], ...change });
const withoutSsh = f1({}, f1In.slice(1));
const withoutV4Out = f1({}, f1In, ["-1 any ::/0"]);
const one = (ingress: readonly string[], egress: readonly string[] = openOut, change: Partial<Site> = {}) =>
  site({ groups: [["sg-one", ingress, egress]], a: ["sg-one"], ...change });

const sshUp = [
  ["tcp 203.0.113.1:50000 > 10.0.0.5:22 syn", "accept", "groups in sgr-sg-f1-in-0"],
  ["tcp 10.0.0.5:22 > 203.0.113.1:50000 syn+ack", "accept", "groups out tracked connection"],
  ["tcp 203.0.113.1:50000 > 10.0.0.5:22 ack", "accept", "groups in tracked connection"],
] as const;

export const tracking: readonly Case[] = [
  { name: "1, 2: a rule for one address tracks", network: f1(), steps: sshUp },
  {
    name: "3: another address",
    network: f1(),
    steps: [["tcp 198.51.100.9:50000 > 10.0.0.5:22", "drop", "groups in no rule matches"]],
  },
  {
    name: "4: open both ways is not tracked, and passes by rule both ways",
    network: f1(),
    steps: [
      ["tcp 198.51.100.9:50001 > 10.0.0.5:80", "accept", "groups in sgr-sg-f1-in-1"],
      ["tcp 10.0.0.5:80 > 198.51.100.9:50001 syn+ack", "accept", "groups out sgr-sg-f1-out-0"],
    ],
  },
  {
    name: "5: without the way back open it is tracked",
    network: withoutV4Out,
    steps: [
      ["tcp 198.51.100.9:50002 > 10.0.0.5:80", "accept", "groups in sgr-sg-f1-in-1"],
      ["tcp 10.0.0.5:80 > 198.51.100.9:50002 syn+ack", "accept", "groups out tracked connection"],
    ],
  },
  {
    name: "6: nothing out without a rule out",
    network: withoutV4Out,
    steps: [["tcp 10.0.0.5:40000 > 198.51.100.9:443", "drop", "groups out no rule matches"]],
  },
  {
    name: "7: each family by its own rules",
    network: withoutV4Out,
    steps: [["tcp [2001:db8:a::5]:40001 > [2001:db8::1]:443", "accept", "groups out sgr-sg-f1-out-0"]],
  },
  {
    name: "8: ICMP is tracked always",
    network: f1(),
    steps: [
      ["icmp 198.51.100.9 > 10.0.0.5 8/0", "accept", "groups in sgr-sg-f1-in-3"],
      ["icmp 10.0.0.5 > 198.51.100.9 0/0", "accept", "groups out tracked connection"],
    ],
  },
  {
    name: "9: an ICMP rule says nothing of ICMPv6",
    network: f1(),
    steps: [["icmpv6 2001:db8::9 > 2001:db8:a::5 128/0", "drop", "groups in no rule matches"]],
  },
  {
    name: "10, 11: a tracked connection outlives its rule, a new one does not begin",
    network: f1(),
    steps: [
      ...sshUp,
      { now: withoutSsh },
      ["tcp 203.0.113.1:50000 > 10.0.0.5:22 ack", "accept", "groups in tracked connection"],
      ["tcp 10.0.0.5:22 > 203.0.113.1:50000 ack", "accept", "groups out tracked connection"],
      ["tcp 203.0.113.1:50003 > 10.0.0.5:22 syn", "drop", "groups in no rule matches"],
    ],
  },
  {
    name: "12: an untracked connection ends with its rule",
    network: one(["tcp 22 0.0.0.0/0"]),
    steps: [
      ["tcp 203.0.113.1:50004 > 10.0.0.5:22 syn", "accept", "groups in sgr-sg-one-in-0"],
      ["tcp 10.0.0.5:22 > 203.0.113.1:50004 syn+ack", "accept", "groups out sgr-sg-one-out-0"],
      ["tcp 203.0.113.1:50004 > 10.0.0.5:22 ack", "accept", "groups in sgr-sg-one-in-0"],
      { now: one([]) },
      ["tcp 203.0.113.1:50004 > 10.0.0.5:22 ack", "drop", "groups in no rule matches"],
    ],
  },
  ...(["in", "out"] as const).map((way): Case => {
    const denying = ["90 deny tcp 0-65535 203.0.113.0/24", "100 allow -1 any 0.0.0.0/0", "101 allow -1 any ::/0"];
    const open = denying.slice(1);
    const cut = f1({ listA: way === "in" ? [denying, open] : [open, denying] });
    const [there, back] = ["tcp 203.0.113.1:50000 > 10.0.0.5:22 ack", "tcp 10.0.0.5:22 > 203.0.113.1:50000 ack"];
    return {
      name: `13: a list cuts a tracked connection, ${way}`,
      network: f1(),
      steps: [
        ...sshUp,
        { now: cut },
        way === "in" ? [there, "drop", "acl in acl-a:90:ingress"] : [there, "accept", "groups in tracked connection"],
        way === "out" ? [back, "drop", "acl out acl-a:90:egress"] : [back, "accept", "groups out tracked connection"],
      ],
    };
  }),
  {
    name: "14: other protocols are tracked by their addresses",
    network: one([]),
    steps: [
      ["47 10.0.0.5 > 10.0.1.5", "accept", "groups out sgr-sg-one-out-0"],
      ["47 10.0.1.5 > 10.0.0.5", "accept", "groups in tracked connection"],
    ],
  },
  { name: "15: and not the other way round", network: one([]), steps: [["47 10.0.1.5 > 10.0.0.5", "drop", "groups in no rule matches"]] },
  {
    name: "16: a group remembers ICMP, a list does not",
    network: one(["icmp any 0.0.0.0/0"], [], {
      listA: [["100 allow icmp any 0.0.0.0/0"], ["100 deny icmp any 0.0.0.0/0", "110 allow -1 any 0.0.0.0/0"]],
    }),
    steps: [
      ["icmp 203.0.113.12 > 10.0.0.5 8/0", "accept", "acl in acl-a:100:ingress"],
      ["icmp 10.0.0.5 > 203.0.113.12 0/0", "drop", "acl out acl-a:100:egress"],
    ],
  },
  {
    name: "17: a list that allows both ways",
    network: one(["icmp any 0.0.0.0/0"], [], { listA: [["100 allow icmp any 0.0.0.0/0"], ["100 allow icmp any 0.0.0.0/0"]] }),
    steps: [
      ["icmp 203.0.113.12 > 10.0.0.5 8/0", "accept", "groups in sgr-sg-one-in-0"],
      ["icmp 10.0.0.5 > 203.0.113.12 0/0", "accept", "groups out tracked connection"],
    ],
  },
  { name: "18: a group without ICMP", network: one([]), steps: [["icmp 203.0.113.12 > 10.0.0.5 8/0", "drop", "groups in no rule matches"]] },
  {
    name: "44: a new group",
    network: one([]),
    steps: [
      ["tcp 10.0.0.5:40002 > 198.51.100.9:443", "accept", "groups out sgr-sg-one-out-0"],
      ["tcp 198.51.100.9:443 > 10.0.0.5:40002 syn+ack", "accept", "groups in tracked connection"],
      ["tcp 198.51.100.9:443 > 10.0.0.5:40003", "drop", "groups in no rule matches"],
    ],
  },
  {
    name: "45: no rules out at all",
    network: one(["tcp 443 0.0.0.0/0"], []),
    steps: [
      ["tcp 198.51.100.9:50005 > 10.0.0.5:443", "accept", "groups in sgr-sg-one-in-0"],
      ["tcp 10.0.0.5:443 > 198.51.100.9:50005 syn+ack", "accept", "groups out tracked connection"],
      ["tcp 10.0.0.5:40004 > 198.51.100.9:443", "drop", "groups out no rule matches"],
    ],
  },
  {
    name: "a tracked datagram nobody answered outlives its rule as well",
    network: one(["udp 514 203.0.113.0/24"], []),
    steps: [
      ["udp 203.0.113.1:50006 > 10.0.0.5:514", "accept", "groups in sgr-sg-one-in-0"],
      { now: one([], []) },
      ["udp 203.0.113.1:50006 > 10.0.0.5:514", "accept", "groups in tracked connection"],
    ],
  },
  {
    name: "an error about a tracked connection needs a rule of its own",
    network: one(["tcp 80 203.0.113.0/24"], []),
    steps: [
      ["tcp 203.0.113.1:50009 > 10.0.0.5:80 syn", "accept", "groups in sgr-sg-one-in-0"],
      ["tcp 10.0.0.5:80 > 203.0.113.1:50009 syn+ack", "accept", "groups out tracked connection"],
      ["icmp 10.0.0.5 > 203.0.113.1 3/4 about tcp 203.0.113.1:50009 > 10.0.0.5:80 ack", "drop", "groups out no rule matches"],
    ],
  },
  {
    name: "what a list drops is not remembered",
    network: one(["udp 514 203.0.113.0/24"], ["udp 53 198.51.100.0/24"], { listA: [["100 allow -1 any 0.0.0.0/0"], []] }),
    steps: [
      ["udp 10.0.0.5:40005 > 198.51.100.9:53", "drop", "acl out no rule matches"],
      { now: one([], []) },
      ["udp 198.51.100.9:53 > 10.0.0.5:40005", "drop", "groups in no rule matches"],
    ],
  },
  {
    name: "an untracked connection that a list cuts is not tracked by the rule before the list",
    network: one(["-1 any 0.0.0.0/0"]),
    steps: [
      ["udp 10.0.0.5:40006 > 198.51.100.9:53", "accept", "groups out sgr-sg-one-out-0"],
      { now: one([], ["udp 53 198.51.100.0/24"], { listA: [["100 allow -1 any 0.0.0.0/0"], []] }) },
      ["udp 10.0.0.5:40006 > 198.51.100.9:53", "drop", "acl out no rule matches"],
      { now: one([], []) },
      ["udp 10.0.0.5:40006 > 198.51.100.9:53", "drop", "groups out no rule matches"],
    ],
  },
  {
    name: "an appliance that speaks in another's name has no part in the other's connection",
    network: site({ groups: [["sg-in", ["tcp 80 10.0.1.5/32"]], ["sg-none", [], []]], a: ["sg-in"], mate: ["sg-in"], b: ["sg-in"] }),
    steps: [
      ["tcp 10.0.1.5:50008 > 10.0.0.6:80", "accept", "groups in sgr-sg-in-in-0"],
      ["tcp 10.0.1.5:50008 > 10.0.0.6:80", "drop", "source check not its own address", "eni-a"],
      { now: site({ groups: [["sg-in", ["tcp 80 10.0.1.5/32"]], ["sg-none", [], []]], a: ["sg-none"], mate: ["sg-in"], b: ["sg-in"], unchecked: true }) },
      ["tcp 10.0.1.5:50008 > 10.0.0.6:80", "drop", "groups out no rule matches", "eni-a"],
      ["tcp 10.0.1.5:50008 > 10.0.0.6:80", "accept", "groups in tracked connection"],
    ],
  },
];
