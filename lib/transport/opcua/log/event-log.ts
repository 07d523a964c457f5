import type { LogError, LogFacts, LogPage, LogPort, LogRecord, LogRequest } from '../../../logobject';
import type { TransportError } from '../../transport';
import type { SharedOpcuaConnection } from '../connection';
import type { EventFilterName } from './api';
import { type EventWatch, watchEvents } from './event-watch';
import type { LogEvent } from './event-record';
import { logErrorOf } from './log-errors';
import { readNamespaces } from '../namespaces';
import { readServerFacts } from './server-facts';

/** Events that are kept, to be handed on again where what follows has lost them; the oldest goes first. */
const MOST_EVENTS = 20_000;

/**
 * The events of a server as a log of our own, from the moment on at which they are listened to. It is read as any
 * other, but for one thing: it tells since when it holds everything (docs/format.md 29.8).
 */
export class EventLog implements LogPort {
  private events: { readonly id: string; readonly record: LogRecord }[] = [];
  private readonly ids = new Set<string>();
  private namespaces: readonly string[] = [];
  private watch: EventWatch | undefined;
  private watchedSession = 0;
  private heldFrom = 0n;

  constructor(
    private readonly connection: SharedOpcuaConnection,
    private readonly filter: EventFilterName,
    private readonly onEvent: () => void
  ) {}

  async facts(): Promise<LogFacts | LogError> {
    const isNew = this.watch?.isAlive !== true || this.watchedSession !== this.connection.session;
    const listening = isNew ? await this.listen() : undefined;
    if (listening !== undefined) return logErrorOf(listening);
    const facts = await readServerFacts(this.connection);
    if (!facts.ok) return logErrorOf(facts);
    // The clock was read after the listening began: nothing after that moment went by unheard.
    if (isNew && facts.value.deviceTicks > this.heldFrom) this.heldFrom = facts.value.deviceTicks;
    return { ok: true, ...facts.value, heldFrom: this.heldFrom };
  }

  private async listen(): Promise<TransportError | undefined> {
    const { session } = this.connection;
    const namespaces = await readNamespaces(this.connection);
    if (!namespaces.ok) return namespaces;
    this.namespaces = namespaces.value;
    this.heldFrom = 1n;
    const watch = await watchEvents(this.connection, this.filter, (event) => this.keep(event));
    if (!watch.ok) return watch;
    this.watch = watch;
    this.watchedSession = session;
    return undefined;
  }

  private keep({ id, record, isOverflow }: LogEvent): void {
    if (this.ids.has(id)) return;
    if (isOverflow) this.missedUntil(record.ticks);
    else {
      this.ids.add(id);
      this.events.push({ id, record });
    }
    if (this.events.length > MOST_EVENTS) {
      const [gone] = this.events.splice(0, 1);
      this.ids.delete(gone.id);
      this.missedUntil(gone.record.ticks);
    }
    this.onEvent();
  }

  private missedUntil(ticks: bigint): void {
    if (ticks >= this.heldFrom) this.heldFrom = ticks + 1n;
  }

  async getRecords({ start, end, minimumSeverity }: LogRequest): Promise<LogPage> {
    const records = this.events
      .map(({ record }) => record)
      .filter(({ ticks, severity }) => ticks >= start && ticks <= end && severity >= minimumSeverity);
    return { ok: true, records, continuationPoint: null, namespaces: this.namespaces };
  }

  async release(): Promise<void> {
    // One page has everything: there is no point to give back.
  }

  async stop(): Promise<void> {
    await this.watch?.stop();
    this.watch = undefined;
  }
}
