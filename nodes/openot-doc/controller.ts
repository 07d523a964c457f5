import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import type { Binding } from '../../lib/definition';
import { createFormatter, DocumentProfile, Formatter } from '../../lib/document';
import type { LooseFacts } from '../../lib/stream';
import { factsOf, itemsOf } from '../delivery';
import { derive, splitMessages, withoutCommit } from '../runtime/messages';

export interface DocSettings {
  readonly profile: DocumentProfile;
  readonly format: 'object' | 'json' | 'ndjson';
  readonly emit: 'batch' | 'document';
  readonly outputs: 1 | 3;
}

export interface DocTotals {
  events: number;
  losses: number;
  placeholders: number;
}

/** A message and the output it leaves by, from 0. */
export interface Addressed {
  readonly port: number;
  readonly message: NodeMessage;
}

type Kind = 'event' | 'loss' | 'placeholder';
/** One document in the format that was asked for: an object, or its JSON text. */
interface Made {
  readonly kind: Kind;
  readonly document: unknown;
}

const portOf: Record<Kind, number> = { event: 0, loss: 1, placeholder: 2 };

/** Items to documents (docs/design.md 3 and 8). */
export class DocController {
  readonly totals: DocTotals = { events: 0, losses: 0, placeholders: 0 };
  /** In the last batch that gave documents. */
  lastPlaceholders = 0;
  private readonly formatter: Formatter;

  constructor(
    private readonly settings: DocSettings,
    private readonly bind: (facts: LooseFacts) => Binding,
    private readonly newId: () => string
  ) {
    this.formatter = createFormatter({ profile: settings.profile });
  }

  /**
   * The messages in the order they are to be sent. The first output's come last: its last message carries the commit
   * tokens.
   */
  document(message: NodeMessageInFlow): Addressed[] {
    const facts = factsOf(message.openot);
    const items = itemsOf(message.payload);
    const made = this.make(items, facts);
    if (made.length > 0) this.lastPlaceholders = made.filter(({ kind }) => kind === 'placeholder').length;
    for (const { kind } of made)
      this.totals[kind === 'event' ? 'events' : kind === 'loss' ? 'losses' : 'placeholders']++;

    // What has no document (a lap, a restart) is still handed on, by the first output.
    const isBare = made.length === 0 && items.length > 0;
    if (this.settings.outputs === 1) return this.address(0, made, message, facts, isBare);
    const ports = [2, 1, 0].map((port) => ({ port, documents: made.filter(({ kind }) => portOf[kind] === port) }));
    return ports.flatMap(({ port, documents }) =>
      this.address(port, documents, message, port === 0 ? facts : withoutCommit(facts), port === 0 && isBare)
    );
  }

  private make(items: ReturnType<typeof itemsOf>, facts: LooseFacts): Made[] {
    const binding = this.bind(facts);
    if (this.settings.format === 'object')
      return this.formatter.objects(items, facts, binding).map((document) => ({ kind: document.kind, document }));
    return this.formatter.texts(items, facts, binding).map((text) => ({ kind: kindOfText(text), document: text }));
  }

  /**
   * The messages of one output. Nothing to say is not said, unless commit tokens (or items without a document) wait.
   */
  private address(
    port: number,
    made: readonly Made[],
    message: NodeMessageInFlow,
    facts: LooseFacts,
    evenEmpty: boolean
  ): Addressed[] {
    if (made.length === 0 && !evenEmpty && (facts.commit ?? []).length === 0) return [];
    const documents = made.map(({ document }) => document);
    const { emit } = this.settings;
    const messages =
      emit === 'batch' || documents.length === 0
        ? [derive(message, { payload: this.whole(documents), openot: facts })]
        : splitMessages(
            message,
            documents.map((document) => this.single(document)),
            facts,
            this.newId()
          );
    return messages.map((made) => ({ port, message: made }));
  }

  private whole(documents: readonly unknown[]): unknown {
    switch (this.settings.format) {
      case 'object':
        return documents;
      case 'json':
        return `[${documents.join(',')}]`;
      case 'ndjson':
        return documents.length === 0 ? '' : documents.join('\n') + '\n';
    }
  }

  private single(document: unknown): unknown {
    return this.settings.format === 'ndjson' ? `${document as string}\n` : document;
  }
}

/** Every document's text begins `{"kind":"event"`, `"loss"` or `"placeholder"` (docs/format.md 17). */
function kindOfText(text: string): Kind {
  switch (text[9]) {
    case 'l':
      return 'loss';
    case 'p':
      return 'placeholder';
    default:
      return 'event';
  }
}
