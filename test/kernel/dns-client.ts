/**
 * A client of name and time servers, run inside a network namespace: does what its argument lists, in turn, and prints
 * what it heard as JSON: messages in hex, null where nothing came.
 */
import dgram from "node:dgram";
import net from "node:net";

/** Messages are in hex. */
export type Errand =
  /** Sends the messages at once, from one socket, and waits for as many answers, each at most `patience` ms. */
  | { readonly udp: readonly string[]; readonly to: string; readonly port?: number; readonly from?: string; readonly patience?: number }
  /** Writes octets over a connection, says that no more will come, and reads until the server has said the same. */
  | { readonly tcp: string; readonly to: string };

async function run(errand: Errand): Promise<(string | null)[]> {
  return "udp" in errand ? datagrams(errand) : [await stream(errand)];
}

async function datagrams({ udp, to, port = 53, from, patience = 1000 }: Extract<Errand, { udp: unknown }>): Promise<(string | null)[]> {
  const socket = dgram.createSocket(net.isIPv6(to) ? "udp6" : "udp4");
  await new Promise<void>((resolve) => socket.bind(0, from, resolve));
  const heard: string[] = [];
  await new Promise<void>((resolve) => {
    let timer = setTimeout(resolve, patience);
    socket.on("message", (message, { address }) => {
      if (address !== to) throw new Error(`an answer from ${address} instead of ${to}`);
      heard.push(message.toString("hex"));
      clearTimeout(timer);
      timer = setTimeout(resolve, heard.length < udp.length ? patience : 0);
    });
    for (const message of udp) socket.send(Buffer.from(message, "hex"), port, to);
  });
  socket.close();
  return [...heard, ...Array<null>(udp.length - heard.length).fill(null)];
}

function stream({ tcp, to }: Extract<Errand, { tcp: string }>): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: to, port: 53, allowHalfOpen: true });
    const heard: Buffer[] = [];
    const done = () => {
      socket.destroy();
      resolve(heard.length === 0 ? null : Buffer.concat(heard).toString("hex"));
    };
    socket.setTimeout(1000, done);
    socket.on("data", (chunk) => heard.push(chunk));
    socket.on("end", done);
    socket.on("error", done);
    socket.end(Buffer.from(tcp, "hex"));
  });
}

if (import.meta.main) {
  const errands = JSON.parse(process.argv[2] ?? "[]") as Errand[];
  const found: (string | null)[][] = [];
  for (const errand of errands) found.push(await run(errand));
  console.log(JSON.stringify(found));
}
