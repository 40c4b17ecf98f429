/** The executable a container runtime runs: bailey-cni. */
import { text } from "node:stream/consumers";
import { perform, printed } from "./plugin.ts";

const input = await text(process.stdin);
const { text: answer, code } = printed(await perform(process.env, input), input);
process.stdout.write(answer);
process.exitCode = code;
