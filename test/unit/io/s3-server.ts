/** What of S3 a delivery needs: it keeps signed objects, and refuses when it is told to. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Refused {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export class S3Server {
  /** By bucket/key. */
  readonly objects = new Map<string, Buffer>();
  /** Requests that were not signed as S3 wants them. */
  readonly unsigned: string[] = [];
  requests = 0;
  refuse: Refused | undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        this.requests++;
        const path = decodeURIComponent((request.url ?? "").replace(/^\/|\?.*/g, ""));
        const signed = /^AWS4-HMAC-SHA256 Credential=key-id\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}$/;
        if (!signed.test(request.headers.authorization ?? "")) this.unsigned.push(`${request.method} ${path}`);
        const { refuse } = this;
        if (refuse) {
          response.writeHead(refuse.status, { "content-type": "application/xml" });
          return response.end(`<?xml version="1.0"?><Error><Code>${refuse.code}</Code><Message>${refuse.message}</Message></Error>`);
        }
        if (request.method === "PUT") this.objects.set(path, Buffer.concat(parts));
        return response.writeHead(200, { etag: '"0"' }).end();
      });
    });
  }

  /** Returns the endpoint. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`));
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
