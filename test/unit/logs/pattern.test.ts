import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePattern } from "../../../src/logs/pattern.ts";
import { isRefusal } from "../../../src/values/refuse.ts";

function matches(pattern: string, message: string): boolean {
  const compiled = compilePattern(pattern);
  return isRefusal(compiled) ? assert.fail(`${pattern}: ${compiled.message}`) : compiled(message);
}

const flow = (bytes: number, port: number, action: string) =>
  `2 123456789010 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 ${port} 6 20 ${bytes} 1418530010 1418530070 ${action} OK`;
const flowPattern =
  "[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport = 80 || dstport = 8080, protocol, packets, bytes >= 400, start, end, action = REJECT, logstatus]";
const access = '127.0.0.1 - alice [10/Oct/2025:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

const cases: readonly (readonly [pattern: string, message: string, expected: boolean])[] = [
  ["", "anything", true],
  ["  ", "", true],
  // Terms
  ["ERROR", "[ERROR 400] BAD REQUEST", true],
  ["ERROR", "[error 400]", false],
  ["ERROR ARGUMENTS", "ARGUMENTS: an ERROR", true],
  ["ERROR ARGUMENTS", "an ERROR", false],
  ['"INTERNAL SERVER ERROR"', "500: INTERNAL SERVER ERROR", true],
  ['"INTERNAL SERVER ERROR"', "INTERNAL ERROR SERVER", false],
  ['"a \\"quoted\\" word"', 'here is a "quoted" word', true],
  ["ERROR -EXITING", "ERROR going on", true],
  ["ERROR -EXITING", "ERROR EXITING", false],
  ['-"EXITING NOW"', "EXITING later", true],
  ["?ERROR ?WARN", "WARN", true],
  ["?ERROR ?WARN", "INFO", false],
  ["?ERROR ?WARN INFO", "INFO alone is enough", true],
  ["?ERROR ?WARN INFO", "ERROR", false],
  ["%4[0-9]{2}%", "status 404", true],
  ["%^4[0-9]{2}$%", "status 404", false],
  ["-%4[0-9]{2}% status", "status 504", true],
  ["über_1", "die über_1", true],
  // Columns
  ["[a, b, c]", "one two three", true],
  ["[a, b, c]", "one two", false],
  ["[a, b, c]", "one two three four", false],
  ["[,,c=three]", "one two three", true],
  ["[]", "one", true],
  ["[..., last = four]", "one two three four", true],
  ["[first = one, ...]", "one", true],
  ["[first = one, ..., last = four]", "one four", true],
  ["[first = one, ..., last = four]", "one", false],
  ["[ip, user, username, timestamp, request = GET*, status_code = 4*, bytes]", access, true],
  ["[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes > 1533]", access, true],
  ["[ip, user, username, timestamp, request, status_code = 5*, bytes]", access, false],
  ["[..., status_code != 4*, bytes]", access, false],
  ["[..., status_code = %4\\d\\d%, bytes < 1e4]", access, true],
  ['[..., request = "GET /index.html HTTP/1.0", status_code, bytes = 1534]', access, true],
  ["[w1 != ERROR && w1 != WARN, w2]", "INFO on", true],
  ["[w1 != ERROR && w1 != WARN, w2]", "WARN on", false],
  ["[(w1 = a || w1 = b) && w1 != b, w2]", "b x", false],
  ["[w1 = a || w1 = b && w1 != b]", "a", true],
  [flowPattern, flow(4249, 8080, "REJECT"), true],
  [flowPattern, flow(400, 80, "REJECT"), true],
  [flowPattern, flow(399, 80, "REJECT"), false],
  [flowPattern, flow(4249, 22, "REJECT"), false],
  [flowPattern, flow(4249, 80, "ACCEPT"), false],
  ["[v, acct, eni, src = 172.31.*, ...]", flow(1, 1, "ACCEPT"), true],
  ["[v, acct, eni, src = 172.32.*, ...]", flow(1, 1, "ACCEPT"), false],
  ["[n > 3]", "x", false],
  ["[n != 3]", "x", true],
  // JSON
  ['{ $.eventType = "UpdateTrail" }', '{"eventType":"UpdateTrail"}', true],
  ["{ $.eventType = Update* }", '{"eventType":"UpdateTrail"}', true],
  ['{ $.eventType != "UpdateTrail" }', '{"eventType":"UpdateTrail"}', false],
  ['{ $.eventType = "UpdateTrail" }', '{"eventType":"CreateTrail"}', false],
  ['{ $.sourceIPAddress != 123.123.* }', '{"sourceIPAddress":"1.2.3.4"}', true],
  ['{ $.arrayKey[0] = "value" }', '{"arrayKey":["value","other"]}', true],
  ['{ $.arrayKey[1] = "value" }', '{"arrayKey":["value","other"]}', false],
  ['{ $.objectList[1].id = 2 }', '{"objectList":[{"id":1},{"id":2}]}', true],
  ['{ $.objectList[*].id = 2 }', '{"objectList":[{"id":1},{"id":2}]}', true],
  ['{ $["a b"].c = 1 }', '{"a b":{"c":1}}', true],
  ["{ $.['x-y'] = 1 }", '{"x-y":1}', true],
  ["{ $.n = 5 }", '{"n":5.0}', true],
  ["{ $.n = 5 }", '{"n":"5"}', true],
  ["{ $.n >= 1e3 }", '{"n":1000}', true],
  ["{ $.n > 1e3 }", '{"n":1000}', false],
  ["{ $.n < -1 }", '{"n":-2}', true],
  ["{ $.a IS NULL }", '{"a":null}', true],
  ["{ $.a IS NULL }", '{"a":0}', false],
  ["{ $.a IS TRUE }", '{"a":true}', true],
  ["{ $.a IS FALSE }", '{"a":false}', true],
  ["{ $.a = true }", '{"a":true}', true],
  ["{ $.b NOT EXISTS }", '{"a":1}', true],
  ["{ $.a NOT EXISTS }", '{"a":null}', false],
  ["{ $.b != 1 }", '{"a":1}', false],
  ['{ ($.user.id = 1) && ($.users[0].email = "J*") }', '{"user":{"id":1},"users":[{"email":"John"}]}', true],
  ['{ ($.a = 2 || $.b = "x") && $.c = 3 }', '{"a":1,"b":"x","c":4}', false],
  ['{ $.a = 1 || $.b = 2 && $.c = 3 }', '{"a":1}', true],
  ['{ $.m = %^x[0-9]+% }', '{"m":"x42"}', true],
  ['{ $.m = "say \\"hi\\"" }', '{"m":"say \\"hi\\""}', true],
  ["{ $.a = 1 }", "a = 1", false],
  ["{ $.a = 1 }", '{"a":1', false],
  ["{ $.a = 1 }", "[1]", false],
  ["{ $.toString NOT EXISTS }", "{}", true],
];

