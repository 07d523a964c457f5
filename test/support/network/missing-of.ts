import type { Signal } from '../../../lib/telemetry/otlp-types';
import { Encoding, nameOf, Place, Requirement, requirements } from './requirements';

type Plain = Record<string, unknown>;

const keys = {
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  traces: ['resourceSpans', 'scopeSpans', 'spans']
} as const;

const list = (value: unknown): Plain[] => (Array.isArray(value) ? (value as Plain[]) : []);
const pointsOf = ({ gauge, sum }: Plain): Plain[] => list(((gauge ?? sum) as Plain | undefined)?.dataPoints);

/** All objects of a kind in a request. */
export function holders(signal: Signal, request: unknown, place: Place): Plain[] {
  const [resources, scopes, items] = keys[signal];
  const outer = list((request as Plain)[resources]);
  if (place === 'resource') return outer.map(({ resource }) => resource as Plain);
  const inner = outer.flatMap((entry) => list(entry[scopes]));
  if (place === 'scope') return inner.map(({ scope }) => scope as Plain);
  const all = inner.flatMap((entry) => list(entry[items]));
  if (place === 'item') return all;
  return place === 'point' ? all.flatMap(pointsOf) : all.flatMap(({ events }) => list(events));
}

/** Takes it away from one object. */
export function remove(holder: Plain, { attribute, field }: Requirement): void {
  if (field !== undefined) delete holder[field];
  else holder.attributes = list(holder.attributes).filter(({ key }) => key !== attribute);
}

function fulfils(holder: Plain, { attribute, field, is }: Requirement): boolean {
  if (field !== undefined) return field in holder && is(holder[field]);
  const found = list(holder.attributes).filter(({ key }) => key === attribute);
  return found.length === 1 && is(found[0].value);
}

/**
 * What of the open networks' specification a request does not carry, or carries wrongly, by name: as it stands in
 * `requirements`, with the number of objects where it is missing. A kind of object that is not there at all misses
 * everything. `but` names what is left aside, `table` what is asked.
 */
export function missingOf(
  signal: Signal,
  encoding: Encoding,
  request: unknown,
  but: readonly string[] = [],
  table: readonly Requirement[] = requirements(signal, encoding)
): string[] {
  return table
    .filter((requirement) => !but.includes(nameOf(requirement)))
    .flatMap((requirement) => {
      const all = holders(signal, request, requirement.place);
      const without = all.filter((holder) => !fulfils(holder, requirement)).length;
      return all.length === 0
        ? [`${nameOf(requirement)}: nowhere to be`]
        : without > 0
          ? [`${nameOf(requirement)}: ${without} of ${all.length}`]
          : [];
    });
}
