/** Every waiter of Amazon's JavaScript client for what can be made here finishes; the others are named with the reason. */
import * as ec2 from "@aws-sdk/client-ec2";
import assert from "node:assert/strict";
import fs from "node:fs";
import { Agent } from "node:https";
import { after, before, test } from "node:test";
import { type Region, startRegion } from "../region-process.ts";

let region: Region;
let client: ec2.EC2Client;

before(async () => {
  region = await startRegion("none");
  const requestHandler = { httpsAgent: new Agent({ ca: fs.readFileSync(region.caBundle) }) };
  client = new ec2.EC2Client({ endpoint: region.endpoint, region: "eu-west-3", credentials: region, requestHandler });
});
after(async () => {
  client?.destroy();
  await region?.close();
});

const waiting = () => ({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 });
const given = (text: string | undefined): string => text ?? assert.fail("the answer lacks it");

/** Waiters that have nothing to wait for. */
const others: Readonly<Record<string, string>> = {
  waitUntilBundleTaskComplete: "instances are not bundled",
  waitUntilConversionTaskCancelled: "nothing is imported",
  waitUntilConversionTaskCompleted: "nothing is imported",
  waitUntilConversionTaskDeleted: "nothing is imported",
  waitUntilExportTaskCancelled: "nothing is exported",
  waitUntilExportTaskCompleted: "nothing is exported",
  waitUntilImageUsageReportAvailable: "there are no reports on images",
  waitUntilPasswordDataAvailable: "no instance runs Windows",
  waitUntilSecondaryNetworkCreateComplete: "there are no secondary networks",
  waitUntilSecondaryNetworkDeleteComplete: "there are no secondary networks",
  waitUntilSecondarySubnetCreateComplete: "there are no secondary networks",
  waitUntilSecondarySubnetDeleteComplete: "there are no secondary networks",
  waitUntilSnapshotCompleted: "there are no volumes",
  waitUntilSnapshotImported: "there are no volumes",
  waitUntilSpotInstanceRequestFulfilled: "instances are not bid for",
  waitUntilStoreImageTaskComplete: "images are not stored",
  waitUntilVolumeAvailable: "there are no volumes",
  waitUntilVolumeDeleted: "there are no volumes",
  waitUntilVolumeInUse: "there are no volumes",
};

const waited = new Set<string>();

/** Runs a waiter to its end. */
async function finishes<Input>(
  waiter: (options: ReturnType<typeof waiting>, input: Input) => Promise<{ state: string }>,
  input: Input,
): Promise<void> {
  assert.equal((await waiter(waiting(), input)).state, "SUCCESS", waiter.name);
  waited.add(waiter.name);
}

interface Network {
  readonly vpc: string;
  readonly subnet: string;
}

async function network(block: string): Promise<Network> {
  const vpc = given((await client.send(new ec2.CreateVpcCommand({ CidrBlock: `${block}.0.0/16` }))).Vpc?.VpcId);
  await finishes(ec2.waitUntilVpcExists, { VpcIds: [vpc] });
  await finishes(ec2.waitUntilVpcAvailable, { VpcIds: [vpc] });
  const made = await client.send(new ec2.CreateSubnetCommand({ VpcId: vpc, CidrBlock: `${block}.1.0/24` }));
  const subnet = given(made.Subnet?.SubnetId);
  await finishes(ec2.waitUntilSubnetAvailable, { SubnetIds: [subnet] });
  return { vpc, subnet };
}

test("a group, in its VPC and in another", async () => {
  const [{ vpc }, other] = [await network("10.1"), await network("10.2")];
  const group = await client.send(new ec2.CreateSecurityGroupCommand({ VpcId: vpc, GroupName: "web", Description: "web" }));
  const GroupId = given(group.GroupId);
  await finishes(ec2.waitUntilSecurityGroupExists, { GroupIds: [GroupId] });
  const Filters = [{ Name: "group-id", Values: [GroupId] }];
  await client.send(new ec2.AssociateSecurityGroupVpcCommand({ GroupId, VpcId: other.vpc }));
  await finishes(ec2.waitUntilSecurityGroupVpcAssociationAssociated, { Filters });
  await client.send(new ec2.DisassociateSecurityGroupVpcCommand({ GroupId, VpcId: other.vpc }));
  await finishes(ec2.waitUntilSecurityGroupVpcAssociationDisassociated, { Filters });
});

