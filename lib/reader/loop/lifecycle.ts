import { ReaderError } from '../status';

/*
 * Two small machines: how the link stands, and what the reader is doing. Each is a table, a row per state and a cell
 * per event. A cell is the state that follows, or one of the two words below.
 */

/** The event is known in this state and changes nothing. */
const STAYS = 'stays';
/** The event cannot come in this state: where it does, the reader has an error inside it. */
const NEVER = 'never';

type Table<State extends string, Event extends string> = {
  readonly [S in State]: { readonly [E in Event]: State | typeof STAYS | typeof NEVER };
};

function follow<State extends string, Event extends string>(
  table: Table<State, Event>,
  state: State,
  event: Event
): State {
  const next = table[state][event];
  if (next === NEVER) throw new Error(`'${event}' cannot come while the reader is '${state}'`);
  return next === STAYS ? state : (next as State);
}

/**
 * How the link to the controller stands: off (never tried, or given up on purpose), connecting, up, outage (tried
 * again by itself), refused (a person has to change something; tried again slowly).
 */
export type Connection = 'off' | 'connecting' | 'up' | 'outage' | 'refused';

/**
 * What happens to the link. `dial`: it is tried. `answered`: it stands. `strained`: a request failed, which a link that
 * stands outlives. `broken`: a request failed, and only a new link helps. `lost`: the transport says by itself that it
 * broke. `refused`: it will not do as it is. `left`: a new one is wanted though nothing is wrong. `closed`: the reader
 * ends.
 */
export type ConnectionEvent = 'dial' | 'answered' | 'strained' | 'broken' | 'lost' | 'refused' | 'left' | 'closed';

// Off may also be closed meanwhile, and an outage a link that was lost meanwhile: then the poll under way ends later.
const CONNECTION: Table<Connection, ConnectionEvent> = {
  off: {
    dial: 'connecting',
    answered: NEVER,
    strained: STAYS,
    broken: STAYS,
    lost: STAYS,
    refused: STAYS,
    left: STAYS,
    closed: STAYS
  },
  connecting: {
    dial: NEVER,
    answered: 'up',
    strained: 'outage',
    broken: 'outage',
    // The answer that is waited for says so too.
    lost: STAYS,
    refused: 'refused',
    left: NEVER,
    closed: 'off'
  },
  up: {
    dial: NEVER,
    answered: NEVER,
    strained: STAYS,
    broken: 'outage',
    lost: 'outage',
    refused: 'refused',
    left: 'off',
    closed: 'off'
  },
  outage: {
    dial: 'connecting',
    answered: NEVER,
    strained: STAYS,
    broken: STAYS,
    lost: STAYS,
    refused: 'refused',
    left: 'off',
    closed: 'off'
  },
  refused: {
    dial: 'connecting',
    answered: NEVER,
    strained: NEVER,
    broken: NEVER,
    lost: STAYS,
    refused: NEVER,
    left: 'off',
    closed: 'off'
  }
};

/** The link after an event. Pure. */
export const connectionAfter = (state: Connection, event: ConnectionEvent): Connection =>
  follow(CONNECTION, state, event);

/**
 * What the reader is doing: locking (waits to be the only user of its state; so also before it is started), loading
 * (the saved state), blocked (that state cannot be used: nothing is read until forget or seek), polling (also between
 * two polls), paused, backpressure (as many batches as allowed are on their way), draining (waits for the batches of
 * the ring's former life), leaving (stopped, the lock still held), stopped (nothing held).
 */
export type ActivityKind =
  'locking' | 'loading' | 'blocked' | 'polling' | 'paused' | 'backpressure' | 'draining' | 'leaving' | 'stopped';

/** What the reader is doing, and why where nothing can be done. */
export type Activity =
  { readonly kind: Exclude<ActivityKind, 'blocked'> } | { readonly kind: 'blocked'; readonly reason: ReaderError };

/**
 * What happens to the reader. `locked`: it is the only user of its state. `loaded`, `unusable`: what became of the
 * saved state. `freed`: forget or seek made that state no matter. `rest`: it was told to pause, and nothing is left to
 * do before. `full`: nothing may be handed on until something is settled. `drain`: the ring began anew. `goOn`: the
 * waiting is over. `stop`: it ends, told to or by itself. `released`: others may use the state.
 */
