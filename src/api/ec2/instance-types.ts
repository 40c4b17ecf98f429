import type { _InstanceType } from "@aws-sdk/client-ec2";

/**
 * An instance type, as far as it means something here: what an instance may have of the network. An instance is the
 * user's own processes on the host; processors and memory are told for clients that read them, and bound nothing.
 */
export interface InstanceTypeFacts {
  readonly name: _InstanceType;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly interfaces: number;
  /** Of each family, on each interface. */
  readonly addressesPerInterface: number;
}

const facts = (
  name: _InstanceType,
  vcpus: number,
  memoryMiB: number,
  interfaces: number,
  addressesPerInterface: number,
): InstanceTypeFacts => ({ name, vcpus, memoryMiB, interfaces, addressesPerInterface });

/** What RunInstances gives when nothing is said, as Amazon. */
export const defaultInstanceType = "m1.small";

export const instanceTypes: readonly InstanceTypeFacts[] = [
  facts(defaultInstanceType, 1, 1740, 2, 4),
  facts("t1.micro", 1, 627, 2, 2),
  facts("t2.nano", 1, 512, 2, 2),
  facts("t2.micro", 1, 1024, 2, 2),
  facts("t2.small", 1, 2048, 3, 4),
  facts("t2.medium", 2, 4096, 3, 6),
  facts("t2.large", 2, 8192, 3, 12),
  facts("t3.nano", 2, 512, 2, 2),
  facts("t3.micro", 2, 1024, 2, 2),
  facts("t3.small", 2, 2048, 3, 4),
  facts("t3.medium", 2, 4096, 3, 6),
  facts("t3.large", 2, 8192, 3, 12),
  facts("t3.xlarge", 4, 16384, 4, 15),
  facts("t3.2xlarge", 8, 32768, 4, 15),
  facts("t3a.nano", 2, 512, 2, 2),
  facts("t3a.micro", 2, 1024, 2, 2),
  facts("t3a.small", 2, 2048, 2, 4),
  facts("t3a.medium", 2, 4096, 3, 6),
  facts("t3a.large", 2, 8192, 3, 12),
  facts("m3.medium", 1, 3840, 2, 6),
  facts("m4.large", 2, 8192, 2, 10),
  facts("m5.large", 2, 8192, 3, 10),
  facts("m5.xlarge", 4, 16384, 4, 15),
  facts("m5.2xlarge", 8, 32768, 4, 15),
  facts("m5.4xlarge", 16, 65536, 8, 30),
  facts("m6i.large", 2, 8192, 3, 10),
  facts("m6i.xlarge", 4, 16384, 4, 15),
  facts("m7i.large", 2, 8192, 3, 10),
  facts("c4.large", 2, 3840, 3, 10),
  facts("c4.2xlarge", 8, 15360, 4, 15),
  facts("c5.large", 2, 4096, 3, 10),
  facts("c5.xlarge", 4, 8192, 4, 15),
  facts("c5.2xlarge", 8, 16384, 4, 15),
  facts("c6i.large", 2, 4096, 3, 10),
  facts("r5.large", 2, 16384, 3, 10),
  facts("r5.xlarge", 4, 32768, 4, 15),
  facts("r6i.large", 2, 16384, 3, 10),
];

/** Whether a type's processors run on credits, and which way where nothing is said; undefined: they don't. */
export function usualCredits(name: string): "standard" | "unlimited" | undefined {
  if (name.startsWith("t2.")) return "standard";
  return /^t[34]/.test(name) ? "unlimited" : undefined;
}

export const findInstanceType = (name: string): InstanceTypeFacts | undefined =>
  instanceTypes.find((type) => type.name === name);
