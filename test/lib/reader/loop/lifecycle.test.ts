import should from 'should';
import {
  Activity,
  activityAfter,
  ActivityEvent,
  ActivityKind,
  Connection,
  connectionAfter,
  ConnectionEvent,
  Lifecycle
} from '../../../../lib/reader/loop/lifecycle';
import { ReaderError } from '../../../../lib/reader/status';

/** The cells of a drawn table: `=` stays, `!` throws. */
function drawn(rows: readonly string[]): { state: string; event: string; next: string }[] {
  const [events, ...states] = rows.map((row) => row.trim().split(/\s+/));
  return states.flatMap(([state, ...cells]) => {
    should(cells.length).equal(events.length);
    return cells.map((cell, i) => ({ state, event: events[i], next: cell === '=' ? state : cell }));
  });
}

const CONNECTION = drawn([
  '           dial       answered strained broken lost   refused left closed',
  'off        connecting !        =        =      =      =       =    =',
  'connecting !          up       outage   outage =      refused !    off',
  'up         !          !        =        outage outage refused off  off',
  'outage     connecting !        =        =      =      refused off  off',
  'refused    connecting !        !        !      =      !       off  off'
]);

const ACTIVITY = drawn([
  '             locked  loaded  unusable freed   rest   full         drain    goOn    stop    released',
  'locking      loading !       !        !       !      !            !        !       stopped =',
  'loading      !       polling blocked  !       !      !            !        !       leaving =',
  'blocked      !       !       !        polling !      !            !        !       leaving =',
  'polling      !       !       !        =       paused backpressure draining =       leaving =',
  'paused       !       !       !        !       !      !            !        polling leaving =',
  'backpressure !       !       !        !       !      !            !        polling leaving =',
  'draining     !       !       !        !       !      !            !        polling leaving =',
  'leaving      !       =       =        =       =      =            =        =       =       stopped',
  'stopped      leaving =       =        =       =      =            =        =       =       ='
]);

const reason: ReaderError = { code: 'OPENOT_STATE_UNREADABLE', message: 'damaged' };
const other: ReaderError = { code: 'OPENOT_STATE_UNREADABLE', message: 'damaged otherwise' };
const activity = (kind: string): Activity =>
  kind === 'blocked' ? { kind, reason } : { kind: kind as Exclude<ActivityKind, 'blocked'> };
const activityEvent = (kind: string): ActivityEvent =>
  kind === 'unusable' ? { kind, reason } : ({ kind } as ActivityEvent);

describe('reader: the connection', () => {
  for (const { state, event, next } of CONNECTION)
    it(`${state}, ${event}: ${next === '!' ? 'cannot be' : next}`, () => {
      const after = (): Connection => connectionAfter(state as Connection, event as ConnectionEvent);
      if (next === '!') should(after).throw(`'${event}' cannot come while the reader is '${state}'`);
      else should(after()).equal(next);
    });

  it('is met in every state with every event', () => should(CONNECTION).have.length(5 * 8));
});

describe('reader: the activity', () => {
  for (const { state, event, next } of ACTIVITY)
    it(`${state}, ${event}: ${next === '!' ? 'cannot be' : next}`, () => {
      const after = (): Activity => activityAfter(activity(state), activityEvent(event));
      if (next === '!') should(after).throw(`'${event}' cannot come while the reader is '${state}'`);
      else should(after()).eql(activity(next));
    });

  it('is met in every state with every event', () => should(ACTIVITY).have.length(9 * 10));

  it('keeps why it is blocked, and nothing of it afterwards', () => {
    const blocked = activityAfter({ kind: 'loading' }, { kind: 'unusable', reason: other });
    should(blocked).eql({ kind: 'blocked', reason: other });
    should(activityAfter(blocked, { kind: 'released' })).equal(blocked);
    should(activityAfter(blocked, { kind: 'freed' })).eql({ kind: 'polling' });
  });
});

describe('reader: the lifecycle', () => {
  it('says what follows from an activity', () => {
    const answers = (kind: string): string[] => {
      const life = new Lifecycle();
      life.activity = activity(kind);
      return (['isStopped', 'holdsLock', 'waitsForSettling'] as const).filter((name) => life[name]);
    };
    should(answers('locking')).eql([]);
    for (const kind of ['loading', 'blocked', 'polling', 'paused']) should(answers(kind)).eql(['holdsLock']);
    for (const kind of ['backpressure', 'draining']) should(answers(kind)).eql(['holdsLock', 'waitsForSettling']);
    should(answers('leaving')).eql(['isStopped', 'holdsLock']);
    should(answers('stopped')).eql(['isStopped']);
  });

  it('goes from the start to the end', () => {
    const life = new Lifecycle();
    const seen: string[] = [];
    const see = (): void => void seen.push(`${life.connection} ${life.activity.kind}`);
    see();
    for (const event of ['locked', 'loaded'] as const) {
      life.now(event);
      see();
    }
    life.link('dial');
    life.link('answered');
    should(life.isUp).be.true();
    life.now('full');
    see();
    life.link('lost');
    should(life.isUp).be.false();
    life.now('stop');
    life.link('closed');
    see();
    life.now('released');
    see();
    should(seen).eql(['off locking', 'off loading', 'off polling', 'up backpressure', 'off leaving', 'off stopped']);
  });

  it('is blocked by a state that cannot be used', () => {
    const life = new Lifecycle();
    life.now('locked');
    life.block(reason);
    should(life.activity).eql({ kind: 'blocked', reason });
  });
});
