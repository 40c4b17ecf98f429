import type { LaunchTemplate as LaunchTemplateView, LaunchTemplateVersion, ResponseLaunchTemplateData } from "@aws-sdk/client-ec2";
import type { LaunchTemplate, TemplateVersion } from "../../../model/launch-template.ts";
import type { World } from "../../../model/world.ts";
import { passedByNothing } from "../../filters.ts";
import type { Filters, Tagged } from "../../filters.ts";
import { tagList } from "../../tags.ts";

const creator = ({ account }: LaunchTemplate): string => `arn:aws:iam::${account}:root`;

export const templateView = (_world: World, template: LaunchTemplate): LaunchTemplateView => ({
  LaunchTemplateId: template.id,
  LaunchTemplateName: template.name,
  CreateTime: new Date(template.created),
  CreatedBy: creator(template),
  DefaultVersionNumber: template.defaultVersion,
  LatestVersionNumber: template.latestVersion,
  Tags: tagList(template.tags),
});

/** What a version says is shown as it was said. */
export const versionView = (template: LaunchTemplate, version: TemplateVersion): LaunchTemplateVersion => ({
  LaunchTemplateId: template.id,
  LaunchTemplateName: template.name,
  VersionNumber: version.number,
  VersionDescription: version.description,
  CreateTime: new Date(version.created),
  CreatedBy: creator(template),
  DefaultVersion: version.number === template.defaultVersion,
  LaunchTemplateData: JSON.parse(version.data) as ResponseLaunchTemplateData,
});

export const templateFilters: Filters<LaunchTemplateView> = {
  "create-time": (template) => [template.CreateTime?.toISOString()],
  "launch-template-name": (template) => [template.LaunchTemplateName],
};

export const versionFilters: Filters<LaunchTemplateVersion & Tagged> = {
  ...passedByNothing("http-protocol-ipv4"),
  "create-time": (version) => [version.CreateTime?.toISOString()],
  "ebs-optimized": (version) => [version.LaunchTemplateData?.EbsOptimized],
  "host-resource-group-arn": (version) => [version.LaunchTemplateData?.Placement?.HostResourceGroupArn],
  "http-endpoint": (version) => [version.LaunchTemplateData?.MetadataOptions?.HttpEndpoint],
  "http-tokens": (version) => [version.LaunchTemplateData?.MetadataOptions?.HttpTokens],
  "iam-instance-profile": (version) => [version.LaunchTemplateData?.IamInstanceProfile?.Arn],
  "image-id": (version) => [version.LaunchTemplateData?.ImageId],
  "instance-type": (version) => [version.LaunchTemplateData?.InstanceType],
  "is-default-version": (version) => [version.DefaultVersion],
  "kernel-id": (version) => [version.LaunchTemplateData?.KernelId],
  "license-configuration-arn": (version) =>
    (version.LaunchTemplateData?.LicenseSpecifications ?? []).map((license) => license.LicenseConfigurationArn),
  "network-card-index": (version) => (version.LaunchTemplateData?.NetworkInterfaces ?? []).map((eni) => eni.NetworkCardIndex),
  "ram-disk-id": (version) => [version.LaunchTemplateData?.RamDiskId],
};
