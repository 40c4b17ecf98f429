/** A closed loop: each of some clients calls again as soon as it is answered. */

export interface Load {
  /** Answered calls a second. */
  readonly rate: number;
  /** Of each answered call, in milliseconds. */
  readonly times: readonly number[];
  /** Calls that were refused or broken off, and the first one's story. */
  readonly failures: number;
  readonly failure?: string;
}

export interface LoadLimits {
  readonly clients: number;
  /** Calls of all clients together. */
  readonly calls?: number;
  /** No call begins after this long. */
  readonly seconds?: number;
}

/** Calls until a limit is reached; what fails is counted and goes into neither the rate nor the times. */
export async function loadWith(call: () => Promise<unknown>, { clients, calls = Infinity, seconds = Infinity }: LoadLimits): Promise<Load> {
  const times: number[] = [];
  const stories: string[] = [];
  const begun = performance.now();
  let left = calls;
  const one = async () => {
    while (left-- > 0 && performance.now() - begun < seconds * 1000) {
      const start = performance.now();
      try {
        await call();
        times.push(performance.now() - start);
      } catch (error) {
        stories.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
  const rate = (times.length / (performance.now() - begun)) * 1000;
  const [failure] = stories;
  return { rate, times, failures: stories.length, ...(failure !== undefined && { failure }) };
}
