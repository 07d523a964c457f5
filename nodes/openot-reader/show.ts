import type { NodeStatus } from 'node-red';
import type { ReaderStatus } from '../../lib/reader';
import { shortAge, shortCount } from '../runtime/status';

const green = { fill: 'green', shape: 'dot' } as const;
const yellow = { fill: 'yellow', shape: 'ring' } as const;
const red = { fill: 'red', shape: 'ring' } as const;
const grey = { fill: 'grey', shape: 'ring' } as const;

const looks: Record<ReaderStatus['state'], Pick<NodeStatus, 'fill' | 'shape'>> = {
  stopped: grey,
  connecting: yellow,
  reading: green,
  idle: green,
  paused: grey,
  waiting: yellow,
  updating: yellow,
  outage: red,
  refused: red,
  failed: red
};

/**
 * Milliseconds after a loss, a lap or a skipped range for which the status is yellow: the colour says now, the counts
 * say since the start.
 */
export const RECENT_TROUBLE_MS = 60_000;
/** Milliseconds without an answer from which the status tells it. */
const SILENT_MS = 2000;

/** What the line of a replay that is over begins with. */
const REPLAY_FINISHED = 'replay finished';

/** What the status line is made of. */
export type Shown = Pick<ReaderStatus, 'state' | 'code' | 'lag' | 'capacity' | 'totals'> & {
  /** Batches handed on and not settled. */
  readonly inFlight?: number;
  /** Milliseconds since the last good answer of the other side, where the reader tells it. */
  readonly silentMs?: number;
  /** What the transport says about itself: a replay says there that it is over. */
  readonly about?: readonly string[];
};

/** The reader's state in one line: what it does, how far behind it is, how much it has read and lost. */
export class ReaderShow {
  private troubles = 0;
  private lastTroubleMs = -Infinity;

  /** `nowMs` of a monotonic clock; `waiting`: what it waits for, where that is known. */
  show(status: Shown, nowMs: number, waiting?: string): NodeStatus {
    const { state, code, totals, silentMs = 0 } = status;
    const troubles = totals.lost + totals.laps + totals.skipped;
    if (troubles > this.troubles) this.lastTroubleMs = nowMs;
    this.troubles = troubles;
    const isSilent = silentMs >= SILENT_MS && looks[state] === green;
    const isRecent = nowMs - this.lastTroubleMs < RECENT_TROUBLE_MS;
    const isOver = state === 'idle' && status.about?.at(-1)?.startsWith(REPLAY_FINISHED) === true;
    // Somebody has to look after the flow behind.
    if (waiting !== undefined && state === 'waiting')
      return { ...(code === 'OPENOT_BATCH_REFUSED' ? red : yellow), text: waiting };
    const what =
      `${isOver ? REPLAY_FINISHED : state}${code === undefined ? '' : ` ${code}`}` +
      `${isSilent ? `, no answer for ${shortAge(silentMs)}` : ''}`;
    // Reading with a complaint (an unconfirmed look, a fresh loss) is not plain green.
    const isYellow = looks[state] === green && (code !== undefined || isSilent || isRecent);
    // Somebody has to look after the flow behind: it does not pass by itself.
    if (code === 'OPENOT_ACK_TIMEOUT') return { ...red, text: `${what}: ${countsOf(status)}` };
    return {
      ...(isYellow ? ({ fill: 'yellow', shape: 'dot' } as const) : looks[state]),
      text: `${what}: ${countsOf(status)}`
    };
  }
}

function countsOf({ state, code, totals, lag, capacity, inFlight }: Shown): string {
  const counts = [`${shortCount(totals.records)} records`];
  if (inFlight !== undefined && (state === 'waiting' || code === 'OPENOT_ACK_TIMEOUT'))
    counts.push(`${inFlight} batches under way`);
  if (totals.lost > 0)
    counts.push(
      `${shortCount(totals.lost)} ` +
        `lost${totals.indeterminate > 0 ? ` (${shortCount(totals.indeterminate)} perhaps delivered)` : ''}`
    );
  if (totals.laps > 0) counts.push(`${shortCount(totals.laps)} laps`);
  if (totals.skipped > 0) counts.push(`${shortCount(totals.skipped)} skipped`);
  if (lag !== undefined && capacity !== undefined && capacity > 0)
    counts.push(`lag ${Math.round((100 * lag) / capacity)} %`);
  return counts.join(', ');
}
