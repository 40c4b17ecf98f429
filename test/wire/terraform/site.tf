# What Terraform's and OpenTofu's AWS provider knows to make of one network: applied, a plan finds nothing to do.
# The environment is what `bailey env` prints.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  default_tags { tags = { team = "red" } }
}
data "aws_region" "here" {}
data "aws_caller_identity" "me" {}
data "aws_availability_zones" "zones" { state = "available" }
data "aws_vpc" "default" { default = true }

resource "aws_vpc" "site" {
  cidr_block                       = "10.30.0.0/16"
  assign_generated_ipv6_cidr_block = true
  enable_dns_hostnames             = true
  tags                             = { Name = "site" }
}
resource "aws_vpc_ipv4_cidr_block_association" "more" {
  vpc_id     = aws_vpc.site.id
  cidr_block = "10.130.0.0/16"
}
resource "aws_vpc" "peer" {
  cidr_block           = "10.31.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_default_security_group" "site" { vpc_id = aws_vpc.site.id }
resource "aws_default_network_acl" "site" {
  default_network_acl_id = aws_vpc.site.default_network_acl_id
  ingress {
    rule_no    = 100
    protocol   = "-1"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  egress {
    rule_no    = 100
    protocol   = "-1"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  lifecycle { ignore_changes = [subnet_ids] }
}
resource "aws_default_route_table" "site" {
  default_route_table_id = aws_vpc.site.default_route_table_id
  tags                   = { Name = "site-main" }
}

resource "aws_subnet" "public" {
  vpc_id                                      = aws_vpc.site.id
  cidr_block                                  = cidrsubnet(aws_vpc.site.cidr_block, 8, 1)
  ipv6_cidr_block                             = cidrsubnet(aws_vpc.site.ipv6_cidr_block, 8, 1)
  assign_ipv6_address_on_creation             = true
  map_public_ip_on_launch                     = true
  availability_zone                           = data.aws_availability_zones.zones.names[0]
  enable_resource_name_dns_a_record_on_launch = true
  private_dns_hostname_type_on_launch         = "resource-name"
  tags                                        = { Name = "public" }
}
resource "aws_subnet" "private" {
  vpc_id            = aws_vpc_ipv4_cidr_block_association.more.vpc_id
  cidr_block        = "10.130.2.0/24"
  availability_zone = data.aws_availability_zones.zones.names[1]
}
resource "aws_ec2_subnet_cidr_reservation" "r" {
  subnet_id        = aws_subnet.private.id
  cidr_block       = "10.130.2.128/28"
  reservation_type = "prefix"
}

resource "aws_internet_gateway" "site" { vpc_id = aws_vpc.site.id }
resource "aws_egress_only_internet_gateway" "site" { vpc_id = aws_vpc.site.id }
resource "aws_eip" "nat" { domain = "vpc" }
resource "aws_nat_gateway" "site" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id
  depends_on    = [aws_internet_gateway.site]
}
resource "aws_nat_gateway" "inner" {
  connectivity_type = "private"
  subnet_id         = aws_subnet.private.id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.site.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.site.id
  }
  route {
    ipv6_cidr_block        = "::/0"
    egress_only_gateway_id = aws_egress_only_internet_gateway.site.id
  }
  route {
    cidr_block                = aws_vpc.peer.cidr_block
    vpc_peering_connection_id = aws_vpc_peering_connection.site.id
  }
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_route_table" "private" { vpc_id = aws_vpc.site.id }
resource "aws_route" "out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.site.id
}
resource "aws_route" "listed" {
  route_table_id             = aws_route_table.private.id
  destination_prefix_list_id = aws_ec2_managed_prefix_list.offices.id
  network_interface_id       = aws_network_interface.door.id
}
resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}
resource "aws_main_route_table_association" "peer" {
  vpc_id         = aws_vpc.peer.id
  route_table_id = aws_route_table.peer.id
}
resource "aws_route_table" "peer" { vpc_id = aws_vpc.peer.id }

