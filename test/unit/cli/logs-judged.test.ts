/** `bailey logs`: what the region's judge says of traffic in records, as people read it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { diagnose } from "../../../src/api/bailey/diagnose.ts";
import { judgeFlows } from "../../../src/api/bailey/judge-flows.ts";
import { rulesReport } from "../../../src/api/bailey/rules.ts";
import { authorizeSecurityGroupIngress } from "../../../src/api/ec2/authorize-security-group.ts";
import { createNetworkAcl } from "../../../src/api/ec2/create-network-acl.ts";
import { createSubnet } from "../../../src/api/ec2/create-subnet.ts";
import { hostImage } from "../../../src/api/ec2/images.ts";
import { createNetworkAclEntry } from "../../../src/api/ec2/network-acl-entry.ts";
import { replaceNetworkAclAssociation } from "../../../src/api/ec2/replace-network-acl-association.ts";
import { runInstances } from "../../../src/api/ec2/run-instances.ts";
import { openFlows } from "../../../src/io/flow-query.ts";
import { started } from "../../../src/model/instance.ts";
import { applyChanges, everywhere, need, put } from "../../../src/model/world.ts";
import { diagnosed, diagnosisText, refusedIn, whyText } from "../../../src/cli/logs-diagnose.ts";
import { findingsOf } from "../../../src/cli/logs-findings.ts";
import type { Region as Asked } from "../../../src/cli/logs-observed.ts";
import { Telling } from "../../../src/cli/logs-source.ts";
import { basisOf, permissiveRules, revocationOf, rulesInUse, unusedRules } from "../../../src/cli/logs-usage.ts";
import { isRefusal, refuse } from "../../../src/values/refuse.ts";
import { Region } from "../ec2/region.ts";

/** A client 10.0.1.5 of the group app, and a server 10.0.2.10 of db, whose subnet's list forgot the ephemeral ports. */
function setting() {
  const region = new Region();
  region.losesDefaultVpc();
  const { vpc, subnet: here } = region.network("10.0.0.0/16", "10.0.1.0/24");
  const there = region.does(createSubnet, { VpcId: vpc, CidrBlock: "10.0.2.0/24" }).Subnet?.SubnetId ?? "";
  const acl = region.does(createNetworkAcl, { VpcId: vpc }).NetworkAcl?.NetworkAclId ?? "";
  const entry = (RuleNumber: number, Egress: boolean, From: number, To: number) =>
    region.does(createNetworkAclEntry, {
      NetworkAclId: acl, RuleNumber, Egress, Protocol: "6", PortRange: { From, To }, CidrBlock: "0.0.0.0/0", RuleAction: "allow",
    });
  entry(100, false, 0, 6000);
  entry(110, false, 6001, 7000);
  entry(100, true, 50000, 65535);
  region.does(replaceNetworkAclAssociation, { AssociationId: need(region.world, "subnet", there).aclAssociation, NetworkAclId: acl });
  const [app = "", db = ""] = ["app", "db"].map((name) => region.group(vpc, name));
  const rules = ["10.0.0.0/16 5432", "10.0.0.0/8 22", "0.0.0.0/0 80"].map((text) => {
    const [CidrIp, port] = text.split(" ");
    const IpPermissions = [{ IpProtocol: "tcp", FromPort: Number(port), ToPort: Number(port), IpRanges: [{ CidrIp }] }];
    return region.does(authorizeSecurityGroupIngress, { GroupId: db, IpPermissions }).SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
  });
  const run = (SubnetId: string, PrivateIpAddress: string, group: string): string =>
    region.does(runInstances, { ImageId: hostImage(region.call), MinCount: 1, MaxCount: 1, SubnetId, PrivateIpAddress, SecurityGroupIds: [group] })
      .Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
  const [client, server] = [run(here, "10.0.1.5", app), run(there, "10.0.2.10", db)];
  region.lives((world) => applyChanges(world, everywhere(world, "instance").map((one) => put(started(one, region.call.now)))));
  const out = everywhere(region.world, "security-group-rule").filter(({ egress }) => egress);
  const outOf = (group: string): string => out.find((rule) => rule.group === group)?.id ?? "";
  const names = { [acl]: "ACL", [app]: "APP", [db]: "DB", [client]: "CLIENT", [server]: "SERVER", [rules[0] ?? ""]: "POSTGRES", [rules[1] ?? ""]: "SSH", [rules[2] ?? ""]: "WEB", [outOf(app)]: "APP-OUT", [outOf(db)]: "DB-OUT" };
  return { region, client, server, ssh: rules[1] ?? "", names };
}

