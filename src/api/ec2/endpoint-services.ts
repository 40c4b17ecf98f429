/** The services that endpoints can be made of: Amazon's, by their names. None of them answers here. */
import { gatewayServices } from "../../model/amazon-prefix-list.ts";

/** Those with interface endpoints: their names after `com.amazonaws.<region>.`. */
const names = `
  access-analyzer account acm-pca airflow.api airflow.env app-integrations appconfig appconfigdata application-autoscaling
  appmesh apprunner appstream.api appsync-api aps aps-workspaces athena auditmanager autoscaling autoscaling-plans b2bi
  backup backup-gateway batch bedrock bedrock-agent bedrock-agent-runtime bedrock-runtime braket cassandra cloudcontrolapi
  clouddirectory cloudformation cloudhsmv2 cloudtrail codeartifact.api codeartifact.repositories codebuild codecommit
  codedeploy codepipeline cognito-idp comprehend config connect-campaigns databrew datasync datazone devops-guru dms drs
  ds dynamodb ebs ec2 ec2messages ecr.api ecr.dkr ecs ecs-agent ecs-telemetry eks eks-auth elasticache elasticbeanstalk
  elasticfilesystem elasticloadbalancing elasticmapreduce email-smtp emr-containers emr-serverless es events evidently
  execute-api fis forecast frauddetector fsx git-codecommit glue grafana greengrass groundstation guardduty
  guardduty-data healthlake identitystore imagebuilder inspector2 iot.data iotsitewise.api kendra kinesis-firehose
  kinesis-streams kms lakeformation lambda license-manager logs m2 macie2 mediaconnect memory-db mgn monitoring
  network-firewall networkmonitor organizations outposts pipes polly proton qldb.session rbin rds rds-data redshift
  redshift-data rekognition robomaker rolesanywhere rum s3 s3-outposts sagemaker.api sagemaker.runtime scheduler schemas
  secretsmanager securityhub servicecatalog servicediscovery signer sms snow-device-management sns sqs ssm ssm-contacts
  ssm-incidents ssmmessages states storagegateway sts swf synthetics tagging textract transcribe transfer translate
  trustedadvisor verifiedpermissions vpc-lattice workspaces xray`;
export const interfaceServices: readonly string[] = names.trim().split(/\s+/);

/** Names in DNS that are not the service's name. */
const domains: Readonly<Record<string, string>> = {
  "airflow.api": "api.airflow",
  "codeartifact.api": "codeartifact",
  "codeartifact.repositories": "*.d.codeartifact",
  "ecr.api": "api.ecr",
  "ecr.dkr": "*.dkr.ecr",
  "execute-api": "*.execute-api",
  "kinesis-firehose": "firehose",
  "kinesis-streams": "kinesis",
  "sagemaker.api": "api.sagemaker",
  "sagemaker.runtime": "runtime.sagemaker",
};

/** A service as endpoints are made of it. */
export interface EndpointService {
  readonly name: string;
  readonly type: "Gateway" | "Interface" | "GatewayLoadBalancer";
  /** Endpoints' own names end with it. Absent where they have none. */
  readonly domain?: string;
  /** The name by which it is known outside, and inside a VPC with private DNS. */
  readonly privateName?: string;
}

/** Amazon's services in a region: those of gateway endpoints first, each by name. */
export function amazonServices(region: string): EndpointService[] {
  const name = (service: string) => `com.amazonaws.${region}.${service}`;
  return [
    ...gatewayServices.map((service) => ({ name: name(service), type: "Gateway" }) as const),
    ...interfaceServices.map((service) => ({
      name: name(service),
      type: "Interface" as const,
      domain: `${service.split(".").toReversed().join(".")}.${region}.vpce.amazonaws.com`,
      privateName: `${domains[service] ?? service}.${region}.amazonaws.com`,
    })),
  ];
}
