/** The errors of the Container Network Interface, version 1.1.0, section 5: those below 100 are its own. */
const codes = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  invalidEnvironment: 4,
  undecodable: 6,
  invalidConfiguration: 7,
  tryAgainLater: 11,
  notAvailable: 50,
  limitedConnectivity: 51,
  /** The region said no. */
  refused: 100,
  /** What ADD made is not as it made it. */
  notAsAdded: 101,
} as const;

/** A class, so that no JSON a runtime sends can pass for one. */
export class Failure {
  readonly code: number;
  readonly msg: string;
  readonly details: string;
  constructor(code: keyof typeof codes, msg: string, details: string) {
    this.code = codes[code];
    this.msg = msg;
    this.details = details;
  }
}

export const fail = (code: keyof typeof codes, msg: string, details = ""): Failure => new Failure(code, msg, details);
export const isFailure = (value: unknown): value is Failure => value instanceof Failure;