const { region, client, server, ssh, names } = setting();
const short = (text: string): string => Object.entries(names).reduce((left, [id, name]) => left.replaceAll(id, name), text);

/** How often the region was asked what. */
const calls: string[] = [];
const judgeOfRegion: Asked = (name, input) => {
  calls.push(name);
  if (name === "rules") return Promise.resolve(rulesReport(region.world, region.call));
  return Promise.resolve(name === "diagnose" ? diagnose(region.world, region.call, input) : judgeFlows(region.world, region.call, input));
};

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "logs-judged-"));
after(() => fs.rmSync(directory, { recursive: true }));
let logs = 0;
const silent = new Telling(false);

/** Records of the default format, or with further fields. */
async function logOf(lines: readonly string[], more = "") {
  const at = path.join(directory, `${++logs}.log`);
  const header = `version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status${more}`;
  fs.writeFileSync(at, `${[header, ...lines.map((line) => `2 123456789012 ${line}`)].join("\n")}\n`);
  const flows = await openFlows([at]);
  return isRefusal(flows) ? assert.fail(flows.message) : flows;
}

const times = "1770000000 1770000060";
const question = `${server} 10.0.1.5 10.0.2.10 43210 5432 6 10 840 ${times} ACCEPT OK`;
const refusedAnswer = `${server} 10.0.2.10 10.0.1.5 5432 43210 6 12 840 ${times} REJECT OK`;
const conversation = [
  question,
  `${client} 10.0.1.5 10.0.2.10 43210 5432 6 10 840 ${times} ACCEPT OK`,
  `${server} 10.0.1.5 10.0.2.10 50001 5432 6 30 9000 ${times} ACCEPT OK`,
  `${server} 10.0.2.10 10.0.1.5 5432 50001 6 30 9000 ${times} ACCEPT OK`,
  `${client} 10.0.2.10 10.0.1.5 5432 50001 6 30 9000 ${times} ACCEPT OK`,
];

async function told(lines: readonly string[], more = ""): Promise<string[]> {
  const flows = await logOf(lines, more);
  try {
    const judged = await refusedIn(flows, {}, {}, judgeOfRegion, silent);
    if (isRefusal(judged)) return assert.fail(judged.message);
    const refused = await diagnosed(findingsOf(judged), judgeOfRegion);
    if (isRefusal(refused)) return assert.fail(refused.message);
    return diagnosisText({ refused, more: 0, permissive: [], basis: "basis" }).map(short);
  } finally {
    flows.close();
  }
}

const entryFor = (client: string): string =>
  `       aws ec2 create-network-acl-entry --network-acl-id ACL --egress --rule-number 110 --protocol 6 --port-range From=32768,To=60999 --cidr-block ${client}/32 --rule-action allow`;
const ruleFor = (client: string, port: number): string =>
  `       aws ec2 authorize-security-group-ingress --group-id DB --ip-permissions 'IpProtocol=tcp,FromPort=${port},ToPort=${port},IpRanges=[{CidrIp=${client}/32}]'`;
const end = ["", "No rule is wider than what was seen.", "(basis)"];

test("diagnose: the forgotten ephemeral ports, and a connection the server opens itself", async () => {
  const opened = refusedAnswer.replace("43210", "4444").replace(" 12 840 ", " 3 180 ");
  assert.deepEqual(await told([...conversation, refusedAnswer, opened]), [
    "Refused:",
    "  1. answers of tcp 5432 from SERVER (10.0.2.10) to 10.0.1.5, port 43210: 12 packets in 1 record, last 2026-02-02T02:41:00Z",
    "     refused by acl out at ACL, ACL:32767:egress (deny all traffic to 0.0.0.0/0)",
    "     the return path fails: what it answers was admitted",
    "     to admit it:",
    entryFor("10.0.1.5"),
    "  2. tcp 4444 from SERVER (10.0.2.10) to 10.0.1.5: 3 packets in 1 record, last 2026-02-02T02:41:00Z",
    "     refused by acl out at ACL, ACL:32767:egress (deny all traffic to 0.0.0.0/0)",
    "     to admit it:",
    entryFor("10.0.1.5").replace("110", "120").replace("32768", "4444").replace("60999", "4444"),
    ruleFor("10.0.2.10", 4444).replace("DB", "APP"),
    ...end,
  ]);
});