export type ActivityEvent =
  | {
      readonly kind: 'locked' | 'loaded' | 'freed' | 'rest' | 'full' | 'drain' | 'goOn' | 'stop' | 'released';
    }
  | { readonly kind: 'unusable'; readonly reason: ReaderError };

/** The loop holds the lock and goes on. Released is then said by a forget at rest that the start overtook. */
const BUSY = { locked: NEVER, loaded: NEVER, unusable: NEVER, freed: NEVER, released: STAYS, stop: 'leaving' } as const;
/** The loop ends on its way: whatever it still says changes nothing. */
const ENDED = {
  loaded: STAYS,
  unusable: STAYS,
  freed: STAYS,
  rest: STAYS,
  full: STAYS,
  drain: STAYS,
  goOn: STAYS,
  stop: STAYS
} as const;

const ACTIVITY: Table<ActivityKind, ActivityEvent['kind']> = {
  locking: {
    locked: 'loading',
    loaded: NEVER,
    unusable: NEVER,
    freed: NEVER,
    rest: NEVER,
    full: NEVER,
    drain: NEVER,
    goOn: NEVER,
    stop: 'stopped',
    // The state of a reader that was never started was forgotten.
    released: STAYS
  },
  loading: { ...BUSY, loaded: 'polling', unusable: 'blocked', rest: NEVER, full: NEVER, drain: NEVER, goOn: NEVER },
  blocked: { ...BUSY, freed: 'polling', rest: NEVER, full: NEVER, drain: NEVER, goOn: NEVER },
  polling: { ...BUSY, freed: STAYS, rest: 'paused', full: 'backpressure', drain: 'draining', goOn: STAYS },
  paused: { ...BUSY, rest: NEVER, full: NEVER, drain: NEVER, goOn: 'polling' },
  backpressure: { ...BUSY, rest: NEVER, full: NEVER, drain: NEVER, goOn: 'polling' },
  draining: { ...BUSY, rest: NEVER, full: NEVER, drain: NEVER, goOn: 'polling' },
  leaving: { ...ENDED, locked: NEVER, released: 'stopped' },
  // Stopped while it was asking for the lock, it still gets it, and has to give it back.
  stopped: { ...ENDED, locked: 'leaving', released: STAYS }
};

/** What the reader is doing after an event. Pure. */
export function activityAfter(state: Activity, event: ActivityEvent): Activity {
  const kind = follow(ACTIVITY, state.kind, event.kind);
  if (kind === state.kind) return state;
  // Only an unusable state leads there.
  return kind === 'blocked' ? { kind, reason: (event as { reason: ReaderError }).reason } : { kind };
}

/** The two machines of one reader, with what it was asked for beside them: that comes at any time and is kept. */
export class Lifecycle {
  connection: Connection = 'off';
  activity: Activity = { kind: 'locking' };
  /** Poll until nothing more is there, whatever the mode. */
  askedToRead = false;
  /** Look at the control block alone. */
  askedToHold = false;
  /** Poll no more by itself. */
  askedToPause = false;

  /** Something happened to the link. */
  link(event: ConnectionEvent): void {
    this.connection = connectionAfter(this.connection, event);
  }

  /** Something happened to the reader. */
  now(event: Exclude<ActivityEvent['kind'], 'unusable'>): void {
    this.activity = activityAfter(this.activity, { kind: event });
  }

  /** The saved state cannot be used. */
  block(reason: ReaderError): void {
    this.activity = activityAfter(this.activity, { kind: 'unusable', reason });
  }

  get isUp(): boolean {
    return this.connection === 'up';
  }

  /** Nothing is begun any more. */
  get isStopped(): boolean {
    return this.activity.kind === 'leaving' || this.activity.kind === 'stopped';
  }

  /** This reader is the only user of its state. */
  get holdsLock(): boolean {
    return this.activity.kind !== 'locking' && this.activity.kind !== 'stopped';
  }

  /** Something that is settled ends the waiting. */
  get waitsForSettling(): boolean {
    return this.activity.kind === 'backpressure' || this.activity.kind === 'draining';
  }
}
