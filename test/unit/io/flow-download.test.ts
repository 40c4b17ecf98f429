import assert from "node:assert/strict";
import fs from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { downloadFlows } from "../../../src/io/flow-download.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

const objects: Readonly<Record<string, string>> = {
  "logs/AWSLogs/1/a_20260102T0305Z_0a.log.gz": "first",
  "logs/AWSLogs/1/a_20260102T0310Z_0b.log.parquet": "second",
  "logs/../../escape.gz": "third",
  "logs/notes.md": "no records",
  "logs/AWSLogs/1/a_20250102T0310Z_0c.log.gz": "long ago",
  "other/a.gz": "elsewhere",
};
const asked: string[] = [];

/** As much of S3 as a download needs: lists two keys a page, and only to who signs. */
const server = createServer((request, response) => {
  const url = new URL(request.url ?? "", "http://s3");
  // Not the URL's own path: that has lost its dots.
  const [raw = ""] = (request.url ?? "").split("?");
  asked.push(raw);
  const [, bucket, ...key] = decodeURIComponent(raw).split("/");
  if (!request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 ") || bucket !== "logs-bucket") {
    response.writeHead(403).end("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
  } else if (url.searchParams.has("list-type")) {
    const keys = Object.keys(objects).filter((each) => each.startsWith(url.searchParams.get("prefix") ?? ""));
    const from = Number(url.searchParams.get("continuation-token") ?? 0);
    const more = from + 2 < keys.length;
    const contents = keys.slice(from, from + 2).map((each) => `<Contents><Key>${each}</Key></Contents>`).join("");
    const next = more ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : "";
    response.end(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents}${next}</ListBucketResult>`);
  } else {
    const body = objects[key.join("/")];
    response.writeHead(body === undefined ? 404 : 200).end(body ?? "<Error><Code>NoSuchKey</Code></Error>");
  }
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => server.close());
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
process.env["AWS_ACCESS_KEY_ID"] = "AKIATEST";
process.env["AWS_SECRET_ACCESS_KEY"] = "secret";

test("the records of a prefix are copied, page by page, and deleted again", async () => {
  const told: string[] = [];
  const found = await downloadFlows({ url: "s3://logs-bucket/logs/", endpoint, region: "eu-north-1" }, Date.UTC(2026, 0) / 1000, (done, all) => told.push(`${done}/${all}`));
  if (isRefusal(found)) return assert.fail(found.message);
  assert.deepEqual(found.paths.map((each) => fs.readFileSync(each, "utf8")).toSorted(), ["first", "second", "third"]);
  assert.deepEqual(told, ["1/3", "2/3", "3/3"]);
  const [first = ""] = found.paths;
  assert.ok(found.paths.every((each) => each.startsWith(first.split("/").slice(0, -2).join("/")) && !each.includes("escape")));
  found.remove();
  assert.ok(found.paths.every((each) => !fs.existsSync(each)));
  assert.ok(asked.every((each) => !each.includes("notes.md") && !each.includes("2025")));
  return undefined;
});

for (const [url, message] of [
  ["s3://refused-bucket", /s3:\/\/refused-bucket can't be read: Access Denied/],
  ["s3:/x", /--s3 is s3:\/\/BUCKET or/],
] as const) {
  test(`${url} is refused in words`, async () => {
    const found = await downloadFlows({ url, endpoint, region: "eu-north-1" }, undefined, () => undefined);
    assert.match(isRefusal(found) ? found.message : "not refused", message);
  });
}
