# What leads out of networks, and what Bailey keeps without acting on it.
# aws_network_interface_attachment is not here: the provider waits 150 seconds after it is gone, at Amazon too.
data "aws_ami" "any" {
  most_recent = true
  owners      = ["self", "amazon"]
}
resource "aws_vpc" "a" {
  cidr_block = "10.40.0.0/16"
  tags       = { Name = "a" }
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.a.id
  cidr_block = "10.40.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.a.id
  cidr_block = "10.40.2.0/24"
}
resource "aws_ec2_transit_gateway" "t" {
  description = "hub"
  tags        = { Name = "hub" }
}
resource "aws_ec2_transit_gateway_vpc_attachment" "a" {
  transit_gateway_id = aws_ec2_transit_gateway.t.id
  vpc_id             = aws_vpc.a.id
  subnet_ids         = [aws_subnet.a.id]
}
resource "aws_ec2_transit_gateway_route_table" "r" { transit_gateway_id = aws_ec2_transit_gateway.t.id }
resource "aws_ec2_transit_gateway_route" "r" {
  destination_cidr_block         = "10.41.0.0/16"
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.a.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.r.id
}
resource "aws_ec2_transit_gateway_route_table_propagation" "p" {
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.a.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.r.id
}
resource "aws_customer_gateway" "c" {
  bgp_asn    = 65001
  ip_address = "198.51.100.9"
  type       = "ipsec.1"
}
resource "aws_vpn_gateway" "v" { vpc_id = aws_vpc.a.id }
resource "aws_vpn_connection" "v" {
  vpn_gateway_id      = aws_vpn_gateway.v.id
  customer_gateway_id = aws_customer_gateway.c.id
  type                = "ipsec.1"
  static_routes_only  = true
}
resource "aws_vpn_connection_route" "v" {
  destination_cidr_block = "192.168.10.0/24"
  vpn_connection_id      = aws_vpn_connection.v.id
}
resource "aws_vpn_gateway_route_propagation" "v" {
  vpn_gateway_id = aws_vpn_gateway.v.id
  route_table_id = aws_vpc.a.default_route_table_id
}
resource "aws_ec2_carrier_gateway" "c" { vpc_id = aws_vpc.a.id }
resource "aws_default_vpc" "d" {}
resource "aws_default_subnet" "d" { availability_zone = "${data.aws_region.here.name}a" }
resource "aws_vpc_block_public_access_options" "o" { internet_gateway_block_mode = "block-ingress" }
resource "aws_network_interface" "e" { subnet_id = aws_subnet.a.id }
resource "aws_network_interface_sg_attachment" "s" {
  security_group_id    = aws_security_group.s.id
  network_interface_id = aws_network_interface.e.id
}
resource "aws_security_group" "s" { vpc_id = aws_vpc.a.id }
resource "aws_vpc_security_group_vpc_association" "s" {
  security_group_id = aws_security_group.s.id
  vpc_id            = aws_vpc.b.id
}
resource "aws_vpc" "b" { cidr_block = "10.42.0.0/16" }
resource "aws_ec2_traffic_mirror_filter" "f" { network_services = ["amazon-dns"] }
resource "aws_ec2_traffic_mirror_filter_rule" "f" {
  traffic_mirror_filter_id = aws_ec2_traffic_mirror_filter.f.id
  destination_cidr_block   = "10.0.0.0/8"
  source_cidr_block        = "10.0.0.0/8"
  rule_number              = 1
  rule_action              = "accept"
  traffic_direction        = "ingress"
}
resource "aws_ec2_traffic_mirror_target" "t" { network_interface_id = aws_network_interface.e.id }
resource "aws_key_pair" "k" {
  key_name   = "deployer"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@x"
}
resource "aws_instance" "i" {
  ami                    = data.aws_ami.any.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.b.id
  private_ip             = "10.40.2.10"
  vpc_security_group_ids = [aws_security_group.s.id]
  key_name               = aws_key_pair.k.key_name
  user_data              = "#!/bin/sh\nsleep 1000\n"
  tags                   = { Name = "web" }
}
data "aws_ec2_instance_type" "t" { instance_type = "t3.micro" }
