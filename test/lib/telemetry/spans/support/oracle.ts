import { createHash } from 'node:crypto';
import { DocumentObject, EventDocument } from '../../../../../lib/document';
import { Span } from '../../../../../lib/telemetry/otlp-types';
import { EventType, Key } from '../../../../../lib/wire';
import { plain } from './reading';

/** A span in short: what the rules of docs/format.md 23 say of it. */
export interface Told {
  readonly kind: unknown;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly start: string;
  readonly end: string;
  /** `source/seq` of every record within. */
  readonly events: readonly string[];
  readonly truncation: unknown;
  readonly reversed: boolean;
  readonly reused: boolean;
  readonly error: boolean;
  readonly endSeq: unknown;
}

/** The same of a span that a span store handed out. */
export function toldBy(span: Span): Told {
  const attributes = plain(span.attributes);
  return {
    kind: attributes['openot.span.kind'],
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    start: span.startTimeUnixNano,
    end: span.endTimeUnixNano,
    events: span.events.map((event) => {
      const own = plain(event.attributes);
      return `${String(own['openot.source.id'])}/${String(own['openot.seq'])}`;
    }),
    truncation: attributes['openot.truncation.reason'],
    reversed: attributes['openot.clock.reversed'] === true,
    reused: attributes['openot.correlation.reused'] === true,
    error: span.status.code === 2,
    endSeq: attributes['openot.end.seq']
  };
}

interface Begun {
  kind: string;
  name: string;
  of: number;
  sourceId: number;
  state: number | undefined;
  digest: string;
  spanId: string;
  traceId: string;
  parentSpanId: string | undefined;
  start: bigint;
  events: string[];
  reused: boolean;
  error: boolean;
}

const sha = (parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex');

/**
 * The spans of one stream, told plainly: the whole history at once, each record once and in order, nothing forgotten.
 * No
 * limits, no restarts.
 */
export function tellSpans(history: readonly DocumentObject[], stream: string, stateSpans: boolean): Told[] {
  const told: Told[] = [];
  let open: Begun[] = [];
  const uses = new Map<string, Begun[]>();
  let life = '';
  let last = 0n;

  const close = (begun: Begun, end: bigint, truncation?: string, endSeq?: number): void => {
    open = open.filter((other) => other !== begun);
    const reversed = end < begun.start;
    const { kind, traceId, spanId, parentSpanId, events, reused, error } = begun;
    told.push({
      kind,
      traceId,
      spanId,
      parentSpanId,
      start: String(begun.start),
      end: String(reversed ? begun.start : end),
      events,
      truncation,
      reversed,
      reused,
      error,
      endSeq
    });
  };

  for (const document of history) {
    if (document.kind === 'loss') continue;
    const { runId, incarnation, sourceTimeNs, source } = document.provenance;
    const time = BigInt(sourceTimeNs as string);
    const now = `${incarnation}/${runId}`;
    if (life !== '' && now !== life)
      for (const begun of [...open])
        close(begun, last, life.split('/')[0] === String(incarnation) ? 'run' : 'incarnation');
    life = now;
    last = time;
    if (document.kind !== 'event') continue;

    const number = (key: number): number | undefined => numberIn(document, key);
    const identity = (...parts: (string | number)[]): (string | number)[] => [
      parts[0],
      stream,
      runId,
      ...parts.slice(1),
      ...(incarnation === 0 ? [] : [`i${incarnation}`])
    ];
    const begin = (
      kind: string,
      name: string,
      of: number,
      parts: (string | number)[],
      parent?: { traceId: string; spanId: string },
      state?: number
    ): void => {
      const digest = sha(parts);
      const before = kind === 'state' ? [] : (uses.get(digest) ?? []);
      const own = before.length === 0 ? digest : sha([...parts, source.id, document.seq]);
      const severity = document.fields.find(({ key }) => key === Key.severity);
      const error = kind === 'condition' && number(Key.conditionClass) === 0 && severity?.label === 'High';
      const begun: Begun = {
        kind,
        name,
        of,
        sourceId: source.id,
        state,
        digest,
        spanId: own.slice(0, 16),
        traceId: parent?.traceId ?? digest.slice(0, 32),
        parentSpanId: parent?.spanId,
        start: time,
        events: [],
        reused: before.length > 0,
        error
      };
      open.push(begun);
      uses.set(digest, [...before, begun]);
    };
    const seq = `${source.id}/${document.seq}`;
    const type = document.eventTypeId;
    const batch = number(Key.batchId);
    const idsOfBatch = (of: number): { traceId: string; spanId: string } => {
      const digest = sha(identity('openot/batch', of));
      const known = uses.get(digest);
      return known === undefined
        ? { traceId: digest.slice(0, 32), spanId: digest.slice(0, 16) }
        : known[known.length - 1];
    };

    if (type >= EventType.ConditionActive && type <= EventType.ConditionPriorityChanged) {
      const condition = number(Key.conditionId) as number;
      const correlation = number(Key.correlationId);
      if (correlation === undefined) {
        for (const begun of open) if (begun.kind === 'condition' && begun.of === condition) begun.events.push(seq);
        continue;
      }
      const name = `${condition}/${correlation}`;
      const begun = open.find((other) => other.kind === 'condition' && other.name === name);
      if (begun === undefined) {
        if (type === EventType.ConditionActive && number(Key.refreshId) === undefined)
          begin(
            'condition',
            name,
            condition,
            identity('openot/condition', condition, correlation),
            batch === undefined ? undefined : idsOfBatch(batch)
          );
      } else if (type === EventType.ConditionCleared) close(begun, time, undefined, document.seq);
      else begun.events.push(seq);
      continue;
    }
    if (batch !== undefined) {
      const begun = open.find((other) => other.kind === 'batch' && other.of === batch);
      const step = type === EventType.BatchEvent ? number(Key.newState) : undefined;
      if (step === 0) {
        if (begun !== undefined) close(begun, time, 'restarted');
        begin('batch', String(batch), batch, identity('openot/batch', batch));
      } else if (begun !== undefined && (step === 1 || step === 4)) close(begun, time, undefined, document.seq);
      else begun?.events.push(seq);
    }
    if (type === EventType.StateTransition) {
      const machine = number(Key.stateMachineId) as number;
      const begun = open.find(
        (other) => other.kind === 'state' && other.of === machine && other.sourceId === source.id
      );
      if (begun !== undefined)
        close(begun, time, begun.state === number(Key.previousState) ? undefined : 'gap', document.seq);
      const parent = [...open].reverse().find((other) => other.kind === 'batch' && other.sourceId === source.id);
      if (stateSpans)
        begin(
          'state',
          String(machine),
          machine,
          identity('openot/state', source.id, machine, document.seq),
          parent,
          number(Key.newState)
        );
    }
  }
  return told;
}

function numberIn(document: EventDocument, key: number): number | undefined {
  const field = document.fields.find((other) => other.key === key);
  return field === undefined ? undefined : (field.raw ?? (field.value as number));
}
