import type * as EC2 from "@aws-sdk/client-ec2";
import type { IdKind, Id } from "../values/id.ts";
import type { Refusal } from "../values/refuse.ts";
import type { Change, World } from "../model/world.ts";
import type { Quotas } from "./limits.ts";
import type { ActionOf, InputOf, OutputOf } from "./sdk.ts";

/** Names of the EC2 operations, and their inputs and outputs as Amazon's own client types them. */
export type Action = ActionOf<typeof EC2>;
export type Input<A extends Action> = InputOf<typeof EC2, A>;
export type Output<A extends Action> = OutputOf<typeof EC2, A>;

export interface Delivery {
  readonly status: "SUCCESS" | "FAILED";
  /** Why it failed. */
  readonly message?: string;
}

/** What a call may know beside the world and its input: who calls, when, within which quotas, and fresh randomness. */
export interface Call {
  readonly account: string;
  readonly region: string;
  /** ISO 8601 with milliseconds. */
  readonly now: string;
  /** A new identifier of the kind. */
  mint<K extends IdKind>(kind: K): Id<K>;
  /** `count` random bytes, as lowercase hex. */
  random(count: number): string;
  /** SHA-256 of the text, lowercase hex. */
  digest(text: string): string;
  readonly quotas: Quotas;
  /** The prefix public addresses are given out of, canonical. */
  readonly publicPool: string;
  /** Whether any well-formed image id stands for the region's own image. */
  readonly anyImage?: boolean;
  /** Absent: no key pair can be made or imported. */
  readonly keys?: Keys | undefined;
  /** How a flow log's records were last delivered; undefined when there was nothing to deliver yet. */
  delivery?(flowLog: Id<"flow-log">): Delivery | undefined;
  /** What the instance's processes last wrote to its console, base64; undefined when there is nothing. */
  console?(instance: Id<"instance">): string | undefined;
}

export interface KeyMaterial {
  /** The private key in the form OpenSSH reads. */
  readonly privateKey: string;
  /** The same as PKCS #8, DER. */
  readonly pkcs8: Uint8Array;
  /** As OpenSSH writes it, without a comment. */
  readonly publicKey: string;
}

/** Makes keys, and the digests that fingerprints are made of. */
export interface Keys {
  make(type: "rsa" | "ed25519"): KeyMaterial;
  digest(algorithm: "md5" | "sha1" | "sha256", data: Uint8Array): Uint8Array;
}

export interface Outcome<O> {
  /** Committed together, or not at all. Empty or absent: the world is unchanged. */
  readonly changes?: readonly Change[];
  readonly output: O;
}

/** An operation is its name and one pure function; everything around it is done once, in serve. */
export interface Operation<A extends Action> {
  readonly name: A;
  /** Members of the input that Amazon's model requires, and whose absence this operation refuses in words of its own. */
  readonly answersFor?: readonly (keyof Input<A> & string)[];
  run(world: World, input: Input<A>, call: Call): Refusal | Outcome<Output<A>>;
}

export const operation = <A extends Action>(definition: Operation<A>): Operation<A> => definition;
