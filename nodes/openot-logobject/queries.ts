import type { NodeMessage, NodeStatus } from 'node-red';
import type { Send } from '../runtime/handle';
import { derive } from '../runtime/messages';
import { LogSearch, queryOf } from './query';
import type { LogServer } from './server';
import type { LogSettings } from './settings';
import { showFound, showSearching } from './show';

const SHOW_MS = 1000;

/** The searches of a node: each message is one, `stop` ends those under way. */
export class LogQueries {
  private readonly running = new Map<LogSearch, AbortController>();

  constructor(
    private readonly settings: LogSettings,
    private readonly servers: readonly LogServer[],
    private readonly show: (make: () => NodeStatus) => void,
    private readonly nowNs: () => bigint,
    private readonly newId: () => string
  ) {}

  /** Throws OPENOT_LOG_QUERY. */
  async handle(message: NodeMessage, send: Send): Promise<void> {
    if (message.topic === 'stop') return this.stop();
    const query = queryOf(message, this.settings, Number(this.nowNs() / 1_000_000n));
    const stopping = new AbortController();
    const id = this.newId();
    let index = 0;
    const part = (documents: unknown[], more: object): NodeMessage =>
      derive(message, { payload: documents, parts: { id, type: 'array', index: index++, len: BATCH, ...more } });
    let held: unknown[] | undefined;
    // The last message says how it ended, so one is always held back.
    const hand = async (documents: unknown[]): Promise<void> => {
      if (held !== undefined) send([part(held, {}), null]);
      held = documents;
      // Nodes behind this one, and a stop, get their turn between two messages.
      await new Promise<void>((resolve) => setImmediate(resolve));
    };
    const search = new LogSearch(this.servers, query, this.settings.pageSize, hand, stopping.signal, this.nowNs);
    this.running.set(search, stopping);
    const timer = setInterval(() => this.progress(search), SHOW_MS);
    this.progress(search);
    try {
      const result = await search.run();
      const { searched, ...said } = result;
      const last = part(held ?? [], { count: index + 1 });
      send([{ ...last, openot: { query: { ...said, searched } } } as NodeMessage, null]);
      for (const error of result.errors)
        send([null, { topic: error.endpoint, payload: { state: 'failed', ...error } }]);
      this.show(() => showFound(result.records, searched, result.errors.length, result.stopped));
    } finally {
      clearInterval(timer);
      this.running.delete(search);
    }
  }

  private progress(search: LogSearch): void {
    const { found, searched } = search;
    this.show(() => showSearching(found, searched));
  }

  private stop(): void {
    for (const [search, stopping] of this.running) {
      stopping.abort();
      search.stop();
    }
  }

  async close(): Promise<void> {
    this.stop();
    await Promise.all(this.servers.map((server) => server.close()));
  }
}

const BATCH = 500;
