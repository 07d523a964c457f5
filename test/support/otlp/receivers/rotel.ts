import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Signal } from '../../../../lib/telemetry/otlp-types';
import { until } from '../../../e2e/support/process';
import { freePort } from '../../../e2e/support/runtime';
import { fromProtobuf } from '../official';
import { itemsOf } from '../requests';
import { installed, installReceivers, ReceiverProcess } from './receiver-process';

const binary = join(installed, '@streamfold/rotel-linux-x64/bin/rotel-agent');
const signals: readonly Signal[] = ['logs', 'metrics', 'traces'];

type PassedOn = Record<Signal, Record<string, unknown>[]>;

/**
 * Rotel, a collector written in Rust: reads OTLP/JSON strictly, into the types of the definitions, gzip or not, and
 * passes it on as OTLP/protobuf. That is taken here and decoded with the official codec: what another implementation
 * understood of our JSON, to the nanosecond and the last bit. It loses one thing, `asInt` as text, which OTLP demands:
 * such a point comes back without its value (`autotel.ts` has it).
 */
export class Rotel {
  private constructor(
    readonly endpoint: string,
    /** Everything that was passed on so far, by signal, as OTLP/JSON. */
    readonly passedOn: PassedOn,
    private readonly child: ReceiverProcess,
    private readonly sink: Server,
    private readonly folder: string
  ) {}

  static async start(port?: number): Promise<Rotel> {
    await installReceivers();
    if (!existsSync(binary))
      throw new Error(
        `no receiver for ${process.platform} ${process.arch}: Rotel comes from npm as a binary for linux x64`
      );
    const folder = await mkdtemp(join(tmpdir(), 'openot-rotel-'));
    const passedOn: PassedOn = { logs: [], metrics: [], traces: [] };
    const sink = createServer(
      (request, response) =>
        void take(request, passedOn).then((status) =>
          response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end()
        )
    );
    await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
    const target = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
    const http = port ?? (await freePort());
    const options = {
      'otlp-http-endpoint': `127.0.0.1:${http}`,
      'otlp-grpc-endpoint': `127.0.0.1:${await freePort()}`,
      exporter: 'otlp',
      'otlp-exporter-endpoint': target,
      'otlp-exporter-protocol': 'http',
      'batch-timeout': '20ms',
      'pid-file': join(folder, 'pid'),
      'log-file': join(folder, 'log')
    };
    const child = ReceiverProcess.start(
      binary,
      ['start', ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)],
      folder
    );
    try {
      await child.listening(http);
    } catch (error) {
      sink.close();
      throw error;
    }
    return new Rotel(`http://127.0.0.1:${http}`, passedOn, child, sink, folder);
  }

  /** What it printed: it names every request that it does not take. */
  get output(): string {
    return this.child.output;
  }

  /**
   * All items of a signal once there are `count` of them: log records, data points, spans. Rejects when they do not
   * come.
   */
  items(signal: Signal, count: number): Promise<Record<string, unknown>[]> {
    const found = (): Record<string, unknown>[] => this.passedOn[signal].flatMap((request) => itemsOf(signal, request));
    return until(
      `${count} ${signal} in the collector`,
      () => found().length >= count && found(),
      () => `${found().length} came\n${this.output}`
    );
  }

  async stop(): Promise<void> {
    await this.child.stop();
    this.sink.closeAllConnections();
    this.sink.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Answers 400 to what the official codec cannot read, so that it stays visible as missing. */
async function take(request: IncomingMessage, passedOn: PassedOn): Promise<number> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body =
      request.headers['content-encoding'] === 'gzip' ? gunzipSync(Buffer.concat(chunks)) : Buffer.concat(chunks);
    const signal = signals.find((candidate) => request.url === `/v1/${candidate}`)!;
    passedOn[signal].push(fromProtobuf(signal, body));
    return 200;
  } catch {
    return 400;
  }
}
