import type { Hashes } from '../hashes';
import { checksumOf } from './checksum';
import { eventIds, scopeUuid } from './scope';
import type { NetworkChecksum } from './settings';

/** A request of one resource and one scope, whatever its encoding: the parts that a slice needs. */
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

/** Whether an export request has the envelope of the open networks: such a one is sent as it is, never put together with others. */
export function isNetworkRequest(request: unknown): boolean {
  return unwrap(request) !== undefined;
}

/**
 * The same envelope around items `from` to before `to`, with count, checksum and scope_uuid made anew: for a sender that
 * has to halve a request. Undefined where that cannot be done rightly: no such request, or a checksum that was made otherwise.
 */
export function sliceNetworkRequest<T>(request: T, from: number, to: number, hashes: Hashes): T | undefined {
  const wrapped = unwrap(request);
  return wrapped === undefined ? undefined : (sealed(wrapped, wrapped.items.slice(from, to), hashes) as T | undefined);
}

/**
 * The same for a part that was put together otherwise, some points of a metric say: `part` is a request with the envelope of
 * `whole` around it, and gets count, checksum and scope_uuid of its own.
 */
export function resealNetworkRequest<T>(whole: unknown, part: T, hashes: Hashes): T | undefined {
  const [from, to] = [unwrap(whole), unwrap(part)];
  return from === undefined || to === undefined || from.keys !== to.keys ? undefined : (sealed(from, to.items, hashes) as T | undefined);
}

function sealed(wrapped: Wrapped, items: readonly unknown[], hashes: Hashes): unknown {
  const attributes = renewed(wrapped, items, hashes);
  if (attributes === undefined) return undefined;
  const { request, keys, resource, scoped, scope } = wrapped;
  const part = { ...scoped, scope: { ...scope, attributes }, [keys.items]: items };
  return { ...request, [keys.resources]: [{ ...resource, [keys.scopes]: [part] }] };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const only = (value: unknown): Record<string, unknown> | undefined => (Array.isArray(value) && value.length === 1 && isObject(value[0]) ? value[0] : undefined);

function unwrap(request: unknown): Wrapped | undefined {
  if (!isObject(request)) return undefined;
  for (const keys of shapes) {
    const resource = only(request[keys.resources]);
    const scoped = only(resource?.[keys.scopes]);
    if (resource === undefined || scoped === undefined) continue;
    const items = scoped[keys.items];
    if (!isObject(scoped.scope) || !Array.isArray(items) || textOf(attributesOf(resource.resource), 'eid') !== keys.eid) return undefined;
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

function renewed({ resource, scope, eid, items }: Wrapped, slice: readonly unknown[], hashes: Hashes): Record<string, unknown>[] | undefined {
  const attributes = attributesOf(scope);
  const checksum = textOf(attributes, 'checksum');
  const algorithm = checksum === undefined ? 'none' : algorithms[checksum.length];
  if (algorithm === undefined || checksumOf(JSON.stringify(items), algorithm, hashes) !== checksum) return undefined;
  const about = attributesOf(resource.resource);
  const origin = { eid, producer: textOf(about, 'producer') ?? '', domain: textOf(about, 'domain') ?? '' };
  const json = JSON.stringify(slice);
  const sum = checksumOf(json, algorithm, hashes);
  const anew: Readonly<Record<string, (value: unknown) => unknown>> = {
    scope_uuid: () => ({ stringValue: scopeUuid(origin, sum ?? json, hashes) }),
    checksum: () => ({ stringValue: sum }),
    // Text or number: as the encoding of the request has it.
    count: (value) => ({ intValue: isObject(value) && typeof value.intValue === 'number' ? slice.length : String(slice.length) })
  };
  return attributes.map((attribute) => {
    const make = Object.hasOwn(anew, String(attribute.key)) ? anew[String(attribute.key)] : undefined;
    return make === undefined ? attribute : { ...attribute, value: make(attribute.value) };
  });
}
