import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import { OtlpSender, Rejected, Said, SenderPorts, SenderSettings, SenderStatus } from '../../lib/otlp';
import { CodedError } from '../shared/coded-error';
import type { Send } from '../shared/handle';
import { derive, tokensOf } from '../shared/messages';
import { notARequest, textOfPayload } from './payload';

/** What the node does with what the sender tells. */
export interface OtlpEvents {
  /** A message for the second output. */
  onRejected(message: NodeMessage): void;
  onSaid(said: Said): void;
  onFault(thrown: unknown): void;
}

/** Messages to the sender, and back: each leaves when all that was in it has an outcome, in the order of arrival. */
export class OtlpController {
  private readonly sender: OtlpSender;

  constructor(ports: SenderPorts, settings: SenderSettings, events: OtlpEvents) {
    this.sender = new OtlpSender(ports, settings, {
      onRejected: (payload: Rejected) => events.onRejected({ topic: 'rejected', payload } as NodeMessage),
      onChange: (said) => events.onSaid(said),
      onFault: (thrown) => events.onFault(thrown)
    });
  }

  /** The promise resolves when the message has left; never, when the node closes before. Throws OPENOT_OTLP_PAYLOAD, OPENOT_OTLP_QUEUE_FULL. */
  take(message: NodeMessageInFlow, pass: Send): Promise<void> {
    const text = textOfPayload(message.payload);
    const stream = (message.openot as { stream?: unknown } | null | undefined)?.stream;
    return new Promise((resolve, reject) => {
      const offered = this.sender.offer(text, {
        hasToken: tokensOf(message).length > 0,
        ...(typeof stream === 'string' ? { stream } : {}),
        done: (counts) => {
          pass([derive(message, { otlp: { ...counts } } as NodeMessage), null]);
          resolve();
        }
      });
      if (offered.ok) return;
      reject(offered.code === 'OPENOT_OTLP_PAYLOAD' ? notARequest(offered.message) : new CodedError(offered.code, offered.message));
    });
  }

  status(): SenderStatus {
    return this.sender.status();
  }

  /** Resolves with how many items are gone: nobody knows whether they were accepted, and nobody reads them again. */
  close(limitMs: number): Promise<number> {
    return this.sender.close(limitMs);
  }
}
