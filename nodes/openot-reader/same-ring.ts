/** Ids of the running readers by what they read and how they name it. */
const running = new Map<string, Set<string>>();

/**
 * Notes that this reader reads this ring (see WayToTheRing.identity) under this stream name. `others` = ids of those
 * that do so at that moment: such streams cannot be told apart behind them, and every record comes twice. Returns also
 * how to end that.
 */
export function readsRing(id: string, ring: string, stream: string): { others: () => string[]; end: () => void } {
  const key = JSON.stringify([ring, stream]);
  const ids = running.get(key) ?? new Set();
  running.set(key, ids);
  const others = (): string[] => [...ids].filter((other) => other !== id);
  ids.add(id);
  return {
    others,
    end: () => {
      ids.delete(id);
      if (ids.size === 0 && running.get(key) === ids) running.delete(key);
    }
  };
}
