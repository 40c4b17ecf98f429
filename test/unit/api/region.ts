/** A region in memory with a few stand-in operations, and a client that signs with Amazon's own signer. */
import { SignatureV4 } from "@smithy/signature-v4";
import { createHash, createHmac } from "node:crypto";
import { type Dependencies, type HttpRequest, type HttpResponse, type LogEntry, createServe } from "../../../src/api/serve.ts";
import type { ServedOperation } from "../../../src/api/perform.ts";
import { getCallerIdentity } from "../../../src/api/sts/get-caller-identity.ts";
import type { AccessKey } from "../../../src/iam/signature.ts";
import { crypto } from "../../../src/io/crypto.ts";
import { loadModel } from "../../../src/io/shapes.ts";
import type { RouteTable } from "../../../src/model/resource.ts";
import { type World, applyChanges, emptyWorld, list, put } from "../../../src/model/world.ts";
import type { Id } from "../../../src/values/id.ts";
import { type Refusal, refuse } from "../../../src/values/refuse.ts";

export const account = "123456789012";
export const rootKey = { accessKeyId: "AKIAROOTROOTROOTROOT", secretAccessKey: "root/secret+0123456789" };

/** Makes a route table in the VPC asked for; refuses a VPC called vpc-missing and breaks on vpc-bug. */
const createRouteTable: ServedOperation = {
  name: "CreateRouteTable",
  run(_world, input, call) {
    const { VpcId } = input as { VpcId: string };
    if (VpcId === "vpc-missing") return refuse("InvalidVpcID.NotFound", `The vpc ID '${VpcId}' does not exist`);
    if (VpcId === "vpc-bug") throw new Error("planted");
    const { account: owner, region, now: created } = call;
    const id = call.mint("route-table");
    const vpc = VpcId as Id<"vpc">;
    const table: RouteTable = { kind: "route-table", id, account: owner, region, tags: {}, created, vpc, associations: [], routes: [] };
    return { changes: [put(table)], output: { RouteTable: { RouteTableId: id, VpcId, Routes: [], Tags: [] } } };
  },
};

const describeRouteTables: ServedOperation = {
  name: "DescribeRouteTables",
  run: (world, _input, call) => ({
    output: { RouteTables: list(world, call, "route-table").map(({ id, vpc }) => ({ RouteTableId: id, VpcId: vpc })) },
  }),
};

const byName = (...operations: ServedOperation[]): ReadonlyMap<string, ServedOperation> =>
  new Map(operations.map((operation) => [operation.name, operation]));

export interface Region {
  readonly serve: (request: HttpRequest) => Promise<HttpResponse>;
  readonly log: LogEntry[];
  readonly keys: Map<string, AccessKey>;
  /** Revisions that were waited for. */
  readonly settled: number[];
  world(): World;
  /** What settle answers from now on. */
  unsettled: Refusal | undefined;
  now: number;
}

export function startRegion(options: Partial<Dependencies> = {}): Region {
  let world = emptyWorld;
  let drawn = 0;
  const region: Region = {
    serve: (request) => serve(request),
    log: [],
    keys: new Map([
      [rootKey.accessKeyId, { secret: rootKey.secretAccessKey, account, principal: `arn:aws:iam::${account}:root` }],
    ]),
    settled: [],
    world: () => world,
    unsettled: undefined,
    now: Date.parse("2026-05-06T07:08:09.123Z"),
  };
  const serve = createServe({
    services: new Map([
      ["ec2", { model: () => loadModel("ec2"), operations: byName(createRouteTable, describeRouteTables) }],
      ["sts", { model: () => loadModel("sts"), operations: byName(getCallerIdentity) }],
      ["logs", { model: () => loadModel("logs"), operations: byName() }],
    ]),
    crypto,
    world: () => world,
    commit: (changes) => (world = applyChanges(world, changes)),
    settle: (revision) => {
      region.settled.push(revision);
      return Promise.resolve(region.unsettled);
    },
    lookupKey: (accessKeyId) => region.keys.get(accessKeyId),
    prepare: () => undefined,
    control: new Map([["echo", (input) => Promise.resolve({ echoed: input })]]),
    now: () => new Date(region.now),
    random: (count) => `${(++drawn).toString(16).padStart(count * 2 - 1, "0")}0`,
    digest: (text) => crypto.sha256hex(text),
    log: (entry) => region.log.push(entry),
    ...options,
  });
  return region;
}

/** SHA-256 and HMAC as the SDK's signer wants them. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return new TextEncoder().encode(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

export interface Unsigned {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface Signing {
  readonly service?: string;
  readonly region?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** Milliseconds since 1970. */
  readonly at?: number;
  /** Sign in the query, good for so many seconds. */
  readonly presign?: number;
  /** Leave this header out of the signature. */
  readonly unsigned?: string;
}

/** Signs as the SDK does, and gives the request as the server gets it. */
export async function signed(unsigned: Unsigned, signing: Signing = {}): Promise<HttpRequest> {
  const { method = "POST", path = "/", query = {}, headers = {}, body = "" } = unsigned;
  const { service = "ec2", region = "eu-north-1", credentials = rootKey, at = Date.parse("2026-05-06T07:08:09Z") } = signing;
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const contentType = body === "" ? {} : { "content-type": "application/x-www-form-urlencoded" };
  const plain = {
    method,
    protocol: "https:",
    hostname: "127.0.0.1",
    path,
    query,
    headers: { host: "127.0.0.1:7443", ...contentType, ...headers },
    body,
  };
  const done =
    signing.presign === undefined
      ? await signer.sign(plain, { signingDate: new Date(at), unsignableHeaders: new Set([signing.unsigned ?? ""]) })
      : await signer.presign(plain, { signingDate: new Date(at), expiresIn: signing.presign });
  return {
    method,
    target: path + targetQuery(done.query ?? {}),
    headers: Object.entries(done.headers),
    body: new TextEncoder().encode(body),
    tooLarge: false,
  };
}

function targetQuery(query: Record<string, string | string[] | null>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one ?? ""] as const));
  const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  return pairs.length === 0 ? "" : `?${pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&")}`;
}

export const textOf = (response: { readonly body: Uint8Array }): string => new TextDecoder().decode(response.body);

/** The code of an XML or JSON error document. */
export const codeOf = (response: { readonly body: Uint8Array }): string | undefined => {
  const text = textOf(response);
  return /<Code>(.*?)<\/Code>/.exec(text)?.[1] ?? /"__type":"(.*?)"/.exec(text)?.[1];
};
