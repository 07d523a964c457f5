import type { DocumentObject } from '../document';

/** Letters that German writes out where it has to do without them. Other accents are dropped. */
const WRITTEN_OUT: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  Ä: 'Ae',
  Ö: 'Oe',
  Ü: 'Ue',
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'Ae',
  ø: 'oe',
  Ø: 'Oe',
  å: 'a',
  Å: 'A'
};
/** Log records of losses and placeholders have these names: an event of the same name must not be taken for one. */
const TAKEN: ReadonlySet<string> = new Set(['loss', 'placeholder']);

/**
 * Snake case of an event's name, whatever a vendor called it: `ValueChanged` is `value_changed`, `PLCFault`
 * `plc_fault`,
 * `Step2Done` `step2_done`, `Füllstand hoch` `fuellstand_hoch`. Letters of other scripts stay. Empty when nothing is
 * left.
 */
export function snakeCase(name: string): string {
  return name
    .normalize('NFC')
    .replace(/[äöüÄÖÜßẞæÆøØåÅ]/g, (letter) => WRITTEN_OUT[letter])
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’]/g, '')
    .normalize('NFC')
    .replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, '_')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
}

/** The name of an event's log records: the same for every record of the event type (docs/format.md 21). */
export function nameOfEvent(name: string): string {
  const snake = snakeCase(name);
  // A name without a letter: openot.event.type_id tells which event it is.
  if (snake === '') return 'openot.event';
  return TAKEN.has(snake) ? `openot.${snake}_event` : `openot.${snake}`;
}

/** Names are few and short, out of the definition, but a message may bring any. */
const MAX_KEPT = 1024;
const MAX_LENGTH = 256;

/** Event names of documents, each worked out once. */
export class EventNames {
  private readonly names = new Map<string, string>();

  /** `openot.value_changed`, `openot.loss`, `openot.placeholder`. */
  of(document: DocumentObject): string {
    if (document.kind !== 'event') return document.kind === 'loss' ? 'openot.loss' : 'openot.placeholder';
    const { eventName } = document;
    let name = this.names.get(eventName);
    if (name === undefined) {
      if (this.names.size >= MAX_KEPT) this.names.clear();
      name = nameOfEvent(eventName);
      if (eventName.length <= MAX_LENGTH) this.names.set(eventName, name);
    }
    return name;
  }
}
