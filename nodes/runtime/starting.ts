/**
 * Servers that nodes of this process are just starting (the simulator's). A reader that is deployed together with a
 * simulator would otherwise begin with a refused connection, and its first words would be an error.
 */
const starting = new Set<Promise<unknown>>();

/**
 * Longest time that anybody waits for such a server, in milliseconds: a small machine makes its first keys slowly, and
 * Node-RED gives a node 15 s to close.
 */
export const STARTING_LIMIT_MS = 12_000;

export function announceStart(start: Promise<unknown>): void {
  const quiet = start.catch(() => undefined);
  starting.add(quiet);
  void quiet.then(() => starting.delete(quiet));
}

/** Resolves when every server has started (well or not) whose node was made in the same deploy. */
export async function serversStarted(): Promise<void> {
  // Nodes are made one after the other without leaving this turn of the loop: a simulator may come after the reader.
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (starting.size === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STARTING_LIMIT_MS);
  });
  await Promise.race([Promise.all(starting), limit]);
  clearTimeout(timer);
}
