import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import { createOtlpJsonWriter } from '../../lib/telemetry';
import {
  Dropped,
  OtlpSender,
  Rejected,
  CollectorReport,
  SenderPorts,
  SenderSettings,
  SenderStatus
} from '../../lib/otlp';
import { CodedError } from '../runtime/coded-error';
import type { Send } from '../runtime/handle';
import { derive } from '../runtime/messages';
import { AckStatus, OwnTokens } from '../delivery';
import { notARequest, textOfPayload } from './payload';

/** What the node does with what the sender tells. */
export interface OtlpEvents {
  /** A message for the second output. */
  onRejected(message: NodeMessage): void;
  onReport(said: CollectorReport): void;
  /** So many items were let go of. */
  onDropped(count: number): void;
  onFault(thrown: unknown): void;
  /** What the tracker of this process knows of a token. */
  ackStatus(session: string, serial: number): AckStatus;
}

/** Messages to the sender, and back: each leaves when all that was in it has an outcome, in the order of arrival. */
export class OtlpController {
  private readonly sender: OtlpSender;
  private readonly tokens: OwnTokens;
  private readonly json = createOtlpJsonWriter();

  constructor(ports: SenderPorts, settings: SenderSettings, events: OtlpEvents) {
    this.tokens = new OwnTokens((session, serial) => events.ackStatus(session, serial));
    this.sender = new OtlpSender(ports, settings, {
      onRejected: (payload: Rejected) => events.onRejected({ topic: 'rejected', payload } as NodeMessage),
      onChange: (said) => events.onReport(said),
      onDropped: (count) => events.onDropped(count),
      onFault: (thrown) => events.onFault(thrown)
    });
  }

  /**
   * The promise resolves when the message has left; never, when the node closes before. Throws OPENOT_OTLP_PAYLOAD,
   * OPENOT_OTLP_QUEUE_FULL.
   */
  take(message: NodeMessageInFlow, pass: Send): Promise<void> {
    // The answer of openot-otel to whoever asked for its metrics comes by the same wire as these, and is no telemetry.
    if (message.topic === 'registry' && Array.isArray(message.payload)) return Promise.resolve();
    const text = textOfPayload(message.payload, this.json);
    const stream = (message.openot as { stream?: unknown } | null | undefined)?.stream;
    const sequence = (message as { parts?: { id?: unknown } | null }).parts?.id;
    return new Promise((resolve, reject) => {
      const offered = this.sender.offer(text, {
        hasToken: this.tokens.of(message).length > 0,
        ...(typeof stream === 'string' ? { stream } : {}),
        ...(typeof sequence === 'string' ? { sequence } : {}),
        done: (counts) => {
          pass([derive(message, { otlp: { ...counts } } as NodeMessage), null]);
          resolve();
        }
      });
      if (offered.ok) return;
      reject(
        offered.code === 'OPENOT_OTLP_PAYLOAD'
          ? notARequest(offered.message)
          : new CodedError(offered.code, offered.message)
      );
    });
  }

  status(): SenderStatus {
    return this.sender.status();
  }

  /** Resolves with how many items are gone: not known to be accepted, and not read again for certain. */
  close(limitMs: number): Promise<Dropped> {
    return this.sender.close(limitMs);
  }
}
