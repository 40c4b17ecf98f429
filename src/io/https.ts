import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { HttpRequest, HttpResponse } from "../api/serve.ts";

export interface HttpsOptions {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface HttpsServer {
  /** Such as https://127.0.0.1:7443 */
  readonly url: string;
  /** Takes no new connections, lets calls that began end, and resolves when all connections are gone. */
  close(): Promise<void>;
}

/** In bytes, of a form and of JSON: 1 MiB of log events may be six times as much, when each is `\u0000`. */
const largestForm = 1 << 20;
const largestJson = 6 << 20;
const mostDiscarded = 16 << 20;
const largestHeaders = 16 << 10;
const mostConnections = 1024;
/** A client that sends this slowly is not waited for. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const idleTimeoutMs = 60_000;
const closeTimeoutMs = 5_000;

/** Forward-secret suites only: Node's own list lets RSA certificates do without. */
const tls = {
  minVersion: "TLSv1.2",
  honorCipherOrder: true,
  ecdhCurve: "X25519:P-256:P-384",
  ciphers: [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
  ].join(":"),
} as const;

type Serve = (request: HttpRequest) => Promise<HttpResponse>;

/** Listens with TLS and answers every request with what `serve` says. Rejects when it can't listen. */
export async function listenHttps(serve: Serve, options: HttpsOptions): Promise<HttpsServer> {
  const { cert, key, host, port } = options;
  const server = createServer({
    ...tls,
    cert,
    key,
    maxHeaderSize: largestHeaders,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
  });
  server.maxConnections = mostConnections;
  server.on("request", (request, response) => void answer(serve, request, response));
  server.on("clientError", refuseUnreadable);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  return {
    url: `https://${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        setTimeout(() => server.closeAllConnections(), closeTimeoutMs).unref();
      }),
  };
}

/** What the HTTP parser can't read gets no document, since nobody knows which service it was for. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function answer(serve: Serve, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === "broken off") return;
  const tooLarge = body === "too large";
  const { status, headers, body: bytes } = await serve({
    method: request.method ?? "",
    target: request.url ?? "",
    headers: pairsOf(request.rawHeaders),
    body: tooLarge ? new Uint8Array() : body,
    tooLarge,
    ...(request.socket.remoteAddress !== undefined && { remote: request.socket.remoteAddress }),
  });
  // There may be more of a body that is too large, so the connection can't be used again.
  response.writeHead(status, { ...headers, "content-length": bytes.length, ...(tooLarge && { connection: "close" }) });
  response.end(bytes);
}

/** Node has header bytes as Latin-1 text; clients send UTF-8. */
function pairsOf(raw: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const value = raw[at + 1] ?? "";
    pairs.push([raw[at] ?? "", isAscii(value) ? value : Buffer.from(value, "latin1").toString("utf8")]);
  }
  return pairs;
}

// oxlint-disable-next-line no-control-regex -- all of ASCII
const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/** A body over the limit is read on but not kept, up to a point: a client that is still writing reads no answer. */
function readBody(request: IncomingMessage): Promise<Uint8Array | "too large" | "broken off"> {
  const largest = request.headers["content-type"] === "application/x-amz-json-1.1" ? largestJson : largestForm;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= largest) chunks.push(chunk);
      else chunks.length = 0;
      if (length > mostDiscarded) {
        request.pause();
        resolve("too large");
      }
    });
    request.on("end", () => resolve(length <= largest ? Buffer.concat(chunks) : "too large"));
    request.on("close", () => resolve("broken off"));
    request.on("error", () => resolve("broken off"));
  });
}
