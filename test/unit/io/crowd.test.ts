/**
 * Many clients at a time, each on a connection of its own: nothing fails, every answer fits one serial order of the
 * calls, and what was acknowledged is there after the process was killed.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { Random, seed } from "../../random.ts";
import { clientOf, element, type Region, startRegion } from "../../region-process.ts";

const [clients, callsEach, groups, ports, names] = [64, 30, 8, 6, 12];

/** What one answer says of one thing: whether it was there before the call, and after it, at some moment in between. */
interface Saw {
  readonly was: boolean;
  readonly is: boolean;
  readonly begun: number;
  readonly ended: number;
}

/** By thing: a rule of a group, a name of a group. Nothing is there at first. */
type History = Map<string, Saw[]>;

let region: Region;
let groupIds: string[];

before(async () => {
  region = await startRegion("none");
  const vpc = element(await region.call("CreateVpc", { CidrBlock: "10.0.0.0/16" }), "vpcId");
  const made = Array.from({ length: groups }, (_, at) =>
    region.call("CreateSecurityGroup", { GroupName: `shared-${at}`, GroupDescription: "crowd", VpcId: vpc }),
  );
  groupIds = (await Promise.all(made)).map((answer) => element(answer, "groupId"));
});
after(() => region.close());

const ruleOf = (group: number, port: number): string => `rule ${group} ${port}`;
const nameOf = (at: number): string => `crowd-${at}`;

const permission = (port: number) => ({
  "IpPermissions.1.IpProtocol": "tcp",
  "IpPermissions.1.FromPort": String(1000 + port),
  "IpPermissions.1.ToPort": String(1000 + port),
  "IpPermissions.1.IpRanges.1.CidrIp": "192.0.2.0/24",
});

/** The calls of a client: each says which refusal means that the thing was not as the call needs it, and what it saw. */
function randomCall(random: Random): { action: string; parameters: Record<string, string>; refusal?: string; saw: (answer: string | undefined) => [thing: string, was: boolean, is: boolean][] } {
  const [group, port, name] = [random.below(groups), random.below(ports), nameOf(random.below(names))];
  const GroupId = groupIds[group] ?? "";
  const change = (thing: string, becomes: boolean) => (answer: string | undefined): [string, boolean, boolean][] => [
    [thing, answer === undefined ? becomes : !becomes, becomes],
  ];
  return random.pick([
    { action: "AuthorizeSecurityGroupIngress", parameters: { GroupId, ...permission(port) }, refusal: "InvalidPermission.Duplicate", saw: change(ruleOf(group, port), true) },
    { action: "RevokeSecurityGroupIngress", parameters: { GroupId, ...permission(port) }, refusal: "InvalidPermission.NotFound", saw: change(ruleOf(group, port), false) },
    { action: "CreateSecurityGroup", parameters: { GroupName: name, GroupDescription: "crowd" }, refusal: "InvalidGroup.Duplicate", saw: change(name, true) },
    { action: "DeleteSecurityGroup", parameters: { GroupName: name }, refusal: "InvalidGroup.NotFound", saw: change(name, false) },
    { action: "DescribeSecurityGroups", parameters: { "GroupId.1": GroupId }, saw: (answer = "") => rulesIn(answer, group) },
    { action: "DescribeSecurityGroups", parameters: { "Filter.1.Name": "group-name", "Filter.1.Value.1": "crowd-*" }, saw: namesIn },
  ]);
}

const rulesIn = (answer: string, group: number): [string, boolean, boolean][] =>
  Array.from({ length: ports }, (_, port) => {
    const there = answer.includes(`<fromPort>${1000 + port}</fromPort>`);
    return [ruleOf(group, port), there, there];
  });

const namesIn = (answer = ""): [string, boolean, boolean][] =>
  Array.from({ length: names }, (_, at) => {
    const there = answer.includes(`<groupName>${nameOf(at)}</groupName>`);
    return [nameOf(at), there, there];
  });

/** Calls, and adds what the answer says; throws on any refusal but the one that was to be expected. */
async function callAndRecord(call: Region["call"], random: Random, history: History): Promise<void> {
  const { action, parameters, refusal, saw } = randomCall(random);
  const begun = performance.now();
  const answer = await call(action, parameters).catch((error: Error) => {
    const code = /<Code>([^<]*)</.exec(error.message)?.[1];
    assert.ok(code !== undefined && code === refusal, `${action}: ${error.message}`);
    return undefined;
  });
  const ended = performance.now();
  record(history, saw(answer), begun, ended);
}

function record(history: History, saw: readonly [string, boolean, boolean][], begun: number, ended: number): void {
  for (const [thing, was, is] of saw) history.set(thing, [...(history.get(thing) ?? []), { was, is, begun, ended }]);
}

/**
 * The first of the answers about one thing that no serial order explains; undefined when one order explains all. An
 * answer that changes nothing is placed as soon as it fits; of changes, which are all alike, the one that ended first.
 */
function unexplained(answers: readonly Saw[]): Saw | undefined {
  const left = [...answers].sort((a, b) => a.ended - b.ended);
  for (let there = false; left.length > 0; ) {
    const first = left[0];
    const fitting = left.filter(({ was, begun }) => was === there && begun <= (first?.ended ?? 0));
    const next = fitting.find(({ was, is }) => was === is) ?? fitting[0];
    if (!next) return first;
    there = next.is;
    left.splice(left.indexOf(next), 1);
  }
  return undefined;
}

async function recordAll(call: Region["call"], history: History): Promise<void> {
  const begun = performance.now();
  for (const [at, id] of groupIds.entries()) {
    record(history, rulesIn(await call("DescribeSecurityGroups", { "GroupId.1": id }), at), begun, performance.now());
  }
  record(history, namesIn(await call("DescribeSecurityGroups")), begun, performance.now());
}

void test("what no serial order explains is told", () => {
  const at = (begun: number, ended: number, was: boolean, is: boolean): Saw => ({ was, is, begun, ended });
  assert.equal(unexplained([at(0, 9, false, true), at(1, 2, true, true), at(3, 4, true, true)]), undefined);
  assert.deepEqual(unexplained([at(0, 1, false, true), at(2, 3, false, false)]), at(2, 3, false, false));
  assert.deepEqual(unexplained([at(0, 5, false, true), at(1, 6, false, true)]), at(1, 6, false, true));
  assert.equal(unexplained([at(0, 5, false, true), at(1, 6, false, true), at(2, 7, true, false)]), undefined);
});

void test(`${clients} clients that read and write: no error, and a serial order of what was answered, also once the process was killed`, async () => {
  const history: History = new Map();
  const crowd = Array.from({ length: clients }, (_, at) => ({ ...clientOf(region.state, region), random: new Random(seed + at) }));
  await Promise.all(crowd.map(async ({ call, random }) => {
    for (let left = callsEach; left > 0; left--) await callAndRecord(call, random, history);
  }));
  await recordAll(region.call, history);
  for (const { agent } of crowd) agent.destroy();

  const gone = once(region.process, "exit");
  process.kill(region.pid, "SIGKILL");
  await gone;
  const again = await startRegion("none", region.state);
  try {
    await recordAll(again.call, history);
  } finally {
    await again.close();
  }
  const wrong = [...history].flatMap(([thing, answers]) => {
    const found = unexplained(answers);
    return found ? [{ thing, ...found }] : [];
  });
  assert.deepEqual(wrong, [], `BAILEY_SEED=${seed}`);
});
