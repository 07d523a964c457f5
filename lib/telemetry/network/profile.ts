import type { DocumentObject } from '../../document';
import { compareDecimal } from '../decimal';
import type { MappedItems, Signal } from '../otlp-types';
import { AuditTracker } from './audit-tracker';
import { auditItem, streamItem } from './audit-item';
import { auditAttributes, metricAttributes, spanAttributes } from './item-attributes';
import { networkRequest, NetworkRequestOf } from './request';
import type { NetworkSettings } from './settings';

/** What `prepare` needs to know of the message. */
export interface NetworkFacts {
  /** Name of the stream, empty without one. */
  readonly stream: string;
}

/**
 * The profile `network` of one openot-otel node (docs/format.md 24): what it remembers between calls is its
 * audit tracker.
 */
export interface NetworkProfile {
  /**
   * The items of one message with the attributes that the specification asks of items; nothing given is changed.
   * `documents[i]` is that of `items.logs[i]`; logs behind those have none (a clock that is suspect), nor have those of
   * a
   * status message. Call it once per message, in the order of the messages, right after mapping: the items can be kept
   * and
   * put together into requests later. Throws a RangeError where there are fewer logs than documents, unless logs are
   * off.
   */
  prepare(
    items: MappedItems,
    documents: readonly DocumentObject[],
    facts: NetworkFacts,
    settings: NetworkSettings
  ): MappedItems;
  /**
   * The export request of one signal's prepared items, in `settings.encoding`; `{resourceLogs: []}` and the like for
   * none.
   */
  request<S extends Signal>(signal: S, items: Partial<MappedItems>, settings: NetworkSettings): NetworkRequestOf[S];
  /** Whether the audit tracker changed since the last `image`. */
  readonly changed: boolean;
  /** The audit tracker as bytes for a state file. */
  image(): Uint8Array;
  /** Takes such an image. A bad one leaves the tracker empty: then the first change of each item has no duration. */
  restore(
    bytes: Uint8Array
  ): { readonly ok: true } | { readonly ok: false; readonly code: 'OPENOT_OTEL_AUDIT_IMAGE'; readonly message: string };
}

/** Options of a profile. */
export interface NetworkOptions {
  /** Machines and batches remembered; beyond it the one that changed longest ago goes. Default 500. */
  readonly maxAuditItems?: number;
  /** Changes remembered of each. Default 32. */
  readonly maxAuditChanges?: number;
}

/** A profile with an empty audit tracker. */
export function createNetworkProfile({
  maxAuditItems = 500,
  maxAuditChanges = 32
}: NetworkOptions = {}): NetworkProfile {
  const tracker = new AuditTracker({ maxItems: maxAuditItems, maxChanges: maxAuditChanges });
  return {
    prepare(items, documents, { stream }, settings) {
      if (items.logs.length > 0 && items.logs.length < documents.length)
        throw new RangeError(`prepare: ${items.logs.length} logs, but ${documents.length} documents`);
      const observedNs = latest(documents);
      return {
        logs: items.logs.map((log, i) => ({
          ...log,
          attributes: [
            ...auditAttributes(
              log,
              i < documents.length ? auditItem(documents[i], stream, tracker) : streamItem(stream)
            ),
            ...log.attributes
          ]
        })),
        metrics: items.metrics.map((metric) => ({
          ...metric,
          point: {
            ...metric.point,
            attributes: [
              ...metricAttributes(metric, observedNs ?? metric.point.timeUnixNano),
              ...metric.point.attributes
            ]
          }
        })),
        spans: items.spans.map((span) => ({
          ...span,
          attributes: [...spanAttributes(span, observedNs, stream, settings), ...span.attributes]
        }))
      };
    },
    request: (signal, items, settings) => networkRequest(signal, items, settings),
    get changed() {
      return tracker.changed;
    },
    image: () => new TextEncoder().encode(JSON.stringify({ version: IMAGE_VERSION, items: tracker.image() })),
    restore(bytes) {
      if (tracker.restore(itemsOf(bytes))) return { ok: true };
      return {
        ok: false,
        code: 'OPENOT_OTEL_AUDIT_IMAGE',
        message:
          'OPENOT_OTEL_AUDIT_IMAGE: the saved audit tracker is none of this version or is damaged; it begins anew, ' +
          'and the first change of each machine and batch has no item.duration'
      };
    }
  };
}

const IMAGE_VERSION = 1;

function itemsOf(bytes: Uint8Array): unknown {
  try {
    const image = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as {
      version?: unknown;
      items?: unknown;
    } | null;
    return image?.version === IMAGE_VERSION ? image.items : undefined;
  } catch {
    return undefined;
  }
}

/** The latest receive time of a message's documents: when what they tell was observed here. */
function latest(documents: readonly DocumentObject[]): string | undefined {
  let found: string | undefined;
  for (const { provenance } of documents) {
    if (found === undefined || compareDecimal(provenance.receiveTimeNs, found) > 0) found = provenance.receiveTimeNs;
  }
  return found;
}
