/** A client that costs little: one connection, one request at a time, nothing read but the status and the length. */
import fs from "node:fs";
import net from "node:net";
import tls from "node:tls";

export interface Client {
  /** Posts a form and gives the body of a 200; rejects on any other answer. */
  post(headers: Readonly<Record<string, string>>, body: string): Promise<string>;
  close(): void;
}

interface Waiting {
  readonly resolve: (body: string) => void;
  readonly reject: (error: Error) => void;
}

/** Connects when it is first asked and after the server has closed. `ca`: a file in PEM, for https. */
export function openClient(url: URL, ca?: string): Client {
  const place = { host: url.hostname, port: Number(url.port) };
  const secure = ca === undefined ? undefined : { ...place, ca: fs.readFileSync(ca) };
  let socket: net.Socket | undefined;
  let waiting: Waiting | undefined;
  let received: Buffer[] = [];
  /** Of the whole answer, in bytes, once its head is there. */
  let expected: number | undefined;
  let length = 0;

  const connect = (): net.Socket => {
    const made = secure ? tls.connect(secure) : net.connect(place);
    made.setNoDelay(true);
    made.on("data", take);
    const gone = (error: Error) => {
      // One that was left closes while another is in use.
      if (socket !== made) return;
      socket = undefined;
      waiting?.reject(error);
    };
    made.on("error", gone);
    made.on("close", () => gone(new Error("the server closed the connection")));
    return made;
  };

  const take = (chunk: Buffer): void => {
    received.push(chunk);
    length += chunk.length;
    expected ??= lengthOf(received.length === 1 ? chunk : Buffer.concat(received));
    if (expected === undefined || length < expected) return;
    const answer = Buffer.concat(received).toString();
    const [asked, head] = [waiting, answer.slice(0, answer.indexOf("\r\n\r\n"))];
    [waiting, received, length, expected] = [undefined, [], 0, undefined];
    if (/^connection: close$/im.test(head)) {
      socket?.destroy();
      socket = undefined;
    }
    const body = answer.slice(head.length + 4);
    if (/^HTTP\/1\.\d 200 /.test(head)) asked?.resolve(body);
    else asked?.reject(new Error(`${head.slice(9, 12)}: ${body.slice(0, 500)}`));
  };

  return {
    post: (headers, body) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        const own = `content-type: application/x-www-form-urlencoded; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
        socket ??= connect();
        socket.write(`POST / HTTP/1.1\r\n${lines.join("")}${own}\r\n${body}`);
      }),
    close: () => socket?.destroy(),
  };
}

/** Head and body; undefined while the head is not whole. */
function lengthOf(received: Buffer): number | undefined {
  const end = received.indexOf("\r\n\r\n");
  const length = /^content-length: *(\d+)/im.exec(received.toString("latin1", 0, Math.max(end, 0)))?.[1];
  return end < 0 || length === undefined ? undefined : end + 4 + Number(length);
}
