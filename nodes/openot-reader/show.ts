import type { NodeStatus } from 'node-red';
import type { ReaderStatus } from '../../lib/reader';
import type { OpenotCode } from '../../lib/base';
import { shortAge, shortCount } from '../runtime/status';
import { statusText } from '../runtime/status-text';
import { wordsOf } from '../runtime/words';

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

/** States in which nothing is wrong by itself. */
const CALM: readonly ReaderStatus['state'][] = ['stopped', 'connecting', 'reading', 'idle', 'paused'];
/** Troubles of what stands behind the reader: they do not pass by themselves. */
const BEHIND: readonly (OpenotCode | undefined)[] = ['OPENOT_ACK_TIMEOUT', 'OPENOT_BATCH_REFUSED'];
/** Milliseconds from which a trouble is shown with its age. */
const LASTING_MS = 10_000;

/** The reader in one line: what is wrong and since when, or what it does; then how much it has read and lost. */
export class ReaderShow {
  private troubles = 0;
  private lastTroubleMs = -Infinity;
  /** What is shown, and since when. */
  private cause = '';
  private sinceMs = 0;

  /** `nowMs` of a monotonic clock; `waiting`: what it waits for or complains of, where that has words of its own. */
  show(status: Shown, nowMs: number, waiting?: string): NodeStatus {
    const { state, code, totals } = status;
    const troubles = totals.lost + totals.laps + totals.skipped;
    if (troubles > this.troubles) this.lastTroubleMs = nowMs;
    this.troubles = troubles;
    const isRecent = nowMs - this.lastTroubleMs < RECENT_TROUBLE_MS;
    const isSilent = (status.silentMs ?? 0) >= SILENT_MS && looks[state] === green;
    // Reading with a complaint (an unconfirmed look, a fresh loss) is not plain green.
    const isYellow = looks[state] === green && (code !== undefined || isSilent || isRecent);
    const look = BEHIND.includes(code) ? red : isYellow ? ({ fill: 'yellow', shape: 'dot' } as const) : looks[state];
    if (waiting !== undefined && state === 'waiting') return { ...look, text: statusText(waiting) };
    return { ...look, text: statusText(waiting ?? this.causeOf(status, isSilent, nowMs), ...countsOf(status)) };
  }

  private causeOf({ state, code, silentMs = 0, about }: Shown, isSilent: boolean, nowMs: number): string {
    const cause = `${state}/${code}`;
    if (cause !== this.cause) this.sinceMs = nowMs;
    this.cause = cause;
    if (isSilent) return `no answer for ${shortAge(silentMs)}`;
    if (state === 'idle' && code === undefined && about?.at(-1)?.startsWith(REPLAY_FINISHED) === true)
      return REPLAY_FINISHED;
    const words = wordsOf(code, state);
    const ageMs = nowMs - this.sinceMs;
    const lasts = (code !== undefined || !CALM.includes(state)) && ageMs >= LASTING_MS;
    return lasts ? `${words}, ${shortAge(ageMs)}` : words;
  }
}

/** The most important ones first: what has no room is left out. */
function countsOf({ state, code, totals, lag, capacity, inFlight }: Shown): string[] {
  const { records, lost, indeterminate, laps, skipped } = totals;
  const isWaiting = inFlight !== undefined && (state === 'waiting' || code === 'OPENOT_ACK_TIMEOUT');
  return [
    isWaiting ? `${inFlight} batches wait` : '',
    lost > 0 ? `${shortCount(lost)} lost${indeterminate > 0 ? ` (${shortCount(indeterminate)} perhaps)` : ''}` : '',
    laps > 0 ? `${shortCount(laps)} laps` : '',
    skipped > 0 ? `${shortCount(skipped)} skipped` : '',
    `${shortCount(records)} records`,
    lag !== undefined && capacity !== undefined && capacity > 0 ? `lag ${Math.round((100 * lag) / capacity)} %` : ''
  ];
}
