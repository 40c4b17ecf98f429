import { createHash, createHmac } from "node:crypto";
import type { Credentials } from "./state.ts";

export interface Unsigned {
  readonly method: "GET" | "POST";
  /** host:port, as the Host header says it. */
  readonly host: string;
  /** Absolute path of unreserved characters and slashes, without a query. */
  readonly path: string;
  readonly body: string;
}

/**
 * The headers that sign a request with AWS Signature Version 4, Host among them. `now` is milliseconds since 1970;
 * `service` and `region` are the credential scope's.
 */
export function sign(
  request: Unsigned,
  credentials: Credentials,
  scope: { readonly region: string; readonly service: string },
  now: number,
): Record<string, string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const day = time.slice(0, 8);
  const payload = sha256(request.body);
  const headers = { host: request.host, "x-amz-content-sha256": payload, "x-amz-date": time };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = [request.method, request.path, "", lines.join(""), names, payload].join("\n");
  const credentialScope = `${day}/${scope.region}/${scope.service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, credentialScope, sha256(canonical)].join("\n");
  const key = [day, scope.region, scope.service, "aws4_request"].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  const credential = `Credential=${credentials.accessKeyId}/${credentialScope}`;
  const signature = `Signature=${hmac(key, text).toString("hex")}`;
  return { ...headers, authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, ${signature}` };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
