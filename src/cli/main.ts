import { isRefusal } from "../values/refuse.ts";
import { attach } from "./attach.ts";
import { closest, isMisuse } from "./command.ts";
import { detach } from "./detach.ts";
import { down } from "./down.ts";
import { env } from "./env.ts";
import { exec } from "./exec.ts";
import { explain } from "./explain.ts";
import { logs } from "./logs.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";

const commands = [up, env, status, exec, attach, detach, explain, logs, down];
const width = Math.max(...commands.map(({ name }) => name.length));
const overview = `bailey: a virtual private cloud on this machine, driven by any AWS client

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n")}

Start with: bailey up. Each command explains itself: bailey COMMAND --help.
`;

/** Runs one command line. Exit codes: 0 done, 1 refused (where 1 is an answer, 2), 2 the command line makes no sense; exec's are its program's. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    const about = commands.find((command) => command.name === args[0]);
    process.stdout.write(about?.help ?? overview);
    return 0;
  }
  const command = commands.find((known) => known.name === name);
  if (!command) {
    const near = closest(name, commands.map((known) => known.name));
    process.stderr.write(`bailey: there is no command '${name}'${near === undefined ? "" : `; did you mean ${near}?`}\n`);
    process.stderr.write(`bailey --help lists them\n`);
    return 2;
  }
  const result = await command.run(args);
  if (!isRefusal(result)) return result;
  process.stderr.write(`bailey: ${result.message}\n`);
  return isMisuse(result) ? 2 : command.refusalCode;
}

// A reader that has seen enough (`bailey status | head -1`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
// Whatever a refused command left open ends with it. Nothing is lost: writes to stdout are synchronous on Linux.
process.exit(await main(process.argv.slice(2)));
