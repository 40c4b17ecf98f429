/** Access control lists: order, families, ports, and where they stand. */
import { openIn } from "../network.ts";
import { type Case, type Site, site } from "./case.ts";

const f2In = [
  "100 allow tcp 80 0.0.0.0/0", "110 allow tcp 443 0.0.0.0/0", "120 allow tcp 22 192.0.2.0/24", "130 allow tcp 3389 192.0.2.0/24",
  "140 allow tcp 32768-65535 0.0.0.0/0",
];
const f2Out = ["100 allow tcp 80 0.0.0.0/0", "110 allow tcp 443 0.0.0.0/0", "120 allow tcp 1024-65535 192.0.2.0/24", "140 allow tcp 32768-65535 0.0.0.0/0"];
const f2v6 = ["105 allow tcp 80 ::/0", "115 allow tcp 443 ::/0", "145 allow tcp 32768-65535 ::/0"];
const listed = (ingress: readonly string[], egress: readonly string[] = ingress, change: Partial<Site> = {}) =>
  site({ groups: [["sg-all", openIn]], a: ["sg-all"], listA: [ingress, egress], ...change });
const f2 = listed(f2In, f2Out);

const f3List = [["100 allow tcp 22 172.31.1.2/32"], ["100 allow tcp 1024-65535 172.31.1.2/32"]] as const;
const f3 = (ssh = "tcp 22 172.31.1.2/32") =>
  site({
    groups: [["sg-f3", ["-1 any sg-f3", ssh], ["-1 any sg-f3"]]],
    a: ["sg-f3"],
    mate: ["sg-f3"],
    b: ["sg-f3"],
    listA: f3List,
    listB: f3List,
  });

