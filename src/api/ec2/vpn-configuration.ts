/** What a customer's device needs to know of a VPN connection, in the XML that clients read their tunnels from. */
import type { VpnConnection, VpnTunnel } from "../../model/vpn-connection.ts";
import { cidrOf, firstOf, formatIp, offset } from "../../values/ip.ts";

interface Ends {
  /** The customer's outside address; a device with a certificate may have none. */
  readonly customerIp: string | undefined;
  readonly customerAsn: number;
  readonly amazonAsn: number;
}

type Node = readonly [name: string, content: string | number | readonly Node[]];

/** Nothing in it needs escaping: identifiers, addresses, numbers and keys of letters, digits, periods and underscores. */
const write = ([name, content]: Node, indent = ""): string =>
  typeof content === "object"
    ? `${indent}<${name}>\n${content.map((child) => write(child, `${indent}  `)).join("")}${indent}</${name}>\n`
    : `${indent}<${name}>${content}</${name}>\n`;

/** The document. Tunnels are in order of their outside addresses. */
export function vpnConfiguration(connection: VpnConnection, ends: Ends): string {
  const { id, customerGateway, gateway = "", staticOnly, tunnels } = connection;
  const body: Node[] = [
    ["customer_gateway_id", customerGateway],
    [gateway.startsWith("tgw-") ? "transit_gateway_id" : "vpn_gateway_id", gateway],
    ["vpn_connection_type", "ipsec.1"],
    ...(staticOnly ? [["vpn_connection_attributes", "NoBGPVPNConnection"] as const] : []),
    ...tunnels.toSorted((a, b) => (a.outside < b.outside ? -1 : 1)).map((tunnel) => tunnelNode(tunnel, staticOnly, ends)),
  ];
  const head = `<?xml version="1.0" encoding="UTF-8"?>\n<vpn_connection id="${id}">\n`;
  return `${head}${body.map((node) => write(node, "  ")).join("")}</vpn_connection>\n`;
}

function tunnelNode(tunnel: VpnTunnel, staticOnly: boolean, { customerIp, customerAsn, amazonAsn }: Ends): Node {
  const inside = firstOf(cidrOf(tunnel.inside));
  const end = (outside: string, place: number, asn: number): readonly Node[] => [
    ["tunnel_outside_address", [["ip_address", outside]]],
    [
      "tunnel_inside_address",
      [["ip_address", formatIp(offset(inside, place))], ["network_mask", "255.255.255.252"], ["network_cidr", 30]],
    ],
    ...(staticOnly ? [] : [["bgp", [["asn", asn], ["hold_time", 30]]] as const]),
  ];
  const { wishes, preSharedKey } = tunnel;
  return [
    "ipsec_tunnel",
    [
      ["customer_gateway", end(customerIp ?? "", 2, customerAsn)],
      ["vpn_gateway", end(tunnel.outside, 1, amazonAsn)],
      [
        "ike",
        [
          ["authentication_protocol", "sha1"],
          ["encryption_protocol", "aes-128-cbc"],
          ["lifetime", wishes.Phase1LifetimeSeconds ?? 28800],
          ["perfect_forward_secrecy", "group2"],
          ["mode", "main"],
          ["pre_shared_key", preSharedKey],
        ],
      ],
      [
        "ipsec",
        [
          ["protocol", "esp"],
          ["authentication_protocol", "hmac-sha1-96"],
          ["encryption_protocol", "aes-128-cbc"],
          ["lifetime", wishes.Phase2LifetimeSeconds ?? 3600],
          ["perfect_forward_secrecy", "group2"],
          ["mode", "tunnel"],
          ["clear_df_bit", "true"],
          ["fragmentation_before_encryption", "true"],
          ["tcp_mss_adjustment", 1379],
          ["dead_peer_detection", [["interval", 10], ["retries", 3]]],
        ],
      ],
    ],
  ];
}
