/** What a running simulator can be told. */
export const simulatorCommands = [
  'burst',
  'drop',
  'definition-change',
  'cold-start',
  'power-cycle',
  'stop-producer',
  'start-producer',
  'stop-mid-update',
  'clock-unsynced',
  'clock-synced',
  'high-water'
] as const;
/** One of `simulatorCommands`. */
export type SimulatorCommand = (typeof simulatorCommands)[number];

/** The outcome of a command. */
export type CommandResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'OPENOT_SIMULATOR_COMMAND' | 'OPENOT_SIMULATOR_COUNT' | 'OPENOT_SIMULATOR_STATE';
      readonly message: string;
    };

/** Whether a message's topic is a command. */
export function isCommand(topic: unknown): topic is SimulatorCommand {
  return (simulatorCommands as readonly unknown[]).includes(topic);
}

/** Most events that one `burst` or `drop` may ask for: 100,000 take about a second. */
export const MAX_COUNT = 100_000;

/**
 * The count of a `burst` or `drop`: a whole number from 1 to MAX_COUNT, as number or text; `fallback` when absent.
 * Undefined when it is none.
 */
export function eventCount(payload: unknown, fallback: number): number | undefined {
  if (payload === undefined || payload === null || payload === '') return fallback;
  const count = typeof payload === 'string' ? Number(payload) : payload;
  return typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= MAX_COUNT ? count : undefined;
}
