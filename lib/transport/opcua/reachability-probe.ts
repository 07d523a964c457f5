import { errorOf } from '../../base';
import { connect } from 'node:net';
import { DeadlineError } from '../../base/deadline';
import { addressOf, hello } from './hello';

/** When to probe, in milliseconds. */
export interface ProbePace {
  /** Of silence before the first probe: an answer that takes longer is nothing unusual, but worth a look. */
  readonly firstMs: number;
  /** Between two probes while none is answered, and while the server answers them and is only slow. */
  readonly nextMs: number;
  readonly slowMs: number;
  /** After which a probe was in vain. */
  readonly probeMs: number;
  /** That an answer may still take once the link is back: what was on its way, and a server that begins anew. */
  readonly graceMs: number;
}
const PACE: ProbePace = { firstMs: 1_500, nextMs: 500, slowMs: 2_000, probeMs: 5_000, graceMs: 300 };

/** Thrown when the link was dead while an answer was waited for, is back, and the answer does not come. */
export class LinkBackError extends Error {
  constructor(what: string) {
    super(`the link was dead and is back, but ${what} does not answer on the connection from before`);
  }
}

/**
 * The outcome of `work`, or a DeadlineError after `ms`, or a LinkBackError. Whoever asked on a link that died learns of
 * its return late: TCP sends again what was lost at ever longer intervals, and what stands between has often forgotten
 * the connection. So while an answer is missing, the server is probed on connections of their own. When a probe is
 * answered after earlier ones were not, the link was dead and is back. The work goes on; its late outcome is dropped.
 */
export function withProbe<T>(what: string, ms: number, endpoint: string, work: Promise<T>, pace = PACE): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let probe: ReachabilityProbe | undefined;
    const late = (): void => end(() => reject(new DeadlineError(what, ms)));
    const begin = (): void => {
      probe = new ReachabilityProbe(endpoint, pace, () => end(() => reject(new LinkBackError(what))));
      timer = setTimeout(late, ms - pace.firstMs);
    };
    // Nearly every answer comes before there is anything to probe: it costs one timer.
    let timer = ms > pace.firstMs ? setTimeout(begin, pace.firstMs) : setTimeout(late, ms);
    const end = (how: () => void): void => {
      clearTimeout(timer);
      probe?.end();
      how();
    };
    work.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(errorOf(error)))
    );
  });
}

/** Probes at once and until it is ended, and tells when the link is back. */
class ReachabilityProbe {
  private timer: NodeJS.Timeout | undefined;
  private wasDead = false;
  /** How to call off the probes that are out, in their order. */
  private readonly out = new Set<() => void>();

  constructor(
    private readonly endpoint: string,
    private readonly pace: ProbePace,
    private readonly onBack: () => void
  ) {
    this.next();
  }

  end(): void {
    clearTimeout(this.timer);
    for (const callOff of this.out) callOff();
    this.out.clear();
  }

  private next(): void {
    // It does not wait for the one before: the link may be back at any moment.
    this.timer = setTimeout(() => this.next(), this.pace.nextMs);
    const callOff = sayHello(this.endpoint, this.pace.probeMs, (answer) => this.heard(answer, callOff));
    this.out.add(callOff);
  }

  private heard(answer: Answer, which: () => void): void {
    const isFirst = this.out.values().next().value === which;
    this.out.delete(which);
    // A server that refuses is there, and says nothing of the link before.
    if (answer === 'refused') return;
    if (answer === 'silent') {
      this.wasDead = true;
      return;
    }
    if (!this.wasDead && !isFirst) {
      // An earlier one was lost, however slow the link is; unless it comes now after all: two connections keep no
      // order.
      clearTimeout(this.timer);
      this.timer = setTimeout(this.onBack, this.pace.graceMs);
      return;
    }
    const { wasDead } = this;
    this.end();
    this.timer = wasDead ? setTimeout(this.onBack, this.pace.graceMs) : setTimeout(() => this.next(), this.pace.slowMs);
  }
}

/** What came of a probe: something was answered; somebody is there and would not answer; nothing. */
export type Answer = 'answered' | 'refused' | 'silent';

/**
 * Says hello to an OPC UA server (part 6, 7.1.2.3) on a connection of its own and tells once, later, what came of it.
 * Returns how to call it off.
 */
export function sayHello(endpoint: string, ms: number, tell: (answer: Answer) => void): () => void {
  const address = addressOf(endpoint);
  if (address === undefined) return () => undefined;
  const socket = connect(address);
  let isOver = false;
  const end = (answer: Answer | undefined): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    // In order where the server takes part: what breaks off, some of them log.
    if (answer === 'answered') socket.end(() => socket.destroy());
    else socket.destroy();
    if (answer !== undefined) tell(answer);
  };
  const timer = setTimeout(() => end('silent'), ms);
  socket.once('connect', () => socket.write(hello(endpoint)));
  socket.once('data', () => end('answered'));
  // An error without a listener would end the process, also when the probe is over.
  socket.on('error', (error: NodeJS.ErrnoException) =>
    end(error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET' ? 'refused' : 'silent')
  );
  socket.once('close', () => end('refused'));
  return () => end(undefined);
}
