import { OpenotError } from '../base';
import { createOtlpJsonWriter } from '../telemetry/json';
import { Counts } from './pending-messages';
import { endpointsOf } from './endpoints';
import { Rejected } from './rejected';
import { CollectorReport } from './collector-report';
import { OtlpSender } from './sender';
import type { Dropped, SenderStatus } from './sender-status';
import { SenderSettings } from './settings';
import { systemSenderPorts } from './system-ports';

/** Where to, and what is to be told. Without an endpoint the `OTEL_EXPORTER_OTLP_…` variables count. */
export interface OpenSenderOptions extends Partial<Omit<SenderSettings, 'endpoints'>> {
  /** Base of all signals, as `http://localhost:4318` (the default): `/v1/logs` and so on are put behind it. */
  readonly endpoint?: string;
  /** For `authorization: Bearer …`. */
  readonly token?: string;
  /** Further headers, as `name: value` one a line. */
  readonly headers?: string;
  readonly compression?: 'gzip' | 'none';
  /** Milliseconds for one request. */
  readonly timeoutMs?: number;
  /** `http://user:password@host:port`, or `none`. Default: the variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. */
  readonly proxy?: string;
  /** Items that the collector does not take. Absent: `process.emitWarning`; their `send` counts them, too. */
  readonly onRejected?: (rejected: Rejected) => void;
  /** What the collector says, at each answer; `retry` = it is away, and tried again. */
  readonly onReport?: (said: CollectorReport) => void;
  /** Environment variables. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A running sender to one collector. */
export interface OpenSender {
  /**
   * Sends an export request, as an object or its JSON text, until every item of it was accepted or refused for good;
   * how many of them were. While the collector is away it waits, and tries again.
   * @throws OpenotError OPENOT_OTLP_PAYLOAD (rejects) when that is no export request.
   */
  send(request: object | string): Promise<Counts>;
  status(): SenderStatus;
  /** Sends what is left, for `limitMs` at most (default 5,000); what was dropped. What waits in `send` stays open. */
  close(limitMs?: number): Promise<Dropped>;
}

/**
 * Sends to a collector by OTLP/HTTP in JSON (docs/format.md 25): tries again as long as it takes, finds the one bad
 * item in a request that is refused, accounts for every item. What comes in the same moment goes in one request.
 *
 * @throws OpenotError OPENOT_CONFIG when an address or header is wrong.
 *
 * @example
 * ```ts
 * import { openSender } from '@openot/node-red/otlp';
 *
 * const sender = openSender({ endpoint: 'http://localhost:4318', compression: 'gzip' });
 * const { accepted, items } = await sender.send({ resourceLogs: [] }); // of assembleRequest
 * console.log(`${accepted} of ${items}`);
 * await sender.close();
 * ```
 */
export function openSender(options: OpenSenderOptions = {}): OpenSender {
  const { endpoint = '', token = '', headers = '', compression = '', proxy = '', ...others } = options;
  const { timeoutMs, env = process.env, ...rest } = others;
  const { onRejected = warnOfRejected, onReport, ...settings } = rest;
  const found = endpointsOf(
    { endpoint, endpoints: {}, compression, token, headers, proxy, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    (name) => env[name]
  );
  if (!found.ok) throw new OpenotError({ code: 'OPENOT_CONFIG', message: found.message });
  const json = createOtlpJsonWriter();
  const { maxInFlight = 4 } = settings;
  const sender = new OtlpSender(
    systemSenderPorts(maxInFlight),
    { maxItems: 500, maxBytes: 4_194_304, ...settings, maxInFlight, endpoints: found.endpoints },
    { onRejected, onChange: (said) => onReport?.(said) }
  );
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const offered = sender.offer(typeof request === 'string' ? request : json.text(request), {
          hasToken: true,
          done: resolve
        });
        if (!offered.ok) reject(new OpenotError(offered));
      }),
    status: () => sender.status(),
    close: (limitMs = 5000) => sender.close(limitMs)
  };
}

const warnOfRejected = ({ signal, count, code, message }: Rejected): void =>
  process.emitWarning(`${count} of ${signal} were not accepted: ${message}`, { type: 'OpenotWarning', code });
