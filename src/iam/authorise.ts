import { type Refusal, refuse } from "../values/refuse.ts";
import type { Caller } from "./signature.ts";

/** Whether the caller may do the action (`ec2:CreateVpc`). An account's root user may do everything in it; nobody else anything. */
export function authorise(caller: Caller, action: string): Refusal | undefined {
  if (caller.principal === `arn:aws:iam::${caller.account}:root`) return undefined;
  return refuse(
    caller.service === "ec2" ? "UnauthorizedOperation" : "AccessDenied",
    `You are not authorized to perform this operation. User: ${caller.principal} is not authorized to perform: ${action}`,
  );
}
