import { isRefusal } from "../values/refuse.ts";
import { call } from "./call.ts";
import { command, jsonFlag, misuse, regionFlag, stateFlag } from "./command.ts";
import { stateDirectory } from "./state.ts";
import { workloadFlags, workloadOf } from "./workload.ts";

export const detach = command({
  name: "detach",
  summary: "take what was attached away from its network interface again",
  usage: "(INSTANCE | --netns PATH | --pid N | --container ID | --tap NAME) [--json]",
  about: `
Ends an attachment, named by its instance or as it was attached: the interface and what Bailey put beside it go, and all
else in the namespace stays, processes too. The same as terminate-instances, but over when the command is.`,
  flags: { ...workloadFlags, region: regionFlag, state: stateFlag, json: jsonFlag },
  examples: ["./bailey detach i-0123456789abcdef0", "./bailey detach --container web"],
  positionals: 1,
  async run({ region, state, json, ...given }, [instance]) {
    const workload = workloadOf(given);
    if (isRefusal(workload)) return workload;
    if ((instance === undefined) === (workload === undefined)) {
      return misuse("say what: an instance, or one of --netns, --pid, --container and --tap");
    }
    const answer = await call(stateDirectory(state), "POST", "/_bailey/detach", workload ?? { instance }, region);
    if (isRefusal(answer)) return answer;
    const detached = answer as { readonly instance: string };
    process.stdout.write(json ? `${JSON.stringify(detached, undefined, 2)}\n` : `${detached.instance} is detached\n`);
    return 0;
  },
});
