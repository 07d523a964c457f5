import { textAttribute } from '../attributes';
import type { KeyValue, Signal } from '../otlp-types';
import { checksumOf } from './checksum';
import type { NetworkSettings } from './settings';
import { uuidOf } from './uuid';

/** The specification's word for each signal. */
export const eventIds = { logs: 'AUDIT', metrics: 'METRIC', traces: 'API' } as const satisfies Record<Signal, string>;

/** Who speaks, of what. */
export interface ScopeOrigin {
  readonly eid: string;
  readonly producer: string;
  readonly domain: string;
}

/**
 * The id of a batch: over its content, so that a batch that is sent again has the same (docs/format.md 24). `content`
 * is the
 * checksum of its items, or their JSON where there is none: going over all of it twice would double the work.
 */
export function scopeUuid({ eid, producer, domain }: ScopeOrigin, content: string): string {
  return uuidOf('openot/scope', eid, producer, domain, content);
}

/**
 * What a receiver can check of a batch, each as far as it is switched on. The checksum is over the JSON of `items` as
 * `JSON.stringify` writes it, so the request must go out exactly like that.
 */
export function scopeAttributes(signal: Signal, items: readonly unknown[], settings: NetworkSettings): KeyValue[] {
  const attributes: KeyValue[] = [];
  const itemsJson = settings.scopeUuid || settings.checksum !== 'none' ? JSON.stringify(items) : '';
  const checksum = checksumOf(itemsJson, settings.checksum);
  if (settings.scopeUuid)
    attributes.push(
      textAttribute('scope_uuid', scopeUuid({ eid: eventIds[signal], ...settings }, checksum ?? itemsJson))
    );
  if (checksum !== undefined) attributes.push(textAttribute('checksum', checksum));
  if (settings.count) attributes.push({ key: 'count', value: { intValue: String(items.length) } });
  if (settings.schemaUrl !== '') attributes.push(textAttribute('schema_url', settings.schemaUrl));
  return attributes;
}
