import { type Refusal, refuse } from "../values/refuse.ts";

/** What a service calls the ways in which a signature fails. */
export interface SignatureCodes {
  unknownKey(): Refusal;
  mismatch(reason: string): Refusal;
  expiredToken(): Refusal;
}

/** EC2 says the same of an unknown key and of a wrong signature. */
const ec2: SignatureCodes = {
  unknownKey: () => refuse("AuthFailure", "AWS was not able to validate the provided access credentials"),
  mismatch: () => refuse("AuthFailure", "AWS was not able to validate the provided access credentials"),
  expiredToken: () => refuse("RequestExpired", "Request has expired."),
};

const invalidToken = "The security token included in the request is invalid.";
const expiredToken = "The security token included in the request is expired";

const query: SignatureCodes = {
  unknownKey: () => refuse("InvalidClientTokenId", invalidToken),
  mismatch: (reason) => refuse("SignatureDoesNotMatch", reason),
  expiredToken: () => refuse("ExpiredToken", expiredToken),
};

const json: SignatureCodes = {
  unknownKey: () => refuse("UnrecognizedClientException", invalidToken),
  mismatch: (reason) => refuse("InvalidSignatureException", reason),
  expiredToken: () => refuse("ExpiredTokenException", expiredToken),
};

const byService: Readonly<Record<string, SignatureCodes>> = { ec2, logs: json };

export const codesOf = (service: string): SignatureCodes =>
  (Object.hasOwn(byService, service) ? byService[service] : undefined) ?? query;
