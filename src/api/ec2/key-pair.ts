import type { KeyPairInfo } from "@aws-sdk/client-ec2";
import { makeKeyPair } from "../../model/key-pair.ts";
import type { KeyPair, KeyPairPlan } from "../../model/key-pair.ts";
import { list, put, remove } from "../../model/world.ts";
import type { World } from "../../model/world.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import type { Refusal } from "../../values/refuse.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import type { Call } from "../operation.ts";
import { importedFingerprint, madeFingerprint, parsePublicKey } from "../ssh-public-key.ts";
import { parseTagSpecifications, tagList } from "../tags.ts";
import type { Tags } from "../../model/birth.ts";
import { describe } from "./describe.ts";
import { missing } from "./lookup.ts";
import { invalidValue, missingParameter, oneOf } from "./parameter.ts";

/** The caller's key pair of that name. */
export const keyPairNamed = (world: World, call: Call, name: string): KeyPair | undefined =>
  list(world, call, "key-pair").find((pair) => pair.name === name);

const noKeys = refuse("UnsupportedOperation", "Key pairs can be neither made nor imported here.");

/** A key pair shows no list of tags where it has none. */
const tagsView = (tags: Tags): Pick<KeyPairInfo, "Tags"> => (Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) });

/** Refuses a name that can't be given, or is. */
function refuseName(world: World, call: Call, name: string): Refusal | undefined {
  if (!/^[\x20-\x7e]{1,255}$/.test(name)) return invalidValue("keyName", name, "It must be 1 to 255 ASCII characters.");
  if (keyPairNamed(world, call, name)) return refuse("InvalidKeyPair.Duplicate", `The keypair '${name}' already exists.`);
  return list(world, call, "key-pair").length >= call.quotas.keyPairs
    ? refuse("LimitExceededException", "The maximum number of key pairs has been reached.")
    : undefined;
}

/** Makes a key pair, and gives its private key away: nobody keeps it. */
export const createKeyPair = operation({
  name: "CreateKeyPair",
  run(world, { KeyName = "", KeyType, KeyFormat, TagSpecifications }, call) {
    const type = oneOf("keyType", KeyType ?? "rsa", ["rsa", "ed25519"]);
    if (isRefusal(type)) return type;
    const format = oneOf("keyFormat", KeyFormat ?? "pem", ["pem", "ppk"]);
    if (isRefusal(format)) return format;
    if (format === "ppk") return refuse("UnsupportedOperation", "The key format ppk is not supported.");
    const tags = parseTagSpecifications(TagSpecifications, ["key-pair"]);
    if (isRefusal(tags)) return tags;
    const wrong = refuseName(world, call, KeyName);
    if (wrong) return wrong;
    if (!call.keys) return noKeys;
    const { privateKey, publicKey, pkcs8 } = call.keys.make(type);
    const parsed = parsePublicKey(publicKey);
    if (isRefusal(parsed)) throw new Error(`a key pair was made that can't be read: ${publicKey}`);
    const plan: KeyPairPlan = {
      name: KeyName,
      type,
      fingerprint: madeFingerprint(call.keys, parsed, pkcs8),
      publicKey: `${publicKey} ${KeyName}`,
    };
    const pair = makeKeyPair(call, plan, tags["key-pair"] ?? {});
    return {
      changes: [put(pair)],
      output: { KeyPairId: pair.id, KeyName, KeyFingerprint: pair.fingerprint, KeyMaterial: privateKey, ...tagsView(pair.tags) },
    };
  },
});

export const importKeyPair = operation({
  name: "ImportKeyPair",
  run(world, { KeyName = "", PublicKeyMaterial, TagSpecifications }, call) {
    const tags = parseTagSpecifications(TagSpecifications, ["key-pair"]);
    if (isRefusal(tags)) return tags;
    const text = new TextDecoder().decode(PublicKeyMaterial);
    const key = parsePublicKey(text);
    if (isRefusal(key)) return key;
    const wrong = refuseName(world, call, KeyName);
    if (wrong) return wrong;
    if (!call.keys) return noKeys;
    const plan = { name: KeyName, type: key.type, fingerprint: importedFingerprint(call.keys, key), publicKey: text };
    const pair = makeKeyPair(call, plan, tags["key-pair"] ?? {});
    return {
      changes: [put(pair)],
      output: { KeyPairId: pair.id, KeyName, KeyFingerprint: pair.fingerprint, ...tagsView(pair.tags) },
    };
  },
});

/** Deletes a key pair; it is no error that there is none. */
export const deleteKeyPair = operation({
  name: "DeleteKeyPair",
  run(world, { KeyName, KeyPairId }, call) {
    if (KeyName === undefined && KeyPairId === undefined) return missingParameter("KeyName");
    const pair = list(world, call, "key-pair").find(({ name, id }) => (KeyName === undefined ? id === KeyPairId : name === KeyName));
    return pair ? { changes: [remove(pair)], output: { Return: true, KeyPairId: pair.id } } : { output: { Return: true } };
  },
});

const keyPairView = ({ id, name, type, fingerprint, tags, created, publicKey }: KeyPair, shown: boolean): KeyPairInfo => ({
  KeyPairId: id,
  KeyName: name,
  KeyType: type,
  KeyFingerprint: fingerprint,
  CreateTime: new Date(created),
  PublicKey: shown ? publicKey : undefined,
  ...tagsView(tags),
});

const filters: Filters<KeyPairInfo> = {
  fingerprint: (pair) => [pair.KeyFingerprint],
  "key-name": (pair) => [pair.KeyName],
  "key-pair-id": (pair) => [pair.KeyPairId],
};

export const describeKeyPairs = operation({
  name: "DescribeKeyPairs",
  run(world, { KeyNames = [], KeyPairIds = [], Filters, IncludePublicKey = false }, call) {
    const unknown = KeyNames.filter((name) => !keyPairNamed(world, call, name));
    if (unknown.length > 0) return missing("key-pair", unknown);
    const named = KeyNames.flatMap((name) => keyPairNamed(world, call, name)?.id ?? []);
    const listing = {
      kind: "key-pair",
      ids: { parameter: "KeyPairIds", alone: false },
      bounds: [5, 1000],
      filters,
      view: (_world: World, pair: KeyPair) => keyPairView(pair, IncludePublicKey),
    } as const;
    const page = describe(listing, world, call, { Filters, ids: [...named, ...KeyPairIds] });
    return isRefusal(page) ? page : { output: { KeyPairs: [...page.items] } };
  },
});
