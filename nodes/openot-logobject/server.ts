import type { LogError } from '../../lib/logobject';
import { createOpcuaLogs, OpcuaConnection, OpcuaLogs, OpenLogs, PageWarning } from '../../lib/transport/opcua';

/** One server of the node, by its endpoint node. */
export interface ServerPorts {
  readonly connection: OpcuaConnection;
  /** `host:port` as shown, without credentials. */
  readonly endpoint: string;
  readonly host: string;
  readonly objects: readonly string[];
  warn(warning: PageWarning): void;
}

/** The logs of one server: opened when they are needed, opened anew after the session was lost. */
export class LogServer {
  private readonly logs: OpcuaLogs;
  private opened: { readonly session: number; readonly logs: OpenLogs } | undefined;
  private readonly warned = new Set<string>();

  constructor(readonly ports: ServerPorts) {
    this.logs = createOpcuaLogs(ports.connection);
  }

  async open(): Promise<OpenLogs | LogError> {
    if (this.opened !== undefined && this.opened.session === this.logs.session) return this.opened.logs;
    const opened = await this.logs.open(this.ports.objects, (warning) => this.warnOnce(warning));
    if (!opened.ok) {
      const { code, message } = opened;
      return { ok: false, code, message, remedy: opened.remedy === 'refused' ? 'refused' : 'later' };
    }
    this.opened = { session: this.logs.session, logs: opened };
    return opened;
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
