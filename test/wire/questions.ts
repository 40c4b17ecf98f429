/**
 * Asks whoever is named in its argument, all at once, from inside a network namespace, and prints the answers as JSON:
 * what came in hex, `refused` where somebody said no, `silence` where nobody said anything.
 */
import dgram from "node:dgram";
import net from "node:net";

/** What is sent is in hex. `from`: the local port. */
export type Question =
  | { readonly udp: string; readonly to: string; readonly port: number; readonly from?: number }
  /** All that comes back until the other side says that it is all. */
  | { readonly tcp: string; readonly to: string; readonly port: number };

const patience = 1000;
export const silence = "silence";
export const refused = "refused";

function datagram({ udp, to, port, from = 0 }: Extract<Question, { udp: string }>): Promise<string> {
  const socket = dgram.createSocket(net.isIPv6(to) ? "udp6" : "udp4");
  return new Promise<string>((resolve) => {
    setTimeout(() => resolve(silence), patience).unref();
    socket.on("message", (message) => resolve(message.toString("hex")));
    socket.on("error", () => resolve(refused));
    socket.bind(from, () => socket.connect(port, to, () => socket.send(Buffer.from(udp, "hex"))));
  }).finally(() => socket.close());
}

function connection({ tcp, to, port }: Extract<Question, { tcp: string }>): Promise<string> {
  const socket = net.connect({ host: to, port, allowHalfOpen: true });
  const heard: Buffer[] = [];
  return new Promise<string>((resolve) => {
    socket.setTimeout(patience, () => resolve(silence));
    socket.on("data", (chunk) => heard.push(chunk));
    socket.on("end", () => resolve(Buffer.concat(heard).toString("hex")));
    socket.on("error", () => resolve(refused));
    socket.end(Buffer.from(tcp, "hex"));
  }).finally(() => socket.destroy());
}

if (import.meta.main) {
  const questions = JSON.parse(process.argv[2] ?? "[]") as Question[];
  console.log(JSON.stringify(await Promise.all(questions.map((each) => ("udp" in each ? datagram(each) : connection(each))))));
}
