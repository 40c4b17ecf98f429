/** CloudWatch Logs as its own clients use it, unmodified: the JavaScript SDK, the aws command, and boto3. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  GetLogEventsCommand,
  GetQueryResultsCommand,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { Agent } from "node:https";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bailey, type Region, startRegion } from "../region-process.ts";

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
let region: Region;
let client: CloudWatchLogsClient;
let environment: string;

before(async () => {
  region = await startRegion("none", undefined, "--allow-reset");
  environment = bailey(region.state, "env").stdout;
  client = new CloudWatchLogsClient({
    endpoint: region.endpoint,
    region: region.region,
    credentials: region,
    requestHandler: { httpsAgent: new Agent({ ca: fs.readFileSync(region.caBundle) }) },
  });
});
after(async () => {
  client?.destroy();
  await region?.close();
});

/** What a command prints in a shell that has evaluated `bailey env`. */
function shell(...command: string[]): string {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", 'eval "$0"; AWS_PAGER= "$@"', environment, ...command], { encoding: "utf8" });
  assert.equal(status, 0, `${command.join(" ")}: ${stderr}`);
  return stdout.trim();
}

const now = Date.now();
const flow = (port: number, action: string): string => `2 123456789012 eni-1 10.0.0.1 10.0.1.1 40000 ${port} 6 3 180 1418530010 1418530070 ${action} OK`;

test("Amazon's JavaScript client: events go in, are filtered page by page, read forward, and asked about", async () => {
  await client.send(new CreateLogGroupCommand({ logGroupName: "/vpc/flows", tags: { team: "red" } }));
  await assert.rejects(client.send(new CreateLogGroupCommand({ logGroupName: "/vpc/flows" })), (error) => {
    assert.ok(error instanceof ResourceAlreadyExistsException);
    return error.message === "The specified log group already exists";
  });
  const stream = { logGroupName: "/vpc/flows", logStreamName: "eni-1-all" };
  await client.send(new CreateLogStreamCommand(stream));
  const logEvents = Array.from({ length: 60 }, (_, at) => ({ timestamp: now - 60_000 + at * 1000, message: flow(at % 3 === 0 ? 22 : 443, at % 2 === 0 ? "ACCEPT" : "REJECT") }));
  const put = await client.send(new PutLogEventsCommand({ ...stream, logEvents: [...logEvents, { timestamp: now + 3 * 3_600_000, message: "too new" }] }));
  assert.deepEqual(put.rejectedLogEventsInfo, { tooNewLogEventStartIndex: 60 });

  const filterPattern = "[version, account, eni, source, destination, srcport, destport = 22, protocol, packets, bytes, start, end, action = REJECT, status]";
  let found = 0;
  for await (const page of paginateFilterLogEvents({ client, pageSize: 3 }, { logGroupName: "/vpc/flows", filterPattern })) found += page.events?.length ?? 0;
  assert.equal(found, 10);

  const read: string[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await client.send(new GetLogEventsCommand({ ...stream, nextToken, startFromHead: true, limit: 25 }));
    read.push(...(page.events ?? []).map(({ message }) => message ?? ""));
    if (page.nextForwardToken === nextToken) break;
    nextToken = page.nextForwardToken;
  }
  assert.deepEqual(read, logEvents.map(({ message }) => message));

  const { queryId } = await client.send(
    new StartQueryCommand({
      logGroupName: "/vpc/flows",
      startTime: Math.floor(now / 1000) - 3600,
      endTime: Math.ceil(now / 1000),
      queryString: 'filter action = "REJECT" | stats count(*) as refused, sum(bytes) as size by dstPort | sort refused desc',
    }),
  );
  let answer = await client.send(new GetQueryResultsCommand({ queryId }));
  for (let tries = 0; answer.status !== "Complete" && tries < 500; tries++) {
    await sleep(10);
    answer = await client.send(new GetQueryResultsCommand({ queryId }));
  }
  assert.deepEqual(answer.results?.map((row) => row.map(({ field, value }) => `${field}=${value}`).join(" ")), ["dstPort=443 refused=20 size=3600", "dstPort=22 refused=10 size=1800"]);
  assert.deepEqual([answer.statistics?.recordsScanned, answer.statistics?.recordsMatched], [60, 30]);
});

test("a batch as large as Amazon's limit goes in, however it is written", async () => {
  await client.send(new CreateLogGroupCommand({ logGroupName: "large" }));
  const stream = { logGroupName: "large", logStreamName: "s" };
  await client.send(new CreateLogStreamCommand(stream));
  const message = "\u0001".repeat(1_048_576 - 26);
  await client.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: now, message }] }));
  const { events } = await client.send(new GetLogEventsCommand(stream));
  assert.equal(events?.[0]?.message, message);
});