test("gateways", async () => {
  const { vpc, subnet } = await network("10.3");
  const internet = given((await client.send(new ec2.CreateInternetGatewayCommand())).InternetGateway?.InternetGatewayId);
  await finishes(ec2.waitUntilInternetGatewayExists, { InternetGatewayIds: [internet] });
  await client.send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId: internet, VpcId: vpc }));
  const { AllocationId } = await client.send(new ec2.AllocateAddressCommand());
  const nat = await client.send(new ec2.CreateNatGatewayCommand({ SubnetId: subnet, AllocationId }));
  const NatGatewayId = given(nat.NatGateway?.NatGatewayId);
  await finishes(ec2.waitUntilNatGatewayAvailable, { NatGatewayIds: [NatGatewayId] });
  await client.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId }));
  await finishes(ec2.waitUntilNatGatewayDeleted, { NatGatewayIds: [NatGatewayId] });
});

test("a peering", async () => {
  const [{ vpc }, { vpc: peer }] = [await network("10.4"), await network("10.5")];
  const made = await client.send(new ec2.CreateVpcPeeringConnectionCommand({ VpcId: vpc, PeerVpcId: peer }));
  const VpcPeeringConnectionId = given(made.VpcPeeringConnection?.VpcPeeringConnectionId);
  await finishes(ec2.waitUntilVpcPeeringConnectionExists, { VpcPeeringConnectionIds: [VpcPeeringConnectionId] });
  await client.send(new ec2.AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
  await client.send(new ec2.DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
  await finishes(ec2.waitUntilVpcPeeringConnectionDeleted, { VpcPeeringConnectionIds: [VpcPeeringConnectionId] });
});

test("a VPN connection", async () => {
  const customer = await client.send(new ec2.CreateCustomerGatewayCommand({ Type: "ipsec.1", IpAddress: "198.51.100.7", BgpAsn: 65001 }));
  const CustomerGatewayId = given(customer.CustomerGateway?.CustomerGatewayId);
  await finishes(ec2.waitUntilCustomerGatewayAvailable, { CustomerGatewayIds: [CustomerGatewayId] });
  const { VpnGateway } = await client.send(new ec2.CreateVpnGatewayCommand({ Type: "ipsec.1" }));
  const vpn = { Type: "ipsec.1", CustomerGatewayId, VpnGatewayId: VpnGateway?.VpnGatewayId };
  const made = await client.send(new ec2.CreateVpnConnectionCommand(vpn));
  const VpnConnectionId = given(made.VpnConnection?.VpnConnectionId);
  await finishes(ec2.waitUntilVpnConnectionAvailable, { VpnConnectionIds: [VpnConnectionId] });
  await client.send(new ec2.DeleteVpnConnectionCommand({ VpnConnectionId }));
  await finishes(ec2.waitUntilVpnConnectionDeleted, { VpnConnectionIds: [VpnConnectionId] });
});

test("an instance, from its image to its end", async () => {
  const { subnet } = await network("10.6");
  const eni = await client.send(new ec2.CreateNetworkInterfaceCommand({ SubnetId: subnet }));
  await finishes(ec2.waitUntilNetworkInterfaceAvailable, { NetworkInterfaceIds: [given(eni.NetworkInterface?.NetworkInterfaceId)] });
  await client.send(new ec2.CreateKeyPairCommand({ KeyName: "door" }));
  await finishes(ec2.waitUntilKeyPairExists, { KeyNames: ["door"] });
  const { Images: [image] = [] } = await client.send(new ec2.DescribeImagesCommand());
  const ImageId = given(image?.ImageId);
  await finishes(ec2.waitUntilImageExists, { ImageIds: [ImageId] });
  await finishes(ec2.waitUntilImageAvailable, { ImageIds: [ImageId] });
  const launch = { ImageId, MinCount: 1, MaxCount: 1, SubnetId: subnet };
  const { Instances: [instance] = [] } = await client.send(new ec2.RunInstancesCommand(launch));
  const InstanceIds = [given(instance?.InstanceId)];
  await finishes(ec2.waitUntilInstanceExists, { InstanceIds });
  await finishes(ec2.waitUntilInstanceRunning, { InstanceIds });
  await finishes(ec2.waitUntilInstanceStatusOk, { InstanceIds });
  await finishes(ec2.waitUntilSystemStatusOk, { InstanceIds });
  await client.send(new ec2.StopInstancesCommand({ InstanceIds }));
  await finishes(ec2.waitUntilInstanceStopped, { InstanceIds });
  await client.send(new ec2.TerminateInstancesCommand({ InstanceIds }));
  await finishes(ec2.waitUntilInstanceTerminated, { InstanceIds });
});

test("every waiter there is was waited for, or has nothing to wait for", () => {
  const all = Object.keys(ec2).filter((name) => name.startsWith("waitUntil"));
  assert.deepEqual([...waited, ...Object.keys(others)].toSorted(), all.toSorted());
});
