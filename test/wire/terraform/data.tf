# Data sources: what the provider reads of what it did not make.
data "aws_vpcs" "all" {}
data "aws_subnets" "all" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.a.id]
  }
}
data "aws_security_groups" "all" {}
data "aws_route_tables" "all" { vpc_id = aws_vpc.a.id }
data "aws_route_table" "main" {
  vpc_id = aws_vpc.a.id
  filter {
    name   = "association.main"
    values = ["true"]
  }
}
data "aws_network_acls" "all" { vpc_id = aws_vpc.a.id }
data "aws_network_interfaces" "all" {}
data "aws_eips" "all" {}
data "aws_nat_gateways" "all" {}
data "aws_prefix_list" "s3" { name = "com.amazonaws.${data.aws_region.here.name}.s3" }
data "aws_ec2_managed_prefix_list" "s3" { name = "com.amazonaws.${data.aws_region.here.name}.s3" }
data "aws_vpc_endpoint_service" "s3" {
  service      = "s3"
  service_type = "Gateway"
}
data "aws_regions" "all" {}
data "aws_ec2_instance_types" "t" {}
data "aws_ec2_instance_type_offerings" "t" {}
data "aws_vpc_security_group_rules" "all" {}
data "aws_instances" "all" {}
data "aws_vpc_dhcp_options" "of_the_region" {
  filter {
    name   = "key"
    values = ["domain-name"]
  }
  filter {
    name   = "value"
    values = ["ec2.internal"]
  }
}
