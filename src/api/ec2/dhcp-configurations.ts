import type { NewDhcpConfiguration } from "@aws-sdk/client-ec2";
import type { DhcpOptions } from "../../model/resource.ts";
import { formatIp, parseIp } from "../../values/ip.ts";
import type { Ip } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";

type Options = DhcpOptions["options"];
/** The values of one option in canonical form, undefined when they are none. */
type Parser = (values: readonly string[]) => readonly string[] | undefined;

const one =
  (accepts: (text: string) => boolean): Parser =>
  (values) =>
    values.length === 1 && values.every(accepts) ? values : undefined;

/** At most so many addresses of each family, in the order given. */
const addresses =
  (most: Readonly<Record<Ip["family"], number>>): Parser =>
  (values) => {
    const ips = values.map(parseIp).filter((ip) => ip !== undefined);
    const fits = ([4, 6] as const).every((family) => ips.filter((ip) => ip.family === family).length <= most[family]);
    return ips.length === values.length && fits ? ips.map(formatIp) : undefined;
  };

const fourOfEach = addresses({ 4: 4, 6: 4 });
const amazonProvided = "AmazonProvidedDNS";

const isDomainName = (text: string): boolean => /^[A-Za-z0-9_](?:[A-Za-z0-9_. -]{0,253}[A-Za-z0-9_.])?$/.test(text);
const isLeaseTime = (text: string): boolean => /^[1-9]\d{0,9}$/.test(text) && Number(text) >= 140 && Number(text) <= 2 ** 31 - 1;

const parsers: Readonly<Record<string, Parser>> = {
  "domain-name": one(isDomainName),
  "domain-name-servers": (values) =>
    values.length === 1 && values[0] === amazonProvided ? values : fourOfEach(values),
  "ipv6-address-preferred-lease-time": one(isLeaseTime),
  "netbios-name-servers": addresses({ 4: 4, 6: 0 }),
  "netbios-node-type": one((text) => ["1", "2", "4", "8"].includes(text)),
  "ntp-servers": fourOfEach,
};

const invalid = (value: string, parameter: string, why: string): Refusal =>
  refuse("InvalidParameterValue", `Value (${value}) for parameter ${parameter} is invalid. ${why}`);

/** The options of a set, by key. A value may hold several, with commas between. Refuses none, and any twice. */
export function parseDhcpConfigurations(configurations: readonly NewDhcpConfiguration[]): Options | Refusal {
  if (configurations.length === 0) return refuse("MissingParameter", "The request must contain the parameter dhcpConfiguration");
  const options: Options[number][] = [];
  for (const configuration of configurations) {
    const option = parseOption(configuration);
    if (isRefusal(option)) return option;
    if (options.some(({ key }) => key === option.key)) return invalid(option.key, "key", "It is given more than once.");
    options.push(option);
  }
  return options.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function parseOption({ Key: key = "", Values = [] }: NewDhcpConfiguration): Options[number] | Refusal {
  const parse = Object.hasOwn(parsers, key) ? parsers[key] : undefined;
  if (!parse) return invalid(key, "key", "Unknown DHCP option.");
  const given = Values.flatMap((value) => value.split(",")).map((value) => value.trim());
  const values = given.length === 0 ? undefined : parse(given);
  return values ? { key, values } : invalid(given.join(", "), "value", `Invalid value for DHCP option ${key}.`);
}