resource "aws_security_group" "front" {
  name   = "front"
  vpc_id = aws_vpc.site.id
  ingress {
    description      = "web"
    from_port        = 443
    to_port          = 443
    protocol         = "tcp"
    cidr_blocks      = ["0.0.0.0/0", "192.0.2.0/24"]
    ipv6_cidr_blocks = ["::/0"]
  }
  ingress {
    from_port = 0
    to_port   = 0
    protocol  = "-1"
    self      = true
  }
  ingress {
    from_port   = 8
    to_port     = -1
    protocol    = "icmp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  ingress {
    from_port       = 22
    to_port         = 22
    protocol        = "tcp"
    prefix_list_ids = [aws_ec2_managed_prefix_list.offices.id]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "back" {
  name_prefix = "back-"
  vpc_id      = aws_vpc.site.id
  tags        = { Name = "back" }
}
resource "aws_vpc_security_group_ingress_rule" "db" {
  security_group_id            = aws_security_group.back.id
  referenced_security_group_id = aws_security_group.front.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5433
  description                  = "database"
  tags                         = { Name = "db" }
}
resource "aws_vpc_security_group_ingress_rule" "ping" {
  security_group_id = aws_security_group.back.id
  cidr_ipv6         = "2001:db8::/32"
  ip_protocol       = "icmpv6"
  from_port         = -1
  to_port           = -1
}
resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.back.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
resource "aws_security_group_rule" "old" {
  type              = "ingress"
  security_group_id = aws_security_group.back.id
  cidr_blocks       = ["10.30.0.0/16", "10.31.0.0/16"]
  protocol          = "udp"
  from_port         = 53
  to_port           = 53
}

resource "aws_network_acl" "private" {
  vpc_id     = aws_vpc.site.id
  subnet_ids = [aws_subnet.private.id]
  ingress {
    rule_no    = 100
    protocol   = "tcp"
    action     = "allow"
    cidr_block = "10.30.0.0/16"
    from_port  = 5432
    to_port    = 5433
  }
  ingress {
    rule_no    = 110
    protocol   = "icmp"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    icmp_type  = 8
    icmp_code  = -1
    from_port  = 0
    to_port    = 0
  }
  egress {
    rule_no         = 120
    protocol        = "-1"
    action          = "allow"
    ipv6_cidr_block = "::/0"
    from_port       = 0
    to_port         = 0
  }
}
resource "aws_network_acl" "peer" { vpc_id = aws_vpc.peer.id }
resource "aws_network_acl_rule" "one" {
  network_acl_id = aws_network_acl.peer.id
  rule_number    = 200
  egress         = true
  protocol       = "udp"
  rule_action    = "deny"
  cidr_block     = "192.0.2.0/24"
  from_port      = 53
  to_port        = 53
}

resource "aws_network_interface" "door" {
  subnet_id         = aws_subnet.public.id
  private_ips       = ["10.30.1.10", "10.30.1.11"]
  security_groups   = [aws_security_group.front.id]
  source_dest_check = false
  description       = "door"
}
resource "aws_eip" "door" {
  domain                    = "vpc"
  network_interface         = aws_network_interface.door.id
  associate_with_private_ip = "10.30.1.11"
}
resource "aws_eip" "loose" {}
resource "aws_eip_association" "loose" {
  allocation_id        = aws_eip.loose.id
  network_interface_id = aws_network_interface.door.id
  private_ip_address   = "10.30.1.10"
}

resource "aws_vpc_dhcp_options" "site" {
  domain_name          = "site.example"
  domain_name_servers  = ["10.30.0.2", "192.0.2.53"]
  ntp_servers          = ["169.254.169.123"]
  netbios_name_servers = ["192.0.2.54"]
  netbios_node_type    = 2
}
resource "aws_vpc_dhcp_options_association" "site" {
  vpc_id          = aws_vpc.site.id
  dhcp_options_id = aws_vpc_dhcp_options.site.id
}

resource "aws_vpc_peering_connection" "site" {
  vpc_id      = aws_vpc.site.id
  peer_vpc_id = aws_vpc.peer.id
  auto_accept = true
  # A VPC gets no more blocks while a request for it is pending.
  depends_on = [aws_vpc_ipv4_cidr_block_association.more]
}
resource "aws_vpc_peering_connection_options" "site" {
  vpc_peering_connection_id = aws_vpc_peering_connection.site.id
  requester { allow_remote_vpc_dns_resolution = true }
  accepter { allow_remote_vpc_dns_resolution = true }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.site.id
  service_name    = "com.amazonaws.${data.aws_region.here.name}.s3"
  route_table_ids = [aws_route_table.private.id]
}
resource "aws_vpc_endpoint" "logs" {
  vpc_id              = aws_vpc.site.id
  service_name        = "com.amazonaws.${data.aws_region.here.name}.logs"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.back.id]
  private_dns_enabled = false
}

resource "aws_flow_log" "site" {
  vpc_id                   = aws_vpc.site.id
  traffic_type             = "ALL"
  log_destination_type     = "s3"
  log_destination          = "arn:aws:s3:::flows"
  max_aggregation_interval = 60
}

resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices"
  address_family = "IPv4"
  max_entries    = 5
  entry {
    cidr        = "192.0.2.0/25"
    description = "north"
  }
}
resource "aws_ec2_managed_prefix_list_entry" "south" {
  prefix_list_id = aws_ec2_managed_prefix_list.six.id
  cidr           = "2001:db8:5::/48"
}
resource "aws_ec2_managed_prefix_list" "six" {
  name           = "six"
  address_family = "IPv6"
  max_entries    = 5
}
output "me" { value = data.aws_caller_identity.me.account_id }
