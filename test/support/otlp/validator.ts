/**
 * Whether a request is OTLP/JSON by the official definitions (`definitions.ts`) and by the OTLP specification's rules
 * for JSON: lowerCamelCase keys and no others, ids in lowercase hex, 64-bit integers as decimal text, enumerations as
 * integers, bytes in base64; beyond that by what docs/format.md 21 promises.
 */
import type { Signal } from '../../../lib/telemetry/otlp-types';
import { definition, FieldDefinition, MessageDefinition, requestName, Scalar } from './definitions';
import {
  exactlyOne,
  idLengths,
  mayBeEmpty,
  Problem,
  required,
  requiredOfDeviceLog,
  requiredOfPoints,
  Rule,
  timeOrder,
  uniqueBy,
  zeroTimes
} from './rules';

/** Everything that is wrong with a request: an object, or its text (in which a bare NaN is no JSON at all). */
export function problemsOf(signal: Signal, request: unknown): Problem[] {
  const problems: Problem[] = [];
  const report = (rule: Rule, path: string, found: unknown): void =>
    void problems.push({ rule, path, found: shown(found) });
  let content = request;
  if (typeof request === 'string') {
    try {
      content = JSON.parse(request);
    } catch {
      report('not-json', '', request);
      return problems;
    }
  }
  checkMessage(definition(requestName(signal)), content, '', report);
  return problems;
}

/** Throws with the first of what is wrong, as a test wants it. */
export function assertValid(signal: Signal, request: unknown): void {
  const problems = problemsOf(signal, request);
  if (problems.length === 0) return;
  const lines = problems.slice(0, 8).map(({ rule, path, found }) => `  ${rule}: ${path} is ${found}`);
  throw new Error(`no valid OTLP/JSON request of ${signal}, ${problems.length} problems:\n${lines.join('\n')}`);
}

type Report = (rule: Rule, path: string, found: unknown) => void;

function checkMessage(message: MessageDefinition, value: unknown, path: string, report: Report): void {
  if (!isPlainObject(value)) return report(value === null ? 'null' : 'not-an-object', path, value);
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  for (const [key, member] of Object.entries(value)) {
    const field = message.fields.get(key);
    if (field === undefined) report(message.fields.has(camel(key)) ? 'snake-case' : 'unknown-key', at(key), member);
    else if (member === null || member === undefined) report('null', at(key), member);
    else if (field.repeated) checkList(field, member, at(key), report);
    else checkOne(field, member, at(key), report);
  }
  checkPresence(message, value, at, report);
}

/** A record of a device's log; a gap in one is a record of ours. */
function isDeviceLog({ attributes, eventName }: Record<string, unknown>): boolean {
  const isLogObject = (one: unknown): boolean => isPlainObject(one) && one.key === 'opcua.log_object';
  return eventName === undefined && Array.isArray(attributes) && attributes.some(isLogObject);
}

function checkPresence(
  message: MessageDefinition,
  value: Record<string, unknown>,
  at: (key: string) => string,
  report: Report
): void {
  for (const key of isDeviceLog(value) ? requiredOfDeviceLog : (required[message.name] ?? [])) {
    const member = value[key];
    if (isMissing(member, key, `${message.name}.${key}`)) report('missing', at(key), member);
  }
  for (const key of requiredOfPoints[message.name] ?? []) {
    const points = Array.isArray(value.dataPoints) ? value.dataPoints : [];
    points.forEach(
      (point: unknown, index) =>
        isPlainObject(point) &&
        isMissing(point[key], key, '') &&
        report('missing', `${at('dataPoints')}[${index}].${key}`, point[key])
    );
  }
  const groups = new Map<string, string[]>();
  for (const { name, oneOf } of message.fields.values()) {
    if (oneOf === undefined) continue;
    const set = groups.get(oneOf) ?? [];
    if (name in value) set.push(name);
    groups.set(oneOf, set);
  }
  for (const [group, set] of groups) {
    if (set.length > 1) report('one-of-many', at(group), set);
    if (set.length === 0 && exactlyOne.has(message.name)) report('one-of-none', at(group), value);
  }
  const order = timeOrder[message.name];
  if (order !== undefined) {
    const [first, last] = order.map((key) => value[key]);
    if (isInteger(first) && isInteger(last) && BigInt(first) > BigInt(last))
      report('time-order', at(order[1]), `${first} after ${last}`);
  }
  if ('spanId' in value && !('traceId' in value)) report('id-alone', at('spanId'), value.spanId);
}

