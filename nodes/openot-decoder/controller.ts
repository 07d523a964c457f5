import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import {
  BatchFacts,
  bytesFromPayload,
  BytesError,
  Item,
  PayloadBytes,
  itemsOfBatch,
  itemsOfConcatenation,
  LooseFacts
} from '../../lib/stream';
import { CodedError } from '../runtime/coded-error';
import { factsOf, trustItems } from '../delivery';
import { derive, splitMessages } from '../runtime/messages';

export interface DecoderSettings {
  readonly emit: 'batch' | 'item';
}

export interface DecoderPorts {
  nowNs(): bigint;
  /** A new id for `msg.parts`. */
  newId(): string;
}

/** What became of one message: what is to be sent, in order, and the trouble that is to be reported. */
export interface Decoded {
  readonly messages: NodeMessage[];
  readonly error?: CodedError;
}

export interface DecoderTotals {
  records: number;
  notices: number;
  errors: number;
  /** Milliseconds since the Unix epoch of the newest record's source time; undefined before the first. */
  newestMs: number | undefined;
}

/**
 * Bytes of one message, at most: its items take some hundred times as much memory, and the loop is busy as long as they
 * are made.
 */
export const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

/** The bytes of a payload; text and arrays are measured before anything is made of them. */
function limitedBytes(payload: unknown): PayloadBytes {
  const length = lengthOf(payload);
  const longest = typeof payload === 'string' ? MAX_PAYLOAD_BYTES * 4 : MAX_PAYLOAD_BYTES;
  if (length > longest) return tooLarge(`${length} ${typeof payload === 'string' ? 'characters' : 'bytes'}`);
  const bytes = bytesFromPayload(payload);
  return bytes.ok && bytes.bytes.length > MAX_PAYLOAD_BYTES ? tooLarge(`${bytes.bytes.length} bytes`) : bytes;
}

/** The bytes of a payload. Throws what is wrong with it. */
function bytesOf(payload: unknown): Buffer {
  if (isDecoded(payload))
    throw new CodedError(
      'OPENOT_ALREADY_DECODED',
      'msg.payload holds records that are decoded already: a second openot-decoder stands behind the ' +
        'first. Take one of them out of the wires'
    );
  const bytes = limitedBytes(payload);
  if (!bytes.ok) throw new CodedError(bytes.code, bytes.message);
  return bytes.bytes;
}

function isDecoded(payload: unknown): boolean {
  const first: unknown = Array.isArray(payload) ? payload[0] : payload;
  return typeof first === 'object' && first !== null && typeof (first as { kind?: unknown }).kind === 'string';
}

function lengthOf(payload: unknown): number {
  if (typeof payload === 'string') return payload.length;
  if (typeof payload !== 'object' || payload === null) return 0;
  const { length, data } = payload as { length?: unknown; data?: { length?: unknown } | null };
  const found = length ?? data?.length;
  return typeof found === 'number' ? found : 0;
}

function tooLarge(found: string): BytesError {
  return {
    ok: false,
    code: 'OPENOT_PAYLOAD_TOO_LARGE',
    message:
      `msg.payload has ${found}, at most ${MAX_PAYLOAD_BYTES} bytes are decoded in one message: send it in pieces ` +
      'of whole records'
  };
}

/** Bytes to items (docs/design.md 3). Holds nothing but its counters. */
export class DecoderController {
  readonly totals: DecoderTotals = { records: 0, notices: 0, errors: 0, newestMs: undefined };

  constructor(
    private readonly settings: DecoderSettings,
    private readonly ports: DecoderPorts
  ) {}

  /**
   * What is whole is delivered also when there is an error. Throws when the facts themselves are wrong, and when the
   * payload is no bytes: then nothing of the message is delivered.
   */
  decode(message: NodeMessageInFlow): Decoded {
    const given = factsOf(message.openot);
    const payload = bytesOf(message.payload);
    const { segments, notices, ...rest } = given as Partial<BatchFacts>;
    const isBatch = segments !== undefined || notices !== undefined;
    const decoded = isBatch
      ? itemsOfBatch(payload, { segments: segments ?? [], notices: notices ?? [] })
      : itemsOfConcatenation(payload);
    const facts: LooseFacts = isBatch ? rest : { bufferId: 0, receiveTimeNs: this.ports.nowNs().toString(), ...rest };
    const { error } = decoded;
    this.count(decoded.items, error);
    return {
      messages: this.messages(message, decoded.items, facts),
      ...(error === undefined ? {} : { error: new CodedError(error.code, error.message) })
    };
  }

  /** A message without records but with items or commit tokens is still sent. */
  private messages(message: NodeMessageInFlow, items: Item[], facts: LooseFacts): NodeMessage[] {
    if (items.length === 0 && (facts.commit ?? []).length === 0) return [];
    if (this.settings.emit === 'batch' || items.length === 0)
      return [derive(message, { payload: trustItems(items), openot: facts })];
    return splitMessages(message, items, facts, this.ports.newId());
  }

  private count(items: readonly Item[], error: BytesError | undefined): void {
    const { totals } = this;
    if (error !== undefined) totals.errors++;
    let newest: string | undefined;
    for (const item of items) {
      if (item.kind !== 'record') totals.notices++;
      else {
        totals.records++;
        newest = item.sourceTimeNs;
      }
    }
    if (newest !== undefined) totals.newestMs = Number(newest) / 1e6;
  }
}
