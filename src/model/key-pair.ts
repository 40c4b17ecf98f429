import type { Id } from "../values/id.ts";
import type { Birth, Tags } from "./birth.ts";
import { owned } from "./birth.ts";
import type { Owned } from "./resource.ts";

export type KeyType = "rsa" | "ed25519";

/** The public half of a key pair. Nobody keeps the private one but who asked for it. */
export interface KeyPair extends Owned {
  readonly kind: "key-pair";
  readonly id: Id<"key-pair">;
  /** No other of the account's region has it. */
  readonly name: string;
  readonly type: KeyType;
  readonly fingerprint: string;
  /** As it was given, or as OpenSSH writes it. */
  readonly publicKey: string;
}

export type KeyPairPlan = Pick<KeyPair, "name" | "type" | "fingerprint" | "publicKey">;

export const makeKeyPair = (birth: Birth, plan: KeyPairPlan, tags: Tags): KeyPair => ({
  ...owned(birth, tags),
  kind: "key-pair",
  id: birth.mint("key-pair"),
  ...plan,
});
