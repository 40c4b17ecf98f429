import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { parseFilters, passedByNothing } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { findInstanceType, instanceTypes } from "./instance-types.ts";
import type { InstanceTypeFacts } from "./instance-types.ts";

const view = (type: InstanceTypeFacts): InstanceTypeInfo => ({
  InstanceType: type.name,
  CurrentGeneration: !/^(?:c4|m[1-4]|t1)\./.test(type.name),
  BareMetal: false,
  BurstablePerformanceSupported: /^t[2-9]/.test(type.name),
  Hypervisor: "xen",
  InstanceStorageSupported: false,
  SupportedUsageClasses: ["on-demand"],
  SupportedRootDeviceTypes: ["ebs"],
  SupportedVirtualizationTypes: ["hvm"],
  ProcessorInfo: { SupportedArchitectures: ["x86_64"] },
  VCpuInfo: { DefaultVCpus: type.vcpus },
  MemoryInfo: { SizeInMiB: type.memoryMiB },
  // Terraform's AWS provider takes a type without these two for one that does not exist.
  EbsInfo: { EbsOptimizedSupport: "unsupported", EncryptionSupport: "unsupported", NvmeSupport: "unsupported" },
  PlacementGroupInfo: { SupportedStrategies: [] },
  NetworkInfo: {
    MaximumNetworkInterfaces: type.interfaces,
    MaximumNetworkCards: 1,
    DefaultNetworkCardIndex: 0,
    Ipv4AddressesPerInterface: type.addressesPerInterface,
    Ipv6AddressesPerInterface: type.addressesPerInterface,
    Ipv6Supported: true,
    EnaSupport: "supported",
  },
});

/** Filters by what is not told of types here. */
const untoldFilters = passedByNothing(
  "auto-recovery-supported",
  "dedicated-hosts-supported",
  "ebs-info.attachment-limit-type",
  "ebs-info.maximum-ebs-attachments",
  ...["baseline", "maximum"].flatMap((what) =>
    ["bandwidth-in-mbps", "iops", "throughput-in-mbps"].map((name) => `ebs-info.ebs-optimized-info.${what}-${name}`),
  ),
  "free-tier-eligible",
  "hibernation-supported",
  ...["disk.count", "disk.size-in-gb", "disk.type", "encryption-support", "nvme-support", "total-size-in-gb"].map(
    (name) => `instance-storage-info.${name}`,
  ),
  ...[
    "bandwidth-weightings",
    "efa-info.maximum-efa-interfaces",
    "efa-supported",
    "encryption-in-transit-supported",
    "flexible-ena-queues-support",
    "network-performance",
  ].map((name) => `network-info.${name}`),
  "nitro-enclaves-support",
  "nitro-tpm-info.supported-versions",
  "nitro-tpm-support",
  "processor-info.supported-features",
  "processor-info.sustained-clock-speed-in-ghz",
  "reboot-migration-support",
  "supported-boot-mode",
  ...["default-cores", "default-threads-per-core", "valid-cores", "valid-threads-per-core"].map((name) => `vcpu-info.${name}`),
);

const filters: Filters<InstanceTypeInfo & { readonly Tags?: undefined }> = {
  ...untoldFilters,
  "bare-metal": (type) => [type.BareMetal],
  "burstable-performance-supported": (type) => [type.BurstablePerformanceSupported],
  "current-generation": (type) => [type.CurrentGeneration],
  "ebs-info.ebs-optimized-support": (type) => [type.EbsInfo?.EbsOptimizedSupport],
  "ebs-info.encryption-support": (type) => [type.EbsInfo?.EncryptionSupport],
  "ebs-info.nvme-support": (type) => [type.EbsInfo?.NvmeSupport],
  hypervisor: (type) => [type.Hypervisor],
  "instance-storage-supported": (type) => [type.InstanceStorageSupported],
  "instance-type": (type) => [type.InstanceType],
  "memory-info.size-in-mib": (type) => [type.MemoryInfo?.SizeInMiB],
  "network-info.ena-support": (type) => [type.NetworkInfo?.EnaSupport],
  "network-info.ipv4-addresses-per-interface": (type) => [type.NetworkInfo?.Ipv4AddressesPerInterface],
  "network-info.ipv6-addresses-per-interface": (type) => [type.NetworkInfo?.Ipv6AddressesPerInterface],
  "network-info.ipv6-supported": (type) => [type.NetworkInfo?.Ipv6Supported],
  "network-info.maximum-network-cards": (type) => [type.NetworkInfo?.MaximumNetworkCards],
  "network-info.maximum-network-interfaces": (type) => [type.NetworkInfo?.MaximumNetworkInterfaces],
  "processor-info.supported-architecture": (type) => type.ProcessorInfo?.SupportedArchitectures ?? [],
  "supported-root-device-type": (type) => type.SupportedRootDeviceTypes ?? [],
  "supported-usage-class": (type) => type.SupportedUsageClasses ?? [],
  "supported-virtualization-type": (type) => type.SupportedVirtualizationTypes ?? [],
  "vcpu-info.default-vcpus": (type) => [type.VCpuInfo?.DefaultVCpus],
};

export const describeInstanceTypes = operation({
  name: "DescribeInstanceTypes",
  run(_world, input) {
    const request = parsePageRequest(input, [5, 100], "instance-type");
    if (isRefusal(request)) return request;
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const named = input.InstanceTypes ?? [];
    const unknown = named.filter((name) => !findInstanceType(name));
    if (unknown.length > 0) {
      return refuse("InvalidInstanceType", `The following supplied instance types do not exist: [${unknown.join(", ")}]`);
    }
    const types = instanceTypes.filter(({ name }) => named.length === 0 || named.includes(name));
    const passing = types.map(view).filter(passes);
    const { items, next } = pageOf(passing, ({ InstanceType = "" }) => InstanceType, request, "instance-type");
    return { output: { InstanceTypes: [...items], NextToken: next } };
  },
});
