import { spawnSync } from "node:child_process";
import { isRefusal } from "../values/refuse.ts";
import { command, jsonFlag, stateFlag } from "./command.ts";
import { readCredentials, runningFacts, stateDirectory } from "./state.ts";

export const env = command({
  name: "env",
  summary: "print the environment that points AWS clients at the region",
  usage: "[--state DIR] [--json]",
  about: `
Prints shell commands that set the endpoint, the certificate authority to trust, the root user's keys and the region.
They replace a profile or session that the shell may have; open a new shell to have those back.`,
  flags: { state: stateFlag, json: jsonFlag },
  examples: ['eval "$(./bailey env)"', "aws ec2 describe-vpcs"],
  positionals: 0,
  async run({ state: flag, json }) {
    const state = stateDirectory(flag);
    const facts = runningFacts(state);
    if (isRefusal(facts)) return facts;
    const credentials = readCredentials(state);
    if (isRefusal(credentials)) return credentials;
    const variables = {
      AWS_ENDPOINT_URL: facts.endpoint,
      AWS_CA_BUNDLE: facts.caBundle,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: facts.region,
      AWS_DEFAULT_REGION: facts.region,
    };
    process.stdout.write(json ? `${JSON.stringify(variables, undefined, 2)}\n` : script(variables));
    return 0;
  },
});

function script(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`);
  lines.push(`unset ${[...winning, ...Object.keys(process.env).filter(isServiceEndpoint)].join(" ")}`);
  if (ignoresEndpoint(installedVersion())) {
    lines.push('aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }');
  }
  return `${lines.join("\n")}\n`;
}

/** Set in the shell, each of these would win over what is exported here. */
const winning = ["AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"];
/** The endpoint of one service, such as AWS_ENDPOINT_URL_EC2: with it, calls would go there. */
const isServiceEndpoint = (name: string): boolean => /^AWS_ENDPOINT_URL_\w+$/.test(name);

/** As one word of a POSIX shell. */
export const quote = (text: string): string =>
  /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What the AWS command says it is, or nothing when there is none. */
const installedVersion = (): string => spawnSync("aws", ["--version"], { encoding: "utf8", timeout: 10_000 }).stdout ?? "";

/** AWS_ENDPOINT_URL is known to the AWS CLI since 1.29.0 and 2.13.0; Debian 12 has 2.9. */
export function ignoresEndpoint(version: string): boolean {
  const [, major, minor] = /^aws-cli\/([12])\.(\d+)\./.exec(version) ?? [];
  return minor !== undefined && Number(minor) < (major === "1" ? 29 : 13);
}
