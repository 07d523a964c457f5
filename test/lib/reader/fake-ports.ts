import { Clock, LockOutcome, Random, Store } from '../../../lib/reader/ports';
import { ReadOutcome, ReadPart, RingFacts, Transport, TransportError } from '../../../lib/transport/transport';
import { FakePlc } from './fake-plc';

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  now = 0;
  private sleepers: { until: number; wake: () => void }[] = [];

  nowNs(): bigint {
    return 2_000_000_000n + BigInt(Math.round(this.now * 1e6));
  }

  monotonicMs(): number {
    return this.now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { until: this.now + ms, wake: resolve };
      const done = (): void => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      sleeper.wake = done;
      if (signal?.aborted === true) return done();
      signal?.addEventListener('abort', done);
      this.sleepers.push(sleeper);
    });
  }

  /** Lets `ms` pass, waking every sleeper in its turn and letting all that follows from it happen. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (let turns = 0; turns < 100_000; turns++) {
      await quiet();
      const next = this.sleepers.reduce((min, sleeper) => Math.min(min, sleeper.until), Infinity);
      if (next > until) break;
      this.now = Math.max(this.now, next);
      for (const sleeper of this.sleepers.filter((one) => one.until <= this.now)) sleeper.wake();
    }
    this.now = until;
    await quiet();
  }
}

/** Until every promise that can be settled is. */
export async function quiet(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
}

export const half: Random = { next: () => 0.5 };

export class MemoryStore implements Store {
  bytes: Uint8Array | undefined;
  saves = 0;
  fails = false;
  /** Somebody else has it. */
  lockedBy: string | undefined;
  locks = 0;

  lock(): Promise<LockOutcome> {
    if (this.lockedBy !== undefined)
      return Promise.resolve({ ok: false, code: 'OPENOT_STATE_LOCKED', message: `in use by ${this.lockedBy}` });
    this.locks++;
    return Promise.resolve({ ok: true });
  }

  unlock(): Promise<void> {
    this.locks--;
    return Promise.resolve();
  }

  load(): Promise<Uint8Array | undefined> {
    return this.fails ? Promise.reject(new Error('EIO: i/o error')) : Promise.resolve(this.bytes?.slice());
  }

  save(bytes: Uint8Array): Promise<void> {
    if (this.fails) return Promise.reject(new Error('ENOSPC: no space left'));
    this.bytes = bytes.slice();
    this.saves++;
    return Promise.resolve();
  }

  remove(): Promise<void> {
    this.bytes = undefined;
    return Promise.resolve();
  }
}

export const failure = (code: string, remedy: TransportError['remedy']): TransportError => ({
  ok: false,
  // Made up: a reader takes whatever code its transport has.
  code: code as TransportError['code'],
  message: `${code} of the test`,
  remedy
});

/** Reads a FakePlc's memory; a test can step in before every part and change every answer. */
export class FakeTransport implements Transport {
  /** One entry per Read: `C` control, `R` a ring part. */
  log: string[] = [];
  parts: ReadPart[][] = [];
  connects = 0;
  closes = 0;
  facts: RingFacts | TransportError;
  /** Called before each part is copied. */
  beforePart: (part: ReadPart, read: number, index: number) => void = () => undefined;
  /** May replace the answer of one Read. */
  answer: (outcome: ReadOutcome, parts: readonly ReadPart[], read: number) => ReadOutcome = (outcome) => outcome;
  onChange: (() => void) | undefined;

  constructor(readonly plc: FakePlc) {
    this.facts = { ok: true, ringBytes: plc.capacity, granularity: 1, about: ['a fake'] };
  }

  get reads(): number {
    return this.log.length;
  }

  connect(): Promise<RingFacts | TransportError> {
    this.connects++;
    return Promise.resolve(this.facts);
  }

  read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    const read = this.log.push(parts.map((part) => (part.kind === 'control' ? 'C' : 'R')).join('')) - 1;
    this.parts.push([...parts]);
    const views = parts.map((part, index) => {
      this.beforePart(part, read, index);
      return part.kind === 'control' ? this.plc.controlBytes() : this.plc.ringBytes(part.offset, part.length);
    });
    return Promise.resolve(this.answer({ ok: true, parts: views }, parts, read));
  }

  watch(_intervalMs: number, onChange: () => void): Promise<{ readonly ok: true; stop(): Promise<void> }> {
    this.onChange = onChange;
    return Promise.resolve({
      ok: true,
      stop: () => {
        this.onChange = undefined;
        return Promise.resolve();
      }
    });
  }

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }
}
