/** What is made must be unmade: also after a failure, and when somebody presses Ctrl-C. */

type Undo = () => Promise<unknown> | void;

/** Says what is to be undone at the end; what was said last is undone first. */
export type Defer = (undo: Undo) => void;

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Runs something, then all that it deferred; a signal meanwhile undoes too, and ends the process. */
export async function withEndings<T>(what: (defer: Defer) => Promise<T>): Promise<T> {
  const undos: Undo[] = [];
  const undoEach = async () => {
    for (let undo = undos.pop(); undo; undo = undos.pop()) await undo();
  };
  // Once: a signal may come while it is under way, or what was interrupted may end meanwhile.
  let undone: Promise<void> | undefined;
  const undoAll = () => (undone ??= undoEach());
  const interrupt = (signal: NodeJS.Signals) => {
    const code = 128 + (Object.entries(signals).find(([name]) => name === signal)?.[1] ?? 0);
    void undoAll().finally(() => process.exit(code));
  };
  const names = Object.keys(signals);
  for (const name of names) process.on(name, interrupt);
  try {
    return await what((undo) => undos.push(undo));
  } finally {
    await undoAll();
    for (const name of names) process.off(name, interrupt);
  }
}