export const lists: readonly Case[] = [
  { name: "19: the second entry", network: f2, steps: [["tcp 203.0.113.1:50000 > 10.0.0.5:443", "accept", "acl in acl-a:110:ingress"]] },
  { name: "20: no entry", network: f2, steps: [["tcp 203.0.113.1:50000 > 10.0.0.5:139", "drop", "acl in no rule matches"]] },
  {
    name: "21: a client and its reply",
    network: f2,
    steps: [
      ["tcp 203.0.113.1:50000 > 10.0.0.5:80", "accept", "acl in acl-a:100:ingress"],
      ["tcp 10.0.0.5:80 > 203.0.113.1:50000 syn+ack", "accept", "acl out acl-a:140:egress"],
    ],
  },
  {
    name: "22: ephemeral ports of another system",
    network: f2,
    steps: [
      ["tcp 203.0.113.1:49500 > 10.0.0.5:443", "accept", "acl in acl-a:110:ingress"],
      ["tcp 10.0.0.5:443 > 203.0.113.1:49500 syn+ack", "accept", "acl out acl-a:140:egress"],
    ],
  },
  {
    name: "23: a low source port gets no reply",
    network: f2,
    steps: [
      ["tcp 203.0.113.1:2000 > 10.0.0.5:80", "accept", "acl in acl-a:100:ingress"],
      ["tcp 10.0.0.5:80 > 203.0.113.1:2000 syn+ack", "drop", "acl out no rule matches"],
    ],
  },
  {
    name: "24: except to those another entry allows",
    network: f2,
    steps: [
      ["tcp 192.0.2.10:2000 > 10.0.0.5:22", "accept", "acl in acl-a:120:ingress"],
      ["tcp 10.0.0.5:22 > 192.0.2.10:2000 syn+ack", "accept", "acl out acl-a:120:egress"],
    ],
  },
  { name: "25: not from elsewhere", network: f2, steps: [["tcp 203.0.113.9:50000 > 10.0.0.5:22", "drop", "acl in no rule matches"]] },
  {
    name: "26: a list cannot tell a reply, a group can",
    network: site({ groups: [["sg-web", ["tcp 80 0.0.0.0/0"]]], a: ["sg-web"], listA: [f2In, f2Out] }),
    steps: [["tcp 203.0.113.9:443 > 10.0.0.5:40000", "drop", "groups in no rule matches"]],
  },
  { name: "27: out to a port that the entry for replies has too", network: f2, steps: [["tcp 10.0.0.5:40000 > 192.0.2.20:8080", "accept", "acl out acl-a:120:egress"]] },
  { name: "27: out to a port no entry has, elsewhere", network: f2, steps: [["tcp 10.0.0.5:40000 > 203.0.113.9:8080", "drop", "acl out no rule matches"]] },
  { name: "29: one's own name server is not exempt", network: f2, steps: [["udp 10.0.0.5:40000 > 10.0.9.9:53", "drop", "acl out no rule matches"]] },
  { name: "30: IPv4 entries say nothing of IPv6", network: f2, steps: [["tcp [2001:db8::9]:50000 > [2001:db8:a::5]:80", "drop", "acl in no rule matches"]] },
  {
    name: "31: IPv6 by its own entries",
    network: listed([...f2In, ...f2v6], [...f2Out, ...f2v6]),
    steps: [["tcp [2001:db8::9]:50000 > [2001:db8:a::5]:80", "accept", "acl in acl-a:105:ingress"]],
  },
  {
    name: "32: the lower number decides",
    network: listed(["100 allow tcp 80 0.0.0.0/0", "200 deny tcp 80 0.0.0.0/0"]),
    steps: [["tcp 203.0.113.1:50000 > 10.0.0.5:80", "accept", "acl in acl-a:100:ingress"]],
  },
  {
    name: "33: a deny before a wider allow",
    network: listed(["90 deny tcp 3389 0.0.0.0/0", "100 allow tcp 1024-65535 0.0.0.0/0"]),
    steps: [
      ["tcp 203.0.113.1:50000 > 10.0.0.5:3389", "drop", "acl in acl-a:90:ingress"],
      ["tcp 203.0.113.1:50001 > 10.0.0.5:3390", "accept", "acl in acl-a:100:ingress"],
    ],
  },
  {
    name: "34: and after it",
    network: listed(["100 allow tcp 1024-65535 0.0.0.0/0", "110 deny tcp 3389 0.0.0.0/0"]),
    steps: [["tcp 203.0.113.1:50000 > 10.0.0.5:3389", "accept", "acl in acl-a:100:ingress"]],
  },
  { name: "35: no list inside a subnet", network: f3(), steps: [["tcp 10.0.0.5:40000 > 10.0.0.6:8080", "accept", "acl out same subnet"]] },
  { name: "36: both lists between two", network: f3(), steps: [["tcp 10.0.0.5:40000 > 10.0.1.5:8080", "drop", "acl out no rule matches"]] },
  {
    name: "37: from the one address that may",
    network: f3(),
    steps: [
      ["tcp 172.31.1.2:50000 > 10.0.0.5:22", "accept", "acl in acl-a:100:ingress"],
      ["tcp 10.0.0.5:22 > 172.31.1.2:50000 syn+ack", "accept", "acl out acl-a:100:egress"],
    ],
  },
  { name: "38: the list behind too wide a group", network: f3("tcp 22 0.0.0.0/0"), steps: [["tcp 198.51.100.7:50000 > 10.0.0.5:22", "drop", "acl in no rule matches"]] },
  { name: "39: a group that lets out to its own only", network: f3(), steps: [["tcp 10.0.0.5:40000 > 198.51.100.7:443", "drop", "groups out no rule matches"]] },
  {
    name: "40: a new list",
    network: listed([]),
    steps: [
      ["tcp 203.0.113.1:50000 > 10.0.0.5:80", "drop", "acl in no rule matches"],
      ["tcp 10.0.0.5:40000 > 203.0.113.1:80", "drop", "acl out no rule matches"],
    ],
  },
  {
    name: "58: all protocols, whatever the port",
    network: listed(["100 allow -1 any 0.0.0.0/0"]),
    steps: [["tcp 203.0.113.1:50000 > 10.0.0.5:9999", "accept", "acl in acl-a:100:ingress"]],
  },
  {
    name: "59: ICMPv6 in IPv4 has no types",
    network: listed(["100 allow icmpv6 128/0 0.0.0.0/0"]),
    steps: [["icmpv6 203.0.113.1 > 10.0.0.5 1/4", "accept", "acl in acl-a:100:ingress"]],
    oneFamily: true,
  },
  { name: "60: path MTU discovery needs an entry", network: f2, steps: [["icmp 203.0.113.1 > 10.0.0.5 3/4", "drop", "acl in no rule matches"]] },
  {
    name: "60: and has one here",
    network: listed(["100 allow icmp 3/4 0.0.0.0/0"]),
    steps: [
      ["icmp 203.0.113.1 > 10.0.0.5 3/4", "accept", "acl in acl-a:100:ingress"],
      ["icmp 203.0.113.1 > 10.0.0.5 3/3", "drop", "acl in no rule matches"],
      ["icmp 203.0.113.1 > 10.0.0.5 8/0", "drop", "acl in no rule matches"],
    ],
  },
];