test("diagnose: one finding of what one gate refuses, of many peers, with a few of them to admit", async () => {
  const scan = Array.from({ length: 6 }, (_, at) => `${server} 10.0.1.${20 + at} 10.0.2.10 40000 23 6 ${at + 1} 60 ${times} REJECT OK`);
  const lines = await told(scan);
  assert.equal(lines[1], "  1. tcp 23 from 10.0.1.25, 10.0.1.24 and 4 others to SERVER (10.0.2.10): 21 packets in 6 records, last 2026-02-02T02:41:00Z");
  assert.deepEqual(lines.filter((line) => line.includes("authorize")), [25, 24, 23, 22].map((at) => ruleFor(`10.0.1.${at}`, 23)));
  assert.ok(lines.includes("       and the same for 2 other addresses"), lines.join("\n"));
});

test("diagnose: what the records name, what is admitted by now, what was admitted before, what nobody knows", async () => {
  const named = await told(
    [`${server} 10.0.1.5 10.0.2.10 40000 23 6 9 60 ${times} REJECT OK sg-of-old:rule groups-in`, `${server} 10.0.1.5 10.0.2.10 55000 5432 6 8 60 ${times} REJECT OK - late`,
      `eni-0000000000000dead 10.0.1.5 10.0.2.10 40000 23 6 7 60 ${times} REJECT OK - -`], " bailey-rule bailey-gate");
  assert.deepEqual(named.filter((line) => !line.includes("aws ec2")), [
    "Refused:",
    "  1. tcp 23 from 10.0.1.5 to SERVER (10.0.2.10): 9 packets in 1 record, last 2026-02-02T02:41:00Z",
    "     the records say: groups-in sg-of-old:rule",
    "     refused by groups in at SERVER, no rule of DB matches",
    "     to admit it:",
    "  2. tcp 5432 from 10.0.1.5 to SERVER (10.0.2.10): 8 packets in 1 record, last 2026-02-02T02:41:00Z",
    "     the records say: late",
    "     the present policy admits it: it was changed since, or the packets came after their connection had ended",
    "  3. tcp 23 from 10.0.1.5 to eni-0000000000000dead (10.0.2.10): 7 packets in 1 record, last 2026-02-02T02:41:00Z",
    "     the present policy says nothing of it: eni-0000000000000dead is no longer there",
    "     what would admit it is not known: eni-0000000000000dead is no longer there",
    ...end,
  ]);
  const before = await told([question.replace("5432", "23"), question.replace("5432", "23").replace("ACCEPT", "REJECT")]);
  assert.ok(before.includes("     the same was admitted at other times"), before.join("\n"));
});

test("diagnose: nothing refused", async () => assert.deepEqual(await told(conversation), ["Nothing is refused.", ...end]));

test("why-rejected: a finding and the judge's own walk, or what becomes of it now", async () => {
  const flows = await logOf([...conversation, refusedAnswer]);
  const judged = await refusedIn(flows, {}, { port: 43210 }, judgeOfRegion, silent);
  flows.close();
  const found = isRefusal(judged) ? judged : await diagnosed(findingsOf(judged), judgeOfRegion);
  if (isRefusal(found)) return assert.fail(found.message);
  const [first] = found;
  const explanation = first?.diagnosis?.explanation;
  const lines = whyText({ ...first, ...(explanation && { explanation }), more: 3 }).map(short);
  assert.match(lines.join("\n"), /^answers of tcp 5432 [^]*\n3 more: [^]*\n\n.*CLIENT \(10\.0\.1\.5\) → [^]*\nREJECT: acl out at ACL, ACL:32767:egress/);
  assert.deepEqual(whyText({ more: 0 }), ["The records show no refusal of it."]);
  return undefined;
});

async function used(lines: readonly string[], more = "") {
  const flows = await logOf(lines, more);
  const found = await rulesInUse(flows, {}, judgeOfRegion, silent);
  flows.close();
  return isRefusal(found) ? assert.fail(found.message) : found;
}

const unusedIn = (found: Awaited<ReturnType<typeof used>>): string[] =>
  unusedRules(found).map(({ id }) => short(id)).filter((name) => !/^(?:sgr-|acl-)/.test(name)).toSorted();

test("unused rules: judged by the present policy, answers included", async () => {
  assert.deepEqual(unusedIn(await used(conversation)), ["ACL:110:ingress", "DB-OUT", "SSH", "WEB"]);
  assert.deepEqual(unusedIn(await used([])), ["ACL:100:egress", "ACL:100:ingress", "ACL:110:ingress", "APP-OUT", "DB-OUT", "POSTGRES", "SSH", "WEB"]);
});

