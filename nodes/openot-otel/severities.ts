import type { NodeMessage } from 'node-red';
import type { SeverityOverride } from '../../lib/telemetry';
import { CodedError } from '../runtime/coded-error';
import { Check, Evaluate, TypedProperty, typedProperty } from '../runtime/typed-property';
import { labels } from './labels';
import { rowsOf } from './resource';

/** Rows of the table, at most. */
export const MAX_SEVERITY_OVERRIDES = 256;

/** The short names of OpenTelemetry's severities; the first is number 1. */
export const severityNames: readonly string[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [
  name,
  `${name}2`,
  `${name}3`,
  `${name}4`
]);

const severity: Check<number | undefined> = (value, refuse) => {
  if (value === undefined) return undefined;
  const byName = typeof value === 'string' ? severityNames.indexOf(value.trim().toUpperCase()) + 1 : 0;
  const number =
    byName > 0
      ? byName
      : typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')
        ? Number(value)
        : NaN;
  if (!Number.isInteger(number) || number < 1 || number > 24)
    throw refuse('a severity from 1 (TRACE) to 24 (FATAL4), or its name');
  return number;
};

/** The severities that stand in place of the mapping's own, by event name (docs/format.md 21). */
export class Severities {
  private readonly rows: ReadonlyArray<{
    readonly event: string;
    readonly severity: TypedProperty<number | undefined>;
  }>;
  private readonly fixed: Record<string, SeverityOverride> | undefined;

  /** `given`: rows {event, severity, type}. Throws OPENOT_CONFIG. */
  constructor(given: unknown, evaluate: Evaluate) {
    const seen = new Set<string>();
    this.rows = rowsOf(given, labels.severityOverrides, MAX_SEVERITY_OVERRIDES).map((row, index) => {
      const event = typeof row.event === 'string' ? row.event.trim() : '';
      if (event === '') throw new CodedError('OPENOT_CONFIG', `the severity ${index + 1} has no event name`);
      if (seen.has(event))
        throw new CodedError(
          'OPENOT_CONFIG',
          `the severity of the event ${event} stands there twice: expected every event once`
        );
      seen.add(event);
      return {
        event,
        severity: typedProperty(
          { name: `severity of ${event}`, value: row.severity, type: row.type, own: 'choice' },
          severity,
          evaluate
        )
      };
    });
    if (this.rows.every(({ severity }) => !severity.isPerMessage)) this.fixed = this.table({});
  }

  /** Throws OPENOT_PROPERTY when the message brings no severity; one that it does not bring overrides nothing. */
  of(message: NodeMessage): Readonly<Record<string, SeverityOverride>> {
    return this.fixed ?? this.table(message);
  }

  private table(message: NodeMessage): Record<string, SeverityOverride> {
    const found = this.rows
      .map(({ event, severity }) => [event, severity.of(message)] as const)
      .filter((row): row is [string, number] => row[1] !== undefined);
    return Object.fromEntries(found.map(([event, number]) => [event, { number }]));
  }
}
