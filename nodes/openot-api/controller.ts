import type { NodeMessage } from 'node-red';
import type { Clock } from '../../lib/base';
import { traceContextOf, traceIdOfTransaction, traceparentOf } from '../../lib/telemetry';
import type { ApiDocument } from '../../lib/telemetry';
import { CodedError } from '../runtime/coded-error';
import { derive } from '../runtime/messages';
import { CallFacts, looseOf, OpenCall } from './call';
import { outcomeOf, placeBefore, RequestNode } from './called';
import { ownHeaders } from './old-headers';
import type { OpenCalls } from './open-calls';
import { servedOf, ServedRequest, ServedResponse } from './served';
import type { ApiSettings } from './settings';
import { CallStamp, innermost, stampsOf, withStamps } from './stamps';

/** What the node is made of. */
export interface ApiPorts {
  readonly id: string;
  /** Of the node; empty: it has no second one. */
  readonly name: string;
  readonly settings: ApiSettings;
  readonly calls: OpenCalls;
  readonly clock: Pick<Clock, 'nowNs' | 'monotonicMs'>;
  /** So many random bytes, as lowercase hex. */
  randomHex(bytes: number): string;
  /** The `http request` that the message is about to reach. */
  requestNode(): RequestNode | undefined;
  /** Does it stand alone behind an `http request`? Then the call began there. */
  isBehind(): boolean;
}

/** Trace and parent of a call. */
type Origin = Pick<CallFacts, 'traceId' | 'parentSpanId' | 'transactionId'>;

/**
 * Takes down calls: a message that comes within no call of this name begins one, a message of one that began elsewhere
 * ends it. What it gives back goes on; the documents come by `OpenCalls.listen`.
 */
export class ApiController {
  readonly totals = { calls: 0, failed: 0 };
  /** What was served is a call once, by however many wires its message comes. */
  private readonly served = new WeakMap<ServedResponse, CallStamp>();

  constructor(private readonly ports: ApiPorts) {}

  /** The message as it goes on. Throws where no call can be made of it; then it goes on as it came. */
  take(message: NodeMessage): NodeMessage {
    const { id, settings } = this.ports;
    const stamps = stampsOf(message);
    const own = innermost(stamps, ({ name, at }) => name === this.pairName && at !== id);
    if (own !== undefined) return this.end(message, own, stamps);
    if (this.ports.isBehind())
      throw new CodedError(
        'OPENOT_API_NO_BEGIN',
        'the message did not come through the http request before this node: wire it there, or put a second ' +
          'openot-api of the same name before the http request'
      );
    return settings.direction === 'served' ? this.beginServed(message) : this.beginCalled(message, id);
  }

  /** A message reaches the `http request` behind which this node stands alone: the call begins. */
  beginBehind(message: NodeMessage): NodeMessage {
    return this.beginCalled(message, `${this.ports.id}/request`);
  }

  /** Counts a call that has ended. */
  count({ status }: ApiDocument): void {
    this.totals.calls++;
    if (status === 'Error') this.totals.failed++;
  }

  /** Without a name a node ends no other's call. */
  private get pairName(): string {
    const { name, id } = this.ports;
    return name === '' ? `#${id}` : name;
  }

  private beginServed(message: NodeMessage): NodeMessage {
    const { settings, calls, id } = this.ports;
    const request = servedOf(message);
    const { response, headers } = request;
    const known = this.served.get(response);
    if (known !== undefined) return withStamps(message, [...others(message, known), known]);
    const { userAgent } = settings;
    const call = this.open(message, id, {
      spanKind: 'Server',
      ...request.place,
      ...(userAgent && typeof headers['user-agent'] === 'string' ? { userAgent: headers['user-agent'] } : {}),
      ...this.origin(message, traceContextOf(headers.traceparent))
    });
    const stamp = this.stampOf(call, id);
    this.served.set(response, stamp);
    this.watch(request, call);
    calls.begin(call, settings.timeoutMs);
    return withStamps(message, [...others(message, stamp), stamp]);
  }

