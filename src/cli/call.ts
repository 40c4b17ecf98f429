import { readFileSync } from "node:fs";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { isRefusal, refuse } from "../values/refuse.ts";
import type { Refusal } from "../values/refuse.ts";
import { sign } from "./sign.ts";
import { readCredentials, runningFacts } from "./state.ts";

/** Longer than any answer of the control plane takes, even a report on a large region. */
const timeoutMs = 30_000;

/**
 * Asks the running region's own endpoint, signed as the root user; the JSON it answers, unread. `region` is the one asked
 * about, where it is not the one the state was made for.
 */
export async function call(
  state: string,
  method: "GET" | "POST",
  path: string,
  input?: object,
  region?: string,
): Promise<unknown> {
  const facts = runningFacts(state);
  if (isRefusal(facts)) return facts;
  const credentials = readCredentials(state);
  if (isRefusal(credentials)) return credentials;
  const url = new URL(path, facts.endpoint);
  const body = input === undefined ? "" : JSON.stringify(input);
  const scope = { region: region ?? facts.region, service: "bailey" };
  const headers = {
    ...sign({ method, host: url.host, path, body }, credentials, scope, Date.now()),
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
  };
  try {
    const answer = await send(url, { method, headers, ca: readFileSync(facts.caBundle) }, body);
    return read(answer.status, answer.body);
  } catch (error) {
    return refuse("Unreachable", `${facts.endpoint} does not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Sending {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly ca: Buffer;
}

/** Rejects when nothing answers in time, or what answers isn't ours. */
function send(url: URL, options: Sending, body: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, agent: false, timeout: timeoutMs }, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function read(status: number, body: string): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    answer = undefined;
  }
  if (status === 200 && answer !== undefined) return answer;
  if (typeof answer === "object" && answer !== null && "message" in answer) {
    return refuse("__type" in answer ? String(answer.__type) : "Refused", String(answer.message));
  }
  const said = body.trim();
  return refuse("Refused", `the region answered ${status}${said === "" ? "" : `: ${said}`}`) satisfies Refusal;
}
