import { readFileSync } from "node:fs";
import { type FrozenModel, type Model, readModel } from "../api/wire/shape.ts";

const models = new Map<string, Model>();

/** The frozen model of a service (ec2, iam, logs, sts), read from the program's own files when first asked for. */
export function loadModel(service: string): Model {
  const known = models.get(service);
  if (known) return known;
  const text = readFileSync(new URL(`../api/shapes/${service}.json`, import.meta.url), "utf8");
  const model = readModel(JSON.parse(text) as FrozenModel);
  models.set(service, model);
  return model;
}
