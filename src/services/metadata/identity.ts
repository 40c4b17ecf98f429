/** dynamic/instance-identity/: the document alone, as nobody here could vouch for it with a signature. */
import { need } from "../../model/world.ts";
import type { Table } from "./place.ts";
import type { Subject } from "./subject.ts";

/** The document, in the order and the spacing that Amazon's has. */
function documentOf({ world, instance, interfaces: [primary] }: Subject): string {
  const facts = {
    accountId: instance.account,
    architecture: "x86_64",
    availabilityZone: need(world, "subnet", instance.subnet).zone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: instance.image,
    instanceId: instance.id,
    instanceType: instance.type,
    kernelId: null,
    pendingTime: `${instance.launched.slice(0, 19)}Z`,
    privateIp: primary.addresses[0] ?? null,
    ramdiskId: null,
    region: instance.region,
    version: "2017-09-30",
  };
  return `{\n${Object.entries(facts).map(([name, value]) => `  "${name}" : ${JSON.stringify(value)}`).join(",\n")}\n}`;
}

export const identity: Table<Subject> = {
  document: documentOf,
};
