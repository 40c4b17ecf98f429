import type { Image } from "@aws-sdk/client-ec2";
import { isRefusal } from "../../values/refuse.ts";
import { parseFilters, passedByNothing } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { attachedImage, hostImage, locateImage } from "./images.ts";

/** The account Amazon's own images belong to, as this one does here. */
const owner = "137112412989";

const view = (call: Call, id = hostImage(call)): Image => ({
  ImageId: id,
  Name: "bailey-host",
  Description: "The file system of the machine Bailey runs on",
  ImageLocation: "amazon/bailey-host",
  ImageOwnerAlias: "amazon",
  OwnerId: owner,
  ImageType: "machine",
  State: "available",
  Public: true,
  Architecture: "x86_64",
  PlatformDetails: "Linux/UNIX",
  UsageOperation: "RunInstances",
  VirtualizationType: "hvm",
  Hypervisor: "xen",
  EnaSupport: true,
  RootDeviceType: "ebs",
  RootDeviceName: "/dev/xvda",
  BlockDeviceMappings: [],
  CreationDate: "2026-01-01T00:00:00.000Z",
  ImdsSupport: "v2.0",
  Tags: [],
});

/** Disabled, which is Amazon's word for an image that instances may be of, and none can be launched from. */
const attachedView = (call: Call): Image => ({
  ...view(call),
  ImageId: attachedImage(call),
  Name: "bailey-attached",
  Description: "What was attached to Bailey and is run by somebody else",
  ImageLocation: "amazon/bailey-attached",
  State: "disabled",
});

/** Filters by what no image here has. */
const unheldFilters = passedByNothing(
  ...["delete-on-termination", "device-name", "encrypted", "snapshot-id", "volume-size", "volume-type"].map((name) => `block-device-mapping.${name}`),
  "boot-mode",
  ...["source-image-creation-time", "source-image-id", "source-image-region", "watermark-creation-time", "watermark-key"].map(
    (name) => `image-watermark.${name}`,
  ),
  ...["supported", "unsupported"].map((what) => `instance-type-specification.${what}-instance-type`),
  "kernel-id",
  "product-code",
  "product-code.type",
  "public-ssm-parameter-name",
  "ramdisk-id",
  ...["critical", "high", "informational", "low", "medium"].map((severity) => `scan-result.${severity}-fix-available-since`),
  "scan-result.finding-scan-date",
  "scan-result.highest-finding-severity-label",
  "source-image-id",
  "source-image-region",
  "source-instance-id",
  "sriov-net-support",
  "state-reason-code",
  "state-reason-message",
);

const filters: Filters<Image> = {
  ...unheldFilters,
  architecture: (image) => [image.Architecture],
  "creation-date": (image) => [image.CreationDate],
  description: (image) => [image.Description],
  "ena-support": (image) => [image.EnaSupport],
  "free-tier-eligible": () => [false],
  hypervisor: (image) => [image.Hypervisor],
  "image-allowed": () => [true],
  "image-id": (image) => [image.ImageId],
  "image-type": (image) => [image.ImageType],
  "is-public": (image) => [image.Public],
  "manifest-location": (image) => [image.ImageLocation],
  name: (image) => [image.Name],
  "owner-alias": (image) => [image.ImageOwnerAlias],
  "owner-id": (image) => [image.OwnerId],
  platform: (image) => [image.Platform],
  "root-device-name": (image) => [image.RootDeviceName],
  "root-device-type": (image) => [image.RootDeviceType],
  state: (image) => [image.State],
  "virtualization-type": (image) => [image.VirtualizationType],
};

/** The one image instances can be launched from; the one of attached workloads where it is asked for. */
export const describeImages = operation({
  name: "DescribeImages",
  run(_world, input, call) {
    const request = parsePageRequest(input, [1, 1000], "image");
    if (isRefusal(request)) return request;
    const passes = parseFilters(filters, input.Filters);
    if (isRefusal(passes)) return passes;
    const named = new Map<string, Image>();
    for (const text of input.ImageIds ?? []) {
      const id = locateImage(call, text);
      if (isRefusal(id)) return id;
      named.set(id, id === attachedImage(call) ? attachedView(call) : view(call, id));
    }
    const owners = input.Owners?.length ? input.Owners : ["amazon"];
    const owned = owners.includes("amazon") || owners.includes(owner);
    const all = [view(call), ...(input.IncludeDisabled === true ? [attachedView(call)] : [])];
    const images = named.size > 0 ? [...named.values()] : all;
    const { items, next } = pageOf(images.filter((image) => owned && passes(image)), (image) => image.ImageId ?? "", request, "image");
    return { output: { Images: [...items], NextToken: next } };
  },
});
