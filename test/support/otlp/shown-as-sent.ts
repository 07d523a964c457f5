import type { ShownLog } from './receivers/autotel';
import { attributesOf, Json } from './requests';

/** The logs that are shown are those that were sent: by uid, ids, severity and text, in any order. */
export function shownAsSent(shown: readonly ShownLog[], sent: readonly Json[]): void {
  shown
    .map(({ attributes, traceId, spanId, severityNumber, severityText, body }) =>
      [attributes['log.record.uid'], traceId, spanId, severityNumber, severityText, body].join('\n')
    )
    .sort()
    .should.deepEqual(
      sent
        .map((log) =>
          [
            attributesOf(log)['log.record.uid']!.stringValue,
            log.traceId,
            log.spanId,
            log.severityNumber,
            log.severityText,
            (log.body as Json).stringValue
          ].join('\n')
        )
        .sort()
    );
}
