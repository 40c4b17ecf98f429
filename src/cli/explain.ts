import { isRefusal } from "../values/refuse.ts";
import { hasPorts, hasTypes, parseProtocol } from "../values/protocol.ts";
import type { Refusal } from "../values/refuse.ts";
import { call } from "./call.ts";
import { command, jsonFlag, misuse, regionFlag, stateFlag } from "./command.ts";
import { stateDirectory } from "./state.ts";

/** What POST /_bailey/explain is asked: who to whom, and the connection's first packet. */
export interface Question {
  /** An instance, an interface or an address. */
  readonly from: string;
  readonly to: string;
  /** tcp, udp, icmp, icmpv6, or a decimal number. */
  readonly protocol: string;
  readonly port?: number;
  readonly sourcePort?: number;
  readonly type?: number;
  readonly code?: number;
}

/** What it answers; with --json, all of it is shown. */
interface Explanation {
  readonly verdict: "ACCEPT" | "REJECT";
  /** The story for people, a line each. */
  readonly text: readonly string[];
}

export const explain = command({
  name: "explain",
  summary: "say whether a connection would work, every step of it, and the rule that decides",
  usage: "--from X --to Y --protocol P [--port N] [--source-port N] [--state DIR] [--json]",
  about: `
Walks a connection there and back the way the kernel would: groups, network ACLs and routes, each with its answer and
the rule behind it. X and Y are instances, network interfaces or addresses. The exit code is 0 whatever the verdict,
unless --exit-code is given, and 2 when there is none: an end that does not exist, a region that does not run.`,
  flags: {
    from: { type: "string", value: "X", about: "who connects: i-…, eni-… or an address" },
    to: { type: "string", value: "Y", about: "to whom: i-…, eni-… or an address" },
    protocol: { type: "string", value: "P", about: "tcp, udp, icmp, icmpv6 or a protocol number" },
    port: { type: "string", value: "N", about: "destination port, for tcp and udp" },
    "source-port": { type: "string", value: "N", about: "the client's port (default: all that Linux gives clients)" },
    type: { type: "string", value: "N", about: "ICMP type (default: echo request)" },
    code: { type: "string", value: "N", about: "ICMP code (default: 0)" },
    "exit-code": { type: "boolean", about: "exit 1 when the verdict is REJECT" },
    region: regionFlag,
    state: stateFlag,
    json: jsonFlag,
  },
  examples: [
    "./bailey explain --from i-0123456789abcdef0 --to 10.0.2.10 --protocol tcp --port 80",
    "./bailey explain --from 10.0.1.10 --to i-0123456789abcdef0 --protocol icmp --type 8 --json",
  ],
  positionals: 0,
  refusalCode: 2,
  async run({ region, state, json, "exit-code": exitCode, ...values }) {
    const question = questionOf(values);
    if (isRefusal(question)) return question;
    const answer = await call(stateDirectory(state), "POST", "/_bailey/explain", question, region);
    if (isRefusal(answer)) return answer;
    const explanation = answer as Explanation;
    process.stdout.write(json ? `${JSON.stringify(explanation, undefined, 2)}\n` : `${explanation.text.join("\n")}\n`);
    return exitCode && explanation.verdict === "REJECT" ? 1 : 0;
  },
});

interface Given {
  readonly from?: string;
  readonly to?: string;
  readonly protocol?: string;
  readonly port?: string;
  readonly "source-port"?: string;
  readonly type?: string;
  readonly code?: string;
}

const numberFlags = [
  { flag: "port", member: "port", most: 65535, applies: hasPorts },
  { flag: "source-port", member: "sourcePort", most: 65535, applies: hasPorts },
  { flag: "type", member: "type", most: 255, applies: hasTypes },
  { flag: "code", member: "code", most: 255, applies: hasTypes },
] as const;

/** The question the flags put. What the ends are, the region knows; the rest is checked here. */
export function questionOf({ from, to, protocol, ...given }: Given): Question | Refusal {
  if (from === undefined || to === undefined || protocol === undefined) {
    return misuse("--from, --to and --protocol are needed");
  }
  const parsed = parseProtocol(protocol);
  if (parsed === undefined || parsed === "all") {
    return misuse(`--protocol is tcp, udp, icmp, icmpv6 or a number from 0 to 255, not '${protocol}'`);
  }
  const numbers: { port?: number; sourcePort?: number; type?: number; code?: number } = {};
  for (const { flag, member, most, applies } of numberFlags) {
    const text = given[flag];
    if (text === undefined) continue;
    if (!applies(parsed)) return misuse(`--${flag} means nothing to protocol ${protocol}`);
    if (!/^\d{1,5}$/.test(text) || Number(text) > most) return misuse(`--${flag} is a number from 0 to ${most}, not '${text}'`);
    numbers[member] = Number(text);
  }
  if (hasPorts(parsed) && numbers.port === undefined) return misuse(`--port is needed with protocol ${protocol}`);
  return { from, to, protocol, ...numbers };
}
