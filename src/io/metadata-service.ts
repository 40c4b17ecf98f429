import http from "node:http";
import { metadataAddresses } from "../services/addresses.ts";
import { answerMetadata, failure, type MetadataRequest, type MetadataResponse } from "../services/metadata.ts";
import { openTokens, type Tokens } from "../services/metadata/token.ts";
import { openCrowd } from "./crowd.ts";
import { crypto } from "./crypto.ts";
import { limitHops } from "./hop-limit.ts";
import { type Router, serveConnections, type Service, type ServiceKind } from "./router-services.ts";

export interface MetadataLimits {
  readonly connectionsPerInstance: number;
  readonly headerBytes: number;
  /** For a request to be there as a whole. */
  readonly requestMs: number;
  /** For a client to take its answer, or to ask again. */
  readonly idleMs: number;
}

const standardLimits: MetadataLimits = { connectionsPerInstance: 64, headerBytes: 8 * 1024, requestMs: 5_000, idleMs: 20_000 };

/** The instance metadata service, by HTTP. */
export const metadataService: ServiceKind = {
  name: "metadata",
  open: (router) => serveMetadata(router, metadataAddresses, 80),
};

export function serveMetadata(
  router: Router,
  addresses: readonly string[],
  port: number,
  limits: MetadataLimits = standardLimits,
): Promise<Service> {
  const tokens = openTokens(crypto, Buffer.from(router.settings.tokenSecret, "hex"));
  return serveConnections(router, port, addresses, () => metadataServer(router, tokens, limits));
}

function metadataServer(router: Router, tokens: Tokens, limits: MetadataLimits): http.Server {
  const server = http.createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.requestMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.requestMs / 5,
      keepAliveTimeout: limits.idleMs,
    },
    (incoming, outgoing) => {
      try {
        send(incoming, outgoing, answer(router, incoming, tokens));
      } catch (error) {
        router.log(`metadata: ${error instanceof Error ? error.stack : String(error)}`);
        incoming.socket.destroy();
      }
    },
  );
  const crowd = openCrowd(limits.connectionsPerInstance);
  server.on("connection", (socket) => {
    const asking = router.asker(socket.remoteAddress ?? "");
    if (!asking || !crowd.admit(asking.attachment?.instance ?? asking.id, socket)) socket.resetAndDestroy();
  });
  // A client that does not take its answers.
  server.setTimeout(limits.idleMs);
  return server;
}

function answer(router: Router, { method = "", url = "", headers, socket }: http.IncomingMessage, tokens: Tokens): MetadataResponse {
  const asking = router.asker(socket.remoteAddress ?? "");
  // It asks too much: Amazon's word for "later".
  if (!asking) return failure(503);
  const request: MetadataRequest = { method, path: url, headers, family: socket.remoteFamily === "IPv6" ? 6 : 4, now: Date.now() };
  return answerMetadata(router.world(), asking, request, tokens);
}

function send(incoming: http.IncomingMessage, outgoing: http.ServerResponse, { status, headers, body, hopLimit }: MetadataResponse): void {
  // It stays like this for the connection: whoever got a token over it is near enough for all that follows. A token that
  // waits to be sent, or is sent again, keeps its limit.
  if (hopLimit !== undefined) limitHops(incoming.socket, hopLimit);
  // Nothing here takes a body, so none is waited for.
  const hasBody = incoming.headers["transfer-encoding"] !== undefined || Number(incoming.headers["content-length"] ?? 0) > 0;
  if (hasBody) outgoing.shouldKeepAlive = false;
  outgoing.writeHead(status, { server: "EC2ws", ...headers, "content-length": Buffer.byteLength(body) });
  outgoing.end(body);
}
