/** The text that names a flow on the command line: `tcp 10.0.1.5:43210 > 10.0.2.10:5432`. */
import { formatIp, parseIp } from "../values/ip.ts";
import { hasPorts, parseProtocol, protocolName } from "../values/protocol.ts";
import { isRefusal, type Refusal } from "../values/refuse.ts";
import { misuse } from "./command.ts";
import type { Selection } from "./logs-sql.ts";

interface Named {
  readonly address: string;
  readonly port?: number;
}

const shape = "a flow is PROTOCOL ADDRESS[:PORT] > ADDRESS[:PORT], such as 'tcp 10.0.1.5:43210 > 10.0.2.10:5432'";

/** Reads a flow; `to` may stand for `>`, which shells have for themselves. */
export function readFlow(text: string): Selection | Refusal {
  const [name = "", from = "", arrow = "", to = "", surplus] = text.trim().split(/\s+/);
  const protocol = parseProtocol(name);
  if (protocol === undefined || protocol === "all" || ![">", "->", "→", "to"].includes(arrow) || surplus !== undefined) {
    return misuse(`${shape}; not '${text}'`);
  }
  const ends = [from, to].map((end) => readEnd(end, protocol));
  const [source, destination] = ends;
  if (isRefusal(source) || isRefusal(destination) || !source || !destination) return ends.find(isRefusal) ?? misuse(shape);
  return {
    protocol,
    source: source.address,
    destination: destination.address,
    ...(source.port !== undefined && { sourcePort: source.port }),
    ...(destination.port !== undefined && { port: destination.port }),
  };
}

/** An address, with a port after a colon; IPv6 in brackets then. */
function readEnd(text: string, protocol: number): Named | Refusal {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const ip = parseIp(bracketed ?? plain ?? text);
  if (!ip) return misuse(`'${text}' is no address; ${shape}`);
  const address = formatIp(ip);
  if (digits === undefined) return { address };
  if (!hasPorts(protocol)) return misuse(`${protocolName(protocol)} has no ports: '${text}'`);
  return Number(digits) <= 65535 ? { address, port: Number(digits) } : misuse(`ports are 0 to 65535, not '${digits}'`);
}
