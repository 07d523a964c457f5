import type { LogError } from '../../lib/logobject';
import {
  createOpcuaLogs,
  EventFilterName,
  OpcuaConnection,
  OpcuaLogs,
  OpenLogs,
  PageWarning
} from '../../lib/transport/opcua';

/** One server of the node, by its endpoint node. */
export interface ServerPorts {
  readonly connection: OpcuaConnection;
  /** `host:port` as shown, without credentials. */
  readonly endpoint: string;
  readonly host: string;
  readonly objects: readonly string[];
  readonly feed: 'records' | 'events';
  readonly eventFilter: EventFilterName;
  warn(warning: PageWarning): void;
}

/** The logs of one server: opened when they are needed, opened anew after the session was lost. */
export class LogServer {
  private readonly logs: OpcuaLogs;
  private opened: { readonly session: number; readonly logs: OpenLogs } | undefined;
  private readonly warned = new Set<string>();
  /** Called when an event says that there is something new; undefined: events are not listened to. */
  onEvent: (() => void) | undefined;

  constructor(readonly ports: ServerPorts) {
    this.logs = createOpcuaLogs(ports.connection);
  }

  async open(): Promise<OpenLogs | LogError> {
    if (this.opened !== undefined && this.opened.session === this.logs.session) return this.opened.logs;
    const opened = await this.openNow();
    if (!opened.ok) {
      const { code, message } = opened;
      return { ok: false, code, message, remedy: opened.remedy === 'refused' ? 'refused' : 'later' };
    }
    this.opened = { session: this.logs.session, logs: opened };
    if (this.ports.feed === 'records') await this.listen();
    return opened;
  }

  private openNow(): ReturnType<OpcuaLogs['open']> {
    const { objects, feed, eventFilter } = this.ports;
    if (feed === 'events' && this.onEvent !== undefined) return this.logs.openEvents(eventFilter, this.onEvent);
    return this.logs.open(objects, (warning) => this.warnOnce(warning));
  }

  /** A server without events is read at the interval all the same. */
  private async listen(): Promise<void> {
    if (this.onEvent === undefined) return;
    const listening = await this.logs.signal(this.ports.eventFilter, this.onEvent);
    if (listening.ok || listening.code !== 'OPENOT_LOG_EVENTS') return;
    this.warnOnce({ code: listening.code, message: `${listening.message}: its log is read at the interval` });
  }

  /** What was found does not count any more: the next one looks again. */
  forget(): void {
    this.opened = undefined;
  }

  private warnOnce(warning: PageWarning): void {
    if (this.warned.has(warning.code)) return;
    this.warned.add(warning.code);
    this.ports.warn(warning);
  }

  close(): Promise<void> {
    return this.logs.close();
  }
}
