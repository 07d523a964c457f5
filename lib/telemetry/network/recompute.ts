import { isObject } from '../../base';
import { checksumOf } from './checksum';
import { eventIds, scopeUuid } from './scope';
import type { NetworkChecksum } from './settings';

/** A request of one resource and one scope, taken apart. */
interface Wrapped {
  readonly request: Record<string, unknown>;
  readonly keys: { readonly resources: string; readonly scopes: string; readonly items: string };
  readonly resource: Record<string, unknown>;
  readonly scoped: Record<string, unknown>;
  readonly scope: Record<string, unknown>;
  readonly eid: string;
  readonly items: readonly unknown[];
}

const shapes = [
  { eid: eventIds.logs, resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' },
  { eid: eventIds.metrics, resources: 'resourceMetrics', scopes: 'scopeMetrics', items: 'metrics' },
  { eid: eventIds.traces, resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' }
] as const;

/**
 * A part of a request, with count, checksum and scope_uuid of its own: `part` is a request with some of the items of
 * `whole`
 * in its envelope, as a sender makes it that has to halve. Undefined where that cannot be done rightly: one of them is
 * no
 * such request, or the checksum of `whole` was made otherwise. An envelope of the open networks holds one resource with
 * one
 * scope, whatever the encoding.
 */
export function recomputeNetworkRequest<T>(whole: unknown, part: T): T | undefined {
  const [from, to] = [unwrap(whole), unwrap(part)];
  if (from === undefined || to === undefined || from.keys !== to.keys) return undefined;
  const attributes = renewed(from, to.items);
  if (attributes === undefined) return undefined;
  const { request, keys, resource, scoped, scope } = to;
  return {
    ...request,
    [keys.resources]: [{ ...resource, [keys.scopes]: [{ ...scoped, scope: { ...scope, attributes } }] }]
  } as T;
}

const only = (value: unknown): Record<string, unknown> | undefined =>
  Array.isArray(value) && value.length === 1 && isObject(value[0]) ? value[0] : undefined;

function unwrap(request: unknown): Wrapped | undefined {
  if (!isObject(request)) return undefined;
  for (const keys of shapes) {
    const resource = only(request[keys.resources]);
    const scoped = only(resource?.[keys.scopes]);
    if (resource === undefined || scoped === undefined) continue;
    const items = scoped[keys.items];
    if (!isObject(scoped.scope) || !Array.isArray(items) || textOf(attributesOf(resource.resource), 'eid') !== keys.eid)
      return undefined;
    return { request, keys, resource, scoped, scope: scoped.scope, eid: keys.eid, items };
  }
  return undefined;
}

function attributesOf(holder: unknown): Record<string, unknown>[] {
  return isObject(holder) && Array.isArray(holder.attributes) ? holder.attributes.filter(isObject) : [];
}

function textOf(attributes: readonly Record<string, unknown>[], wanted: string): string | undefined {
  const value = attributes.find(({ key }) => key === wanted)?.value;
  return isObject(value) && typeof value.stringValue === 'string' ? value.stringValue : undefined;
}

/** Digits of each algorithm's checksum. */
const algorithms: Readonly<Record<number, NetworkChecksum>> = { 32: 'md5', 64: 'sha256' };

function renewed(
  { resource, scope, eid, items }: Wrapped,
  part: readonly unknown[]
): Record<string, unknown>[] | undefined {
  const attributes = attributesOf(scope);
  const checksum = textOf(attributes, 'checksum');
  const algorithm = checksum === undefined ? 'none' : algorithms[checksum.length];
  if (algorithm === undefined || checksumOf(JSON.stringify(items), algorithm) !== checksum) return undefined;
  const about = attributesOf(resource.resource);
  const origin = { eid, producer: textOf(about, 'producer') ?? '', domain: textOf(about, 'domain') ?? '' };
  const json = JSON.stringify(part);
  const sum = checksumOf(json, algorithm);
  const anew: Readonly<Record<string, (value: unknown) => unknown>> = {
    scope_uuid: () => ({ stringValue: scopeUuid(origin, sum ?? json) }),
    checksum: () => ({ stringValue: sum }),
    // Text or number: as the encoding of the request has it.
    count: (value) => ({
      intValue: isObject(value) && typeof value.intValue === 'number' ? part.length : String(part.length)
    })
  };
  return attributes.map((attribute) => {
    const make = Object.hasOwn(anew, String(attribute.key)) ? anew[String(attribute.key)] : undefined;
    return make === undefined ? attribute : { ...attribute, value: make(attribute.value) };
  });
}
