import type { NodeMessageInFlow } from 'node-red';
import type { MappedDocuments, MappedItems, NetworkProfile, OtelMapper } from '../../lib/telemetry';
import { factsOf, tokensOf } from '../delivery';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import { isWrongKind, kindOf, refusalOf, wrongPayload } from './incoming';
import { Mark, marksOf } from './settlements';
import type { MessageSettings } from './settings';

/** What a message became. */
export interface MessageItems {
  readonly settings: MessageSettings;
  readonly items: MappedItems;
  readonly count: number;
  /** Of its records. */
  readonly marks: readonly Mark[];
  /** Why a part of it could not be mapped; the rest goes on. */
  readonly refusal?: CodedError;
}

/** What the mapping needs of the others. */
export interface MappingPorts {
  readonly mapper: OtelMapper;
  network(): Pick<NetworkProfile, 'prepare'>;
  /** Decimal text, nanoseconds since the Unix epoch. */
  nowNs(): string;
}

/** Maps messages, and keeps count of what could not be. */
export class MessageMapping {
  /** Documents and status messages that could not be mapped. */
  refused = 0;
  /** Documents refused in the last message that held any. */
  lastRefused = 0;
  /** The last message was mapped with all signals off. */
  isSilent = false;
  /** By kind of message, the code with which the last one was refused whole; until one of its kind is mapped. */
  private readonly wrong = new Map<'documents' | 'status', string>();

  constructor(private readonly ports: MappingPorts) {}

  /** The code with which messages are refused whole at the moment. */
  get refusing(): string | undefined {
    return this.wrong.get('documents') ?? this.wrong.get('status');
  }

  /** Throws with a coded error where the whole message is refused, by this or by `settings`. */
  of(message: NodeMessageInFlow, settings: () => MessageSettings): MessageItems {
    const kind = kindOf(message.payload) === 'status' ? 'status' : 'documents';
    try {
      const { isMapped, ...made } = this.itemsOf(message, settings());
      if (isMapped) this.wrong.delete(kind);
      return made;
    } catch (thrown) {
      this.wrong.set(kind, (codedErrorOf(thrown) as CodedError).code);
      throw thrown;
    }
  }

  /** `isMapped`: there was something in it. */
  private itemsOf(message: NodeMessageInFlow, settings: MessageSettings): MessageItems & { isMapped: boolean } {
    const facts = factsOf(message.openot);
    const stream = facts.stream ?? '';
    const { logs, metrics, traces } = settings.mapping.signals;
    this.isSilent = !logs && !metrics && !traces;
    const mapped = this.mapped(message.payload, facts, settings);
    const found = mapped.documents.length + mapped.calls.length + mapped.deviceLogs.length;
    this.refused += mapped.problems.length;
    if (mapped.problems.length > 0 || found > 0) this.lastRefused = mapped.problems.length;
    const isWrong = isWrongKind(mapped.problems, found);
    const refusal = refusalOf(mapped.problems, mapped.of, isWrong);
    if (refusal !== undefined && isWrong) throw refusal;
    const { envelope } = settings;
    const items =
      envelope.profile === 'otlp'
        ? mapped
        : this.ports.network().prepare(mapped, mapped.documents, { stream }, envelope.settings);
    const count = items.logs.length + items.metrics.length + items.spans.length;
    // Nothing leaves that could tell it.
    if (refusal !== undefined && count === 0 && tokensOf(message).length === 0) throw refusal;
    return {
      settings,
      items,
      count,
      marks: marksOf(mapped.documents, stream),
      isMapped: found > 0 || (kindOf(message.payload) === 'status' && refusal === undefined),
      ...(refusal === undefined ? {} : { refusal })
    };
  }

  /** `of`: how many documents, or status messages, the payload has. */
  private mapped(
    payload: unknown,
    facts: ReturnType<typeof factsOf>,
    { mapping }: MessageSettings
  ): MappedDocuments & { of: number } {
    const { mapper } = this.ports;
    switch (kindOf(payload)) {
      case 'status':
        return {
          ...mapper.status(payload, facts, this.ports.nowNs(), mapping),
          documents: [],
          calls: [],
          deviceLogs: [],
          of: 1
        };
      case 'documents':
        return { ...mapper.documents(payload, facts, mapping), of: Array.isArray(payload) ? payload.length : 1 };
      case 'wrong':
        this.refused++;
        this.lastRefused = 1;
        throw wrongPayload(payload);
    }
  }
}
