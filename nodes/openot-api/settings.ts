import type { NodeMessage } from 'node-red';
import { CodedError } from '../runtime/coded-error';
import { choiceOf, numberOf } from '../runtime/numbers';
import { asText, Evaluate, TypedProperty, typedProperty } from '../runtime/typed-property';
import { labels } from './labels';
import { UNKNOWN } from './served';
import { ToldParts } from './told';

/** The dialog's properties as they stand in a flow file. */
export interface ApiProperties {
  readonly name?: unknown;
  readonly direction?: unknown;
  readonly senderId?: unknown;
  readonly senderIdType?: unknown;
  readonly recipientId?: unknown;
  readonly recipientIdType?: unknown;
  readonly route?: unknown;
  readonly transactionId?: unknown;
  readonly userAgent?: unknown;
  readonly told?: unknown;
  readonly timeout?: unknown;
}

/** Milliseconds after which a call that has not ended is told as failed: limits and default; the help names them. */
export const TIMEOUT_MS = { fallback: 120_000, min: 100, max: 3_600_000 } as const;

/** What the properties mean. */
export class ApiSettings {
  readonly direction: 'served' | 'called';
  /** Empty: from the request. */
  readonly route: string;
  readonly userAgent: boolean;
  readonly timeoutMs: number;
  readonly told: ToldParts;
  private readonly sender: TypedProperty<string>;
  private readonly recipient: TypedProperty<string>;
  private readonly transaction: TypedProperty<string> | undefined;

  /** Throws OPENOT_CONFIG. */
  constructor(given: ApiProperties, evaluate: Evaluate) {
    const participant = (name: 'senderId' | 'recipientId'): TypedProperty<string> => {
      const found = typedProperty(
        { name: labels[name], value: given[name], type: given[`${name}Type`], own: 'str' },
        asText(''),
        evaluate
      );
      if (!found.isPerMessage && found.of({}) === '')
        throw new CodedError(
          'OPENOT_CONFIG',
          `the field "${labels[name]}" is empty: the open networks require both participants of a call`,
          labels[name]
        );
      return found;
    };
    this.direction = choiceOf(given.direction, labels.direction, ['served', 'called']);
    this.sender = participant('senderId');
    this.recipient = participant('recipientId');
    this.route = String(given.route ?? '').trim();
    const transactionId = String(given.transactionId ?? '').trim();
    this.transaction =
      transactionId === ''
        ? undefined
        : typedProperty(
            { name: labels.transactionId, value: transactionId, type: 'msg', own: 'msg' },
            asText(''),
            evaluate
          );
    this.userAgent = given.userAgent === true || given.userAgent === 'true';
    this.told = new ToldParts(given.told, labels.told, evaluate);
    this.timeoutMs = numberOf(given.timeout, { name: labels.timeout, ...TIMEOUT_MS });
  }

  /** Who calls whom; what a message does not say is unknown. Throws OPENOT_PROPERTY. */
  participantsOf(message: NodeMessage): { readonly senderId: string; readonly recipientId: string } {
    return {
      senderId: this.sender.of(message) || UNKNOWN,
      recipientId: this.recipient.of(message) || UNKNOWN
    };
  }

  /** Undefined where none is set, or the message has none. Throws OPENOT_PROPERTY. */
  transactionIdOf(message: NodeMessage): string | undefined {
    return this.transaction?.of(message) || undefined;
  }
}