test("unused rules: the rule that the records name counts, not the one the policy would find", async () => {
  const found = await used([`${question} ${ssh}`], " bailey-rule");
  assert.deepEqual(unusedIn(found), ["ACL:100:egress", "ACL:110:ingress", "APP-OUT", "DB-OUT", "POSTGRES", "WEB"]);
});

test("what is judged by what is said", async () => {
  const basis = async (lines: readonly string[], more = "") => basisOf(await used(lines, more)).replace(/ \(revision \d+\)/, "");
  const span = "2026-02-02T02:40:00Z to 2026-02-02T02:41:00Z";
  assert.equal(await basis([]), "the records show no admitted traffic");
  assert.equal(await basis([question]), `1 record of admitted traffic, ${span}; which rules let it pass is judged by the present policy, as the records do not name them`);
  assert.equal(await basis([`${question} ${ssh}`], " bailey-rule"), `1 record of admitted traffic, ${span}; the records name the groups' rules, lists are judged by the present policy`);
  assert.match(await basis([`${question} ${ssh}`, `${question} -`, `${question.replace(server, "eni-0000000000000dead")} -`], " bailey-rule"),
    /; 1 records name the group's rule, the others and lists are judged by the present policy; nothing can be said of 1 record,/);
});

test("permissive rules: what would do instead, and the commands", async () => {
  const wide = permissiveRules(await used(conversation));
  assert.deepEqual(wide.map(({ rule, packets, peers, tighter }) => [short(rule.id), packets, peers, tighter.map(({ text }) => text)]), [
    ["POSTGRES", 40, 1, ["allow tcp 5432 from 10.0.1.5/32"]],
    ["APP-OUT", 10, 1, ["allow tcp 5432 to 10.0.2.10/32"]],
  ]);
  const [postgres, out] = wide;
  assert.deepEqual([postgres?.tighter[0]?.command, out?.tighter[0]?.command].map((text) => short(text ?? "")), [
    "aws ec2 authorize-security-group-ingress --group-id DB --ip-permissions 'IpProtocol=tcp,FromPort=5432,ToPort=5432,IpRanges=[{CidrIp=10.0.1.5/32}]'",
    "aws ec2 authorize-security-group-egress --group-id APP --ip-permissions 'IpProtocol=tcp,FromPort=5432,ToPort=5432,IpRanges=[{CidrIp=10.0.2.10/32}]'",
  ]);
  assert.equal(short(out ? revocationOf(out.rule) : ""), "aws ec2 revoke-security-group-egress --group-id APP --security-group-rule-ids APP-OUT");
  const text = diagnosisText({ refused: [], more: 2, permissive: wide.slice(0, 1), basis: "basis" }).map(short);
  assert.deepEqual(text.slice(1), [
    "     2 more: --limit shows them", "", "Wider than anything seen:",
    "  POSTGRES of DB: allow tcp 5432 from 10.0.0.0/16; used by 1 peer, allow tcp 5432 from 10.0.1.5/32 would do",
    "  bailey logs permissive-rules shows them", "(basis)",
  ]);
});

test("permissive rules: of a connection from a low port to a high one, the high one is what was used", async () => {
  const wide = permissiveRules(await used([`${client} 10.0.1.5 10.0.2.10 22 40000 6 10 840 ${times} ACCEPT OK`]));
  assert.deepEqual(wide.map(({ rule, tighter }) => [short(rule.id), tighter.map(({ text }) => text)]), [["APP-OUT", ["allow tcp 40000 to 10.0.2.10/32"]]]);
});

test("many kinds of traffic are judged some at a time, and each once", async () => {
  calls.length = 0;
  const found = await used(Array.from({ length: 2500 }, (_, at) => `${server} 10.0.${at >> 8}.${at & 255} 10.0.2.10 40000 5432 6 1 60 ${times} ACCEPT OK`));
  assert.deepEqual(calls, ["rules", "judge-flows", "judge-flows", "judge-flows"]);
  const [postgres] = permissiveRules(found);
  assert.equal(found.records, 2500);
  assert.deepEqual([postgres?.packets, short(postgres?.rule.id ?? "")], [2500, "POSTGRES"]);
});

test("a region that does not run says so", async () => {
  const flows = await logOf(conversation);
  const silentRegion: Asked = () => Promise.resolve(refuse("State", "the region is not running"));
  const found = await rulesInUse(flows, {}, silentRegion, silent);
  flows.close();
  assert.equal(isRefusal(found) ? found.message : "", "the region is not running");
});
