/** What is kept looks alive to clients, and takes no packet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createCarrierGateway } from "../../../src/api/ec2/carrier-gateway.ts";
import { createVpcEndpoint } from "../../../src/api/ec2/create-vpc-endpoint.ts";
import { describeRouteTables } from "../../../src/api/ec2/describe-route-tables.ts";
import { createVpcEndpointServiceConfiguration } from "../../../src/api/ec2/endpoint-service-configuration.ts";
import { createRoute } from "../../../src/api/ec2/route.ts";
import { createTransitGateway } from "../../../src/api/ec2/transit-gateway.ts";
import { createTransitGatewayVpcAttachment } from "../../../src/api/ec2/transit-vpc-attachment.ts";
import { attachVpnGateway, createVpnGateway } from "../../../src/api/ec2/vpn-gateway.ts";
import { need } from "../../../src/model/world.ts";
import { lowerVpc } from "../../../src/policy/lower.ts";
import { formatCidr } from "../../../src/values/ip.ts";
import { Region } from "./region.ts";

test("routes to what is kept are active in the API, and blackholes to packets", () => {
  const region = new Region();
  const { vpc: VpcId, subnet } = region.network();
  const VpnGatewayId = region.does(createVpnGateway, { Type: "ipsec.1" }).VpnGateway?.VpnGatewayId;
  region.does(attachVpnGateway, { VpnGatewayId, VpcId });
  const TransitGatewayId = region.does(createTransitGateway, {}).TransitGateway?.TransitGatewayId;
  region.does(createTransitGatewayVpcAttachment, { TransitGatewayId, VpcId, SubnetIds: [subnet] });
  const CarrierGatewayId = region.does(createCarrierGateway, { VpcId }).CarrierGateway?.CarrierGatewayId;
  const GatewayLoadBalancerArns = ["arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/gwy/mine/5678"];
  const ServiceName = region.does(createVpcEndpointServiceConfiguration, { GatewayLoadBalancerArns, AcceptanceRequired: false }).ServiceConfiguration?.ServiceName;
  const VpcEndpointId = region.does(createVpcEndpoint, { VpcId, ServiceName, VpcEndpointType: "GatewayLoadBalancer", SubnetIds: [subnet] }).VpcEndpoint?.VpcEndpointId;
  const RouteTableId = need(region.world, "vpc", VpcId).mainRouteTable;
  const targets = [{ GatewayId: VpnGatewayId }, { TransitGatewayId }, { CarrierGatewayId }, { VpcEndpointId }];
  for (const [index, target] of targets.entries()) region.does(createRoute, { RouteTableId, DestinationCidrBlock: `192.168.${index}.0/24`, ...target });
  const shown = region.does(describeRouteTables, { RouteTableIds: [RouteTableId] }).RouteTables?.[0]?.Routes?.map(({ State }) => State);
  assert.deepEqual(shown, ["active", "active", "active", "active", "active"]);
  const routes = lowerVpc(region.world, need(region.world, "vpc", VpcId)).tables.get(RouteTableId)?.routes;
  const hops = Object.fromEntries(routes?.map(({ destination, hop }) => [formatCidr(destination), hop.to]) ?? []);
  assert.deepEqual(hops, {
    "10.0.0.0/16": "local",
    "192.168.0.0/24": "blackhole",
    "192.168.1.0/24": "blackhole",
    "192.168.2.0/24": "blackhole",
    "192.168.3.0/24": "blackhole",
  });
});