  /** The call ends when its answer has gone out, or when whoever called has gone. */
  private watch({ response }: ServedRequest, { facts: { spanId } }: OpenCall): void {
    const { calls } = this.ports;
    response.once('finish', () => calls.end(spanId, { statusCode: response.statusCode }));
    response.once('close', () => {
      if (response.writableFinished) return;
      const failure = { type: 'aborted', code: 'ECONNRESET', msg: 'the caller went away' } as const;
      calls.end(spanId, { statusCode: 0, failure });
    });
  }

  private beginCalled(message: NodeMessage, at: string): NodeMessage {
    const { settings, calls } = this.ports;
    const headers = ownHeaders((message as { headers?: unknown }).headers);
    const given = Object.keys(headers).find((name) => name.toLowerCase() === 'traceparent');
    const outer = innermost(stampsOf(message), ({ name }) => name !== this.pairName);
    const context = traceContextOf(given === undefined ? undefined : headers[given]) ?? outer;
    const call = this.open(message, at, {
      spanKind: 'Client',
      ...placeBefore(message, this.ports.requestNode()),
      ...this.origin(message, context)
    });
    if (given !== undefined) delete headers[given];
    headers.traceparent = traceparentOf(call.facts);
    const stamp = this.stampOf(call, at);
    calls.begin(call, settings.timeoutMs);
    return withStamps(derive(message, { headers } as NodeMessage), [...others(message, stamp), stamp]);
  }

  /** Of a call that was served the answer is still to be sent: only what is told of it is taken here. */
  private end(message: NodeMessage, stamp: CallStamp, stamps: readonly CallStamp[]): NodeMessage {
    const { calls, settings } = this.ports;
    const call = calls.of(stamp.spanId);
    call?.addEvent('response_info', settings.told.of(message));
    if (call?.facts.spanKind === 'Server') {
      if (looseOf((message as { error?: unknown }).error).message !== undefined)
        call.failure = { type: 'failed', code: 'none', msg: 'the flow that serves it failed' };
      return message;
    }
    calls.end(stamp.spanId, { ...outcomeOf(message), ...(settings.route === '' ? {} : { route: settings.route }) });
    return withStamps(
      message,
      stamps.filter((other) => other !== stamp)
    );
  }

  private open(
    message: NodeMessage,
    at: string,
    known: Omit<CallFacts, 'name' | 'senderId' | 'recipientId' | 'spanId'>
  ): OpenCall {
    const { settings, name, clock, id } = this.ports;
    const route = settings.route === '' ? known.route : settings.route;
    const facts: CallFacts = {
      ...known,
      route,
      name: name === '' ? `${known.method} ${route}` : name,
      ...settings.participantsOf(message),
      spanId: this.ports.randomHex(8)
    };
    const call = new OpenCall(facts, id, clock);
    if (at === id) call.addEvent('request_info', settings.told.of(message));
    return call;
  }

  /** By the trace that the call brings, else by its transaction, else a new one. */
  private origin(message: NodeMessage, context: { traceId: string; spanId: string } | undefined): Origin {
    const transactionId = this.ports.settings.transactionIdOf(message);
    const transaction = transactionId === undefined ? {} : { transactionId };
    if (context !== undefined) return { traceId: context.traceId, parentSpanId: context.spanId, ...transaction };
    return {
      traceId: transactionId === undefined ? this.ports.randomHex(16) : traceIdOfTransaction(transactionId),
      ...transaction
    };
  }

  private stampOf({ facts: { traceId, spanId } }: OpenCall, at: string): CallStamp {
    return { name: this.pairName, at, traceId, spanId };
  }
}

/** The calls that a message is within beside this one: a call of the same name has ended, or never will. */
const others = (message: NodeMessage, { name }: CallStamp): CallStamp[] =>
  stampsOf(message).filter((stamp) => stamp.name !== name);