/** Not there, or what protobuf takes for not there: an empty text or list, a time or an enumeration of 0. */
function isMissing(member: unknown, key: string, name: string): boolean {
  if (Array.isArray(member)) return member.length === 0 && !mayBeEmpty.has(key);
  if (member === '0') return /TimeUnixNano$/i.test(key) && !zeroTimes.has(name);
  return member === undefined || member === '' || member === 0;
}

function checkList(field: FieldDefinition, value: unknown, path: string, report: Report): void {
  if (!Array.isArray(value)) return report('not-an-array', path, value);
  value.forEach((entry, index) =>
    entry === null || entry === undefined
      ? report('null', `${path}[${index}]`, entry)
      : checkOne(field, entry, `${path}[${index}]`, report)
  );
  const unique = 'message' in field.type ? uniqueBy[field.type.message] : undefined;
  if (unique === undefined) return;
  const seen = new Set<unknown>();
  value.forEach((entry, index) => {
    if (!isPlainObject(entry)) return;
    const identity = unique.of(entry);
    if (seen.has(identity)) report(unique.rule, `${path}[${index}].${unique.key}`, entry[unique.key]);
    seen.add(identity);
  });
}

function checkOne(field: FieldDefinition, value: unknown, path: string, report: Report): void {
  if ('message' in field.type) return checkMessage(definition(field.type.message), value, path, report);
  if ('enumeration' in field.type) {
    if (!field.type.enumeration.includes(value as number)) report('enumeration', path, value);
    return;
  }
  const length = idLengths[field.name];
  if (field.type.scalar === 'bytes' && length !== undefined) return checkId(value, length, path, report);
  const broken = scalarProblem(field.type.scalar, value);
  if (broken !== undefined) report(broken, path, value);
}

function checkId(value: unknown, length: number, path: string, report: Report): void {
  if (typeof value !== 'string' || !/^[0-9a-f]*$/.test(value)) return report('id-form', path, value);
  if (value.length !== length) return report('id-length', path, value);
  if (/^0*$/.test(value)) report('id-zero', path, value);
}

/** Smallest and largest value of each type of integer. */
const ranges: Readonly<Partial<Record<Scalar, readonly [bigint, bigint]>>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  sfixed32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sint64: [-(2n ** 63n), 2n ** 63n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n]
};

function scalarProblem(scalar: Scalar, value: unknown): Rule | undefined {
  if (scalar === 'string') return typeof value === 'string' && !/\p{Surrogate}/u.test(value) ? undefined : 'string';
  if (scalar === 'bool') return typeof value === 'boolean' ? undefined : 'bool';
  if (scalar === 'bytes')
    return typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value
      ? undefined
      : 'base64';
  if (scalar === 'double' || scalar === 'float')
    return typeof value === 'number' && Number.isFinite(value) ? undefined : 'double';
  const [low, high] = ranges[scalar]!;
  if (scalar.endsWith('64')) {
    if (typeof value !== 'string') return 'int64-not-text';
    if (!isInteger(value)) return 'int64-form';
    return BigInt(value) >= low && BigInt(value) <= high ? undefined : 'int64-range';
  }
  return Number.isInteger(value) && (value as number) >= Number(low) && (value as number) <= Number(high)
    ? undefined
    : 'int32';
}

/** Decimal text without a plus, leading zeros or -0. */
const isInteger = (value: unknown): value is string => typeof value === 'string' && /^(0|-?[1-9][0-9]*)$/.test(value);

const camel = (key: string): string => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function shown(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : typeof value === 'bigint'
        ? `${value}n`
        : (JSON.stringify(value) ?? String(value));
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
