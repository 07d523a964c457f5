import { errorText } from '../../../../lib/base';
import { ConnectionState, Opened, SharedConnection, transportError } from '../../../../lib/transport/link';
import { TransportError } from '../../../../lib/transport/transport';

/** What is open in the fake: a number, and how to tell that it was lost. */
export interface FakeLink {
  readonly number: number;
  lose(error: TransportError): void;
}

export const CLOSED = transportError('OPENOT_OPCUA_CLOSED', 'closed', 'reconnect');
export const REFUSED = transportError('OPENOT_OPCUA_REFUSED', 'refused', 'reconnect');
export const LOST = transportError('OPENOT_OPCUA_SESSION_LOST', 'lost', 'reconnect');

/** A shared connection whose openings and closings the test decides. */
export class FakeConnection extends SharedConnection<FakeLink> {
  /** What happened, in order. */
  readonly log: string[] = [];
  /** Runs in every opening; what it rejects with or answers is what the opening comes to. */
  opens: (signal: AbortSignal, link: FakeLink) => Promise<Opened<FakeLink>> = (_signal, link) =>
    Promise.resolve({ ok: true, link });
  /** Runs in every closing. */
  closes: () => Promise<unknown> = () => Promise.resolve();
  holdOff = 0;
  private number = 0;

  constructor(letGoMs = 10_000) {
    super(CLOSED, letGoMs);
  }

  unexpected(error: unknown): TransportError {
    return transportError('OPENOT_OPCUA_UNEXPECTED', errorText(error), 'reconnect');
  }

  protected open(signal: AbortSignal, onLost: (error: TransportError) => void): Promise<Opened<FakeLink>> {
    const number = ++this.number;
    this.log.push(`open ${number}`);
    signal.addEventListener('abort', () => this.log.push(`abort ${number}`));
    return this.opens(signal, { number, lose: onLost });
  }

  protected close({ number }: FakeLink, { code }: TransportError): Promise<unknown> {
    this.log.push(`close ${number} ${code}`);
    return this.closes();
  }

  protected override holdOffMs(): number {
    return this.holdOff;
  }

  protected stateOf(shared: ConnectionState): ConnectionState {
    return shared;
  }
}

/** A promise that the test ends. */
export class Gate<T> {
  finish!: (value: T) => void;
  readonly promise = new Promise<T>((resolve) => (this.finish = resolve));
}

/** Lets everything that can go on go on. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
