/** Objects into buckets of any S3. The SDK is loaded when the first is put. */
import type { S3Client } from "@aws-sdk/client-s3";
import type { Failure } from "../flow/deliver.ts";

export interface S3Place {
  /** http or https URL; buckets are in the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: S3Credentials;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The keys in the environment, as Amazon's tools name them; the region's own where there are none. */
export function s3Credentials(environment: Readonly<Record<string, string | undefined>>, own: S3Credentials): S3Credentials {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = environment;
  if (!accessKeyId || !secretAccessKey) return { accessKeyId: own.accessKeyId, secretAccessKey: own.secretAccessKey };
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

/** Puts an object; what is wrong when it was not taken. */
export type PutObject = (bucket: string, key: string, body: Uint8Array) => Promise<Failure | undefined>;

const connectMs = 5_000;
const requestMs = 60_000;

export function openS3(place: S3Place): PutObject {
  let connected: Promise<S3Client> | undefined;
  return async (bucket, key, body) => {
    connected ??= connect(place);
    const client = await connected;
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    try {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: "application/octet-stream" }));
      return undefined;
    } catch (error) {
      return failureOf(error, bucket);
    }
  };
}

async function connect({ endpoint, region, credentials }: S3Place): Promise<S3Client> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  return new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    // Trying again is the deliverer's affair, and not every S3 knows the newer checksums.
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    requestHandler: { connectionTimeout: connectMs, requestTimeout: requestMs, throwOnRequestTimeout: true },
  });
}

/** What S3 or the network said; the name of an error is S3's code for it. */
function failureOf(error: unknown, bucket: string): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const metadata = "$metadata" in error ? (error.$metadata as { readonly httpStatusCode?: number }) : undefined;
  const system = "code" in error ? String(error.code) : undefined;
  const status = metadata?.httpStatusCode;
  return {
    code: system ?? error.name,
    message: `bucket ${bucket}: ${error.message || (system ?? error.name)}`,
    ...(status !== undefined && { status }),
  };
}