test("patterns match what Amazon's match", () => {
  for (const [pattern, message, expected] of cases) assert.equal(matches(pattern, message), expected, `${pattern} on ${message}`);
});

test("patterns that can't be read are refused", () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ["10.0.0.1", /^Invalid character\(s\) in term '10.0.0.1'$/],
    ["ERROR:", /^Invalid character\(s\) in term 'ERROR:'$/],
    ['"never closed', /^Invalid filter pattern/],
    ["%(a+)+%", /parentheses/],
    ["%[%", /no regular expression/],
    ["[a, b", /a bracket is not closed/],
    ["[..., a, ...]", /more than one ellipsis/],
    ["[a = ]", /a value was expected/],
    ["[a b]", /a comparison was expected at 'b'/],
    ["[a = 1 b]", /'b' was not expected/],
    ["{ $.a = 1", /a brace is not closed/],
    ["{ }", /a selector like \$\.name was expected/],
    ["{ $ = 1 }", /names no property/],
    ["{ $.a }", /a comparison was expected/],
    ["{ ($.a = 1 }", /a parenthesis is not closed/],
    ["{ $.a > x }", /'>' compares numbers/],
    ["{ $.a = 1 && }", /a selector/],
  ];
  for (const [pattern, expected] of refused) {
    const compiled = compilePattern(pattern);
    assert.ok(isRefusal(compiled), `${pattern} was not refused`);
    assert.equal(compiled.refused, "InvalidParameterException");
    assert.match(compiled.message, expected, pattern);
  }
});

test("a wildcard's time does not explode", () => {
  assert.equal(matches(`{ $.a = ${"a*".repeat(300)}b }`, JSON.stringify({ a: "a".repeat(20_000) })), false);
});
