import type { GetCallerIdentityResponse } from "@aws-sdk/client-sts";
import type { ServedOperation } from "../perform.ts";

/** Who signed the call. */
export const getCallerIdentity: ServedOperation = {
  name: "GetCallerIdentity",
  run(_world, _input, { caller }) {
    const { account, principal } = caller;
    const output: GetCallerIdentityResponse = { UserId: account, Account: account, Arn: principal };
    return { output };
  },
};
