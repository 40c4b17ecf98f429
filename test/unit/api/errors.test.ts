import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { errors, kinds, statusOf } from "../../../src/api/errors.ts";

/** Said to the operator at the terminal, never on the wire. */
const forTheOperator = new Set(["NoFiles", "Privilege", "Query", "S3", "State", "Taken", "Unreadable", "Usage"]);

const root = new URL("../../../", import.meta.url).pathname;
const sources = globSync("src/**/*.ts", { cwd: root }).filter((path) => !path.startsWith("src/cli/"));

void test("every code that is refused with is in the table", () => {
  const used = sources.flatMap((path) => {
    const text = readFileSync(root + path, "utf8");
    // The first argument of refuse(), and the codes with a dot that tables hold.
    return [...text.matchAll(/\brefuse\(\s*"([\w.]+)"|"(\w+\.(?:Malformed|NotFound|Duplicate|InUse))"/g)].map((match) => ({
      path,
      code: match[1] ?? match[2] ?? "",
    }));
  });
  assert.ok(used.length > 30, `${used.length} codes found`);
  const strange = used.filter(({ code }) => !errors.has(code) && !forTheOperator.has(code));
  assert.deepEqual(strange, []);
});

const statuses: Readonly<Record<string, number>> = {
  AuthFailure: 401,
  DryRunOperation: 412,
  InternalError: 500,
  InvalidAction: 400,
  InvalidClientTokenId: 403,
  MissingAuthenticationToken: 403,
  RequestExpired: 400,
  RequestLimitExceeded: 503,
  SignatureDoesNotMatch: 403,
  UnauthorizedOperation: 403,
};

void test("statuses that are not 400 are Amazon's, and a code is of one kind", () => {
  for (const [code, status] of Object.entries(statuses)) assert.equal(statusOf(code), status, code);
  assert.throws(() => statusOf("Nonsense"), /Nonsense is not in the table/);
  const text = readFileSync(`${root}src/api/errors.ts`, "utf8");
  for (const code of errors.keys()) assert.equal(text.split(`"${code}"`).length, 2, `${code} is there twice`);
  assert.deepEqual([...new Set([...errors.values()].map(({ kind }) => kind))], [...kinds]);
});
