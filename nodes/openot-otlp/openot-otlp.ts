import type { Node, NodeAPI, NodeDef } from 'node-red';
import { DEFAULT_ENDPOINT, Dropped, shownUrl, systemSenderPorts } from '../../lib/otlp';
import type { Signal } from '../../lib/telemetry';
import { buildNode } from '../runtime/build-node';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import { CLOSE_LIMIT_MS, handle } from '../runtime/handle';
import { DeliveryPort } from '../delivery';
import { migrated } from '../runtime/migrated';
import { STATUS_INTERVAL_MS } from '../runtime/status';
import { OtlpController } from './controller';
import { OtlpCredentials, OtlpProperties, otlpSettings } from './settings';
import { isLogs } from './payload';
import { showOtlp } from './show';
import { Address, Line, LogThrottle } from './log-throttle';

interface OtlpDef extends NodeDef, OtlpProperties {}

/** Milliseconds that a node which closes goes on sending what nobody would read again: less than its close may take. */
const LAST_TRY_MS = CLOSE_LIMIT_MS - 1000;

function droppedText({ items, points, kept }: Dropped): string {
  const parts =
    items === 0
      ? []
      : [`${items} items that no commit token brings again. Keep msg.openot.commit in the messages to this node`];
  if (kept > 0) parts.push(`${kept} items that were kept in memory, since "When away" is best effort: they are lost`);
  if (points > 0)
    parts.push(
      `${points} data points: those of records come again with their tokens, those of a reader's status do not`
    );
  return `the collector had not accepted when this node closed: ${parts.join('; ')}`;
}

const init = (RED: NodeAPI): void => {
  function OpenotOtlp(this: Node, saved: OtlpDef): void {
    RED.nodes.createNode(this, saved);
    const delivery = new DeliveryPort(RED, this, {
      end: 'sink',
      needsFacts: ({ payload }) => isLogs(payload)
    });
    buildNode(
      this,
      (status) => {
        const settings = otlpSettings(RED, this, migrated(saved), (this as Node<OtlpCredentials>).credentials ?? {});
        const addressOf = (signal: Signal): Address => ({
          whole: shownUrl(settings.endpoints[signal].url),
          origin: settings.endpoints[signal].url.origin,
          isDefault: (saved.endpoint ?? '') === '' && settings.endpoints[signal].url.origin === DEFAULT_ENDPOINT
        });
        const throttle = new LogThrottle(() => performance.now(), {
          logs: addressOf('logs'),
          metrics: addressOf('metrics'),
          traces: addressOf('traces')
        });
        let dropped = 0;
        const say = (line: Line | undefined): void => {
          if (line === undefined || delivery.isClosed) return;
          if (line.level === 'log') this.log(line.text);
          else if (line.level === 'warn') this.warn(`${line.code}: ${line.text}`);
          else this.error(new CodedError(line.code, line.text), {});
        };
        const show = (): void => {
          const now = controller.status();
          const { troubled, sinceMs, said } = now;
          const isWaitedFor = troubled.length > 0 && settings.whenAway !== 'bestEffort';
          const { cause = 'sent again', code = '' } = said ?? {};
          delivery.noteTrouble(
            isWaitedFor && sinceMs !== undefined ? { cause, sinceMs, ...(code === '' ? {} : { code }) } : undefined
          );
          status.set(() => showOtlp(controller.status(), { ms: performance.now(), wallMs: Date.now() }));
        };
        const controller = new OtlpController(systemSenderPorts(settings.maxInFlight), settings, {
          onRejected: (message) => delivery.send([null, message], (output) => this.send(output)),
          onFault: (thrown) => this.error(codedErrorOf(thrown), {}),
          ackStatus: (session, serial) => delivery.acknowledgements.ackStatus(session, serial),
          onReport: (said) => {
            show();
            say(throttle.lineOf(said));
          },
          onDropped: (count) => {
            dropped += count;
            say(throttle.droppedLine(dropped));
          }
        });
        // Ages and waits change without an answer.
        const timer = setInterval(show, STATUS_INTERVAL_MS);
        show();
        handle(this, (message, send) =>
          delivery.through(message, send, (pass) => {
            const left = controller.take(message, pass);
            show();
            return left;
          })
        );
        return async () => {
          clearInterval(timer);
          const lost = await controller.close(LAST_TRY_MS);
          // Without a message: it goes to the log, since the Catch nodes of a flow that stops are closed by now.
          if (lost.items + lost.points + lost.kept > 0)
            this.error(new CodedError('OPENOT_OTLP_DROPPED', droppedText(lost)));
        };
      },
      { release: () => delivery.close(), deploys: RED.events, delivery }
    );
  }
  RED.nodes.registerType('openot-otlp', OpenotOtlp, {
    credentials: { token: { type: 'password' }, headers: { type: 'password' } }
  });
};
export = init;