test("the aws command", { skip: works("aws", "--version") ? false : "there is no aws command" }, () => {
  const logs = (...args: string[]): unknown => JSON.parse(shell("aws", "logs", ...args, "--output", "json") || "null");
  logs("create-log-group", "--log-group-name", "cli");
  logs("create-log-stream", "--log-group-name", "cli", "--log-stream-name", "s/1");
  const events = ["hello wörld", "ERROR: disk full", "bye"].map((message, at) => ({ timestamp: now - 3000 + at * 1000, message }));
  logs("put-log-events", "--log-group-name", "cli", "--log-stream-name", "s/1", "--log-events", JSON.stringify(events));
  const groups = logs("describe-log-groups", "--log-group-name-prefix", "cli", "--query", "logGroups[].[logGroupName,storedBytes]");
  assert.deepEqual(groups, [["cli", 12 + 16 + 3 + 3 * 26]]);
  const filtered = (...args: string[]) => logs("filter-log-events", "--log-group-name", "cli", ...args, "--query", "events[].message");
  assert.deepEqual(filtered("--filter-pattern", "ERROR"), ["ERROR: disk full"]);
  assert.deepEqual(filtered("--filter-pattern", '"wörld"', "--max-items", "1", "--page-size", "1"), ["hello wörld"]);
  const last = logs("get-log-events", "--log-group-name", "cli", "--log-stream-name", "s/1", "--limit", "1", "--query", "events[].message");
  assert.deepEqual(last, ["bye"]);
});

/** Only some versions of the command have it. */
const tails = works("aws", "logs", "tail", "help");

test("aws logs tail", { skip: tails ? false : "this aws command has no logs tail" }, async () => {
  await client.send(new CreateLogGroupCommand({ logGroupName: "tailed" }));
  await client.send(new CreateLogStreamCommand({ logGroupName: "tailed", logStreamName: "s" }));
  await client.send(new PutLogEventsCommand({ logGroupName: "tailed", logStreamName: "s", logEvents: [{ timestamp: now, message: "tail me" }] }));
  assert.match(shell("aws", "logs", "tail", "tailed", "--since", "1h", "--format", "short"), /tail me$/);
});

test("boto3", { skip: works("python3", "-c", "import boto3") ? false : "there is no boto3" }, () => {
  const script = `
import boto3, time
logs = boto3.client("logs")
now = int(time.time() * 1000)
logs.create_log_group(logGroupName="py")
logs.create_log_stream(logGroupName="py", logStreamName="s")
logs.put_log_events(logGroupName="py", logStreamName="s", logEvents=[{"timestamp": now + n, "message": '{"n": %d, "s": "ü"}' % n} for n in range(5)])
pages = logs.get_paginator("filter_log_events").paginate(logGroupName="py", filterPattern="{ $.n >= 2 && $.s = \\"ü\\" }", PaginationConfig={"PageSize": 2})
print([e["message"] for page in pages for e in page["events"]])
try:
    logs.get_log_events(logGroupName="py", logStreamName="nope")
except logs.exceptions.ResourceNotFoundException as error:
    print(error.response["Error"]["Message"])
query = logs.start_query(logGroupName="py", startTime=now // 1000 - 60, endTime=now // 1000 + 60, queryString="stats max(n), count(*) by s")["queryId"]
while (answer := logs.get_query_results(queryId=query))["status"] != "Complete": time.sleep(0.02)
print(answer["results"])`;
  assert.deepEqual(shell("python3", "-c", script).split("\n"), [
    `['{"n": 2, "s": "ü"}', '{"n": 3, "s": "ü"}', '{"n": 4, "s": "ü"}']`,
    "The specified log stream does not exist.",
    "[[{'field': 's', 'value': 'ü'}, {'field': 'max(n)', 'value': '4'}, {'field': 'count(*)', 'value': '5'}]]",
  ]);
});

test("what is deleted is gone; the store is nobody else's to read", async () => {
  await client.send(new DeleteLogGroupCommand({ logGroupName: "/vpc/flows" }));
  await assert.rejects(client.send(new GetLogEventsCommand({ logGroupName: "/vpc/flows", logStreamName: "eni-1-all" })), { name: "ResourceNotFoundException" });
  assert.equal(fs.statSync(`${region.state}/logs.db`).mode & 0o777, 0o600);
});
