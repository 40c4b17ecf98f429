/** What becomes of a delivery that failed: when it is tried again, and what the flow log's owner is told. */

/** How a flow log's records were last delivered. */
export interface Delivery {
  readonly status: "SUCCESS" | "FAILED";
  /** Why it failed. */
  readonly message?: string;
}

/** Why a destination did not take what it was given. */
export interface Failure {
  /** Whose words these are: an error code of S3 or of the logs service, or the system's, such as ENOSPC. */
  readonly code?: string;
  /** Of an HTTP answer. */
  readonly status?: number;
  readonly message: string;
}

const longestSeconds = 60;

/** Seconds to wait after so many failures in a row, 1 or more: doubling up to a minute, and never twice the same. */
export const retryAfter = (failures: number, random: () => number): number =>
  Math.min(longestSeconds, 2 ** (failures - 1)) * (0.5 + random() / 2);

const limited = new Set(["SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException", "LimitExceededException", "RequestLimitExceeded"]);

/** Amazon's words where it has them, and always the reason. */
export function deliveryOf(failure: Failure): Delivery {
  const reason = failure.code === undefined || failure.message.includes(failure.code) ? failure.message : `${failure.message} (${failure.code})`;
  return { status: "FAILED", message: [kindOf(failure), reason].filter((part) => part !== undefined && part !== "").join(": ") };
}

function kindOf({ code, status, message }: Failure): string | undefined {
  if (status === 401 || status === 403) return "Access error";
  if (status === 429 || (code !== undefined && limited.has(code))) return "Rate limited";
  return message === "" ? "Unknown error" : undefined;
}
