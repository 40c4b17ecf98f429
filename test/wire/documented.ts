/** The topologies of Amazon's VPC guide, built with the `aws` command: each is a VPC with a few hosts. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { witness } from "../web.ts";

const run = promisify(execFile);

export interface Host {
  readonly instance: string;
  readonly address: string;
  /** Empty where it has none. */
  readonly publicIp: string;
}

export type Hosts = Readonly<Record<string, Host>>;

/** The machine's own address in the pool of public ones. */
export const internet = "203.0.113.1";
/** What every host listens at. */
export const ports = [22, 80] as const;

interface Launch {
  readonly name: string;
  readonly subnet: string;
  readonly address: string;
  readonly group: string;
  /** How it gets a public address. */
  readonly public?: "at launch" | "elastic";
  /** It forwards what is not its own. */
  readonly forwards?: boolean;
}

/** `aws ec2`, in a shell that has evaluated `environment`: what `bailey env` printed. `scratch` is for files. */
export function builder(environment: string, scratch: string) {
  const aws = async (...args: string[]): Promise<string> => {
    const { stdout } = await run("sh", ["-c", 'eval "$0"; AWS_PAGER= aws ec2 "$@"', environment, ...args, "--output", "text"]);
    return stdout.trim();
  };
  /** Creates something and gives back its id. */
  const make = (command: string, query: string, ...args: string[]) => aws(command, ...args, "--query", query);

  const vpc = (cidr: string) => make("create-vpc", "Vpc.VpcId", "--cidr-block", cidr);
  const subnet = (of: string, cidr: string) => make("create-subnet", "Subnet.SubnetId", "--vpc-id", of, "--cidr-block", cidr);
  const gateway = async (of: string) => {
    const id = await make("create-internet-gateway", "InternetGateway.InternetGatewayId");
    await aws("attach-internet-gateway", "--internet-gateway-id", id, "--vpc-id", of);
    return id;
  };
  /** A table with one route, for a subnet or a gateway. */
  const table = async (of: string, place: string, destination: string, ...target: string[]) => {
    const id = await make("create-route-table", "RouteTable.RouteTableId", "--vpc-id", of);
    await aws("create-route", "--route-table-id", id, "--destination-cidr-block", destination, ...target);
    await aws("associate-route-table", "--route-table-id", id, place.startsWith("igw-") ? "--gateway-id" : "--subnet-id", place);
    return id;
  };
  /** A group that admits TCP: `PORTS SOURCE`, a prefix or a group. */
  const group = async (of: string, name: string, ...rules: string[]) => {
    const id = await make("create-security-group", "GroupId", "--group-name", name, "--description", name, "--vpc-id", of);
    const permissions = rules.map((rule) => {
      const [range = "", source = ""] = rule.split(" ");
      const [from, to = from] = range.split("-").map(Number);
      const peer = source.startsWith("sg-") ? { UserIdGroupPairs: [{ GroupId: source }] } : { IpRanges: [{ CidrIp: source }] };
      return { IpProtocol: "tcp", FromPort: from, ToPort: to, ...peer };
    });
    await aws("authorize-security-group-ingress", "--group-id", id, "--ip-permissions", JSON.stringify(permissions));
    return id;
  };
  const elasticIp = async () => {
    const [id = "", ip = ""] = (await make("allocate-address", "[AllocationId,PublicIp]")).split("\t");
    return { id, ip };
  };
  const host = async ({ name, subnet: place, address, group: id, public: published, forwards }: Launch): Promise<Host & { readonly eni: string }> => {
    const file = path.join(scratch, `${name}.pl`);
    fs.writeFileSync(file, witness(name, ports, forwards ? "open my $f, '>', '/proc/sys/net/ipv4/ip_forward' or die; print $f 1; close $f;" : ""));
    const [instance = "", eni = ""] = (
      await make("run-instances", "Instances[0].[InstanceId,NetworkInterfaces[0].NetworkInterfaceId]", "--image-id", await image(), "--subnet-id", place, "--private-ip-address", address, "--security-group-ids", id, "--user-data", `file://${file}`, published === "at launch" ? "--associate-public-ip-address" : "--no-associate-public-ip-address")
    ).split("\t");
    if (forwards) await aws("modify-instance-attribute", "--instance-id", instance, "--no-source-dest-check");
    return { instance, eni, address, publicIp: await publicIpOf(eni, published) };
  };
  const publicIpOf = async (eni: string, published: Launch["public"]): Promise<string> => {
    if (published === "at launch") return make("describe-network-interfaces", "NetworkInterfaces[0].Association.PublicIp", "--network-interface-ids", eni);
    if (!published) return "";
    const { id, ip } = await elasticIp();
    await aws("associate-address", "--allocation-id", id, "--network-interface-id", eni);
    return ip;
  };
  let found: Promise<string> | undefined;
  const image = () => (found ??= make("describe-images", "Images[0].ImageId"));

  return {
    /** The default VPC, whose subnets are public: a web server, and a host that is given no public address. */
    async publicSubnet(): Promise<Hosts> {
      const [place = "", own = ""] = (await make("describe-subnets", "Subnets[0].[SubnetId,VpcId]", "--filters", "Name=default-for-az,Values=true", "Name=cidr-block,Values=172.31.0.0/20")).split("\t");
      const id = await group(own, "web", "80 0.0.0.0/0", "22 172.31.0.0/16");
      const web = await host({ name: "web", subnet: place, address: "172.31.0.10", group: id, public: "at launch" });
      const plain = await host({ name: "plain", subnet: place, address: "172.31.0.20", group: id });
      return { web, plain };
    },
    /** A public subnet with a NAT gateway and a private one that goes out by it; a bastion is the way in. */
    async withNatGatewayAndBastion(): Promise<Hosts> {
      const own = await vpc("10.2.0.0/16");
      const [front, back] = [await subnet(own, "10.2.0.0/24"), await subnet(own, "10.2.1.0/24")];
      await table(own, front, "0.0.0.0/0", "--gateway-id", await gateway(own));
      const elastic = await elasticIp();
      const nat = await make("create-nat-gateway", "NatGateway.NatGatewayId", "--subnet-id", front, "--allocation-id", elastic.id, "--private-ip-address", "10.2.0.220");
      await table(own, back, "0.0.0.0/0", "--nat-gateway-id", nat);
      const outer = await group(own, "front", "80 0.0.0.0/0");
      const bastions = await group(own, "bastions", `22 ${internet}/32`);
      const inner = await group(own, "back", `80 ${outer}`, `22 ${bastions}`);
      const shop = await host({ name: "shop", subnet: front, address: "10.2.0.10", group: outer, public: "elastic" });
      const bastion = await host({ name: "bastion", subnet: front, address: "10.2.0.20", group: bastions, public: "at launch" });
      const app = await host({ name: "app", subnet: back, address: "10.2.1.10", group: inner });
      return { shop, bastion, app, nat: { instance: "", address: "10.2.0.220", publicIp: elastic.ip } };
    },
    /** An appliance between the internet and a subnet: the gateway's own route table leads there through it, and the subnet's back. */
    async withAppliance(): Promise<Hosts> {
      const own = await vpc("10.4.0.0/16");
      const igw = await gateway(own);
      const [middle, back] = [await subnet(own, "10.4.0.0/24"), await subnet(own, "10.4.1.0/24")];
      await table(own, middle, "0.0.0.0/0", "--gateway-id", igw);
      const passing = await group(own, "passing", "0-65535 0.0.0.0/0");
      const serving = await group(own, "serving", "80 0.0.0.0/0", "22 10.4.0.0/24");
      const appliance = await host({ name: "appliance", subnet: middle, address: "10.4.0.10", group: passing, public: "elastic", forwards: true });
      await table(own, back, "0.0.0.0/0", "--network-interface-id", appliance.eni);
      await table(own, igw, "10.4.1.0/24", "--network-interface-id", appliance.eni);
      const server = await host({ name: "server", subnet: back, address: "10.4.1.10", group: serving, public: "at launch" });
      return { appliance, server };
    },
  };
}
