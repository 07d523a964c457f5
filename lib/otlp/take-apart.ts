import type { Signal } from '../telemetry/otlp-types';
import { skipSpace, skipValue, walkArray, walkObject } from './json-slices';

/**
 * What stands around items, as text: an export request, a resource, a scope, a metric. `before` ends with the opening
 * of the
 * array that holds what is inside, all other members in front of it. Two frames with the same texts are the same frame.
 */
export interface Frame {
  readonly parent?: Frame;
  before: string;
  after: string;
}

/** One log record, data point or span, cut out of the request that brought it. */
export interface Item {
  readonly text: string;
  /** As UTF-8. */
  readonly bytes: number;
  /** The innermost one. */
  readonly frame: Frame;
}

/** An export request taken apart. */
export interface TakenApart {
  readonly ok: true;
  readonly signal: Signal;
  readonly items: readonly Item[];
  /**
   * The request as it came; only where a checksum or a count in its scope covers it (docs/format.md 24), so that it
   * must be sent so.
   */
  readonly checksummed?: string;
}

/** What came is no export request: what was expected, and where. */
export interface NotARequest {
  readonly ok: false;
  readonly message: string;
}

/** Per key of the request: its signal, and the keys of the arrays inside. */
const SHAPES: Readonly<Record<string, { readonly signal: Signal; readonly scopes: string; readonly items: string }>> = {
  resourceLogs: { signal: 'logs', scopes: 'scopeLogs', items: 'logRecords' },
  resourceMetrics: { signal: 'metrics', scopes: 'scopeMetrics', items: 'metrics' },
  resourceSpans: { signal: 'traces', scopes: 'scopeSpans', items: 'spans' }
};
const POINT_KINDS: readonly string[] = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];
/** Attributes of a scope that cover the items in it. */
const CHECKSUM_SCOPE: readonly string[] = ['checksum', 'count', 'scope_uuid'];

class Refusal extends Error {}

/** Takes the JSON text of an export request apart into its items. */
export function takeApart(text: string): TakenApart | NotARequest {
  const walk = new Walk(text);
  try {
    return walk.request();
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, message: thrown.message };
    throw thrown;
  }
}

class Walk {
  private readonly items: Item[] = [];
  private isChecksummed = false;

  constructor(private readonly text: string) {}

  request(): TakenApart {
    const start = skipSpace(this.text, 0);
    const root = this.frame();
    let found: string | undefined;
    this.holder(
      start,
      'the request',
      root,
      (key) => key in SHAPES,
      (key, at) => {
        found = key;
        return this.list(at, key, (element, path) => this.resource(element, path, root, key));
      }
    );
    if (found === undefined)
      throw new Refusal('an object with resourceLogs, resourceMetrics or resourceSpans was expected');
    return {
      ok: true,
      signal: SHAPES[found].signal,
      items: this.items,
      ...(this.isChecksummed ? { checksummed: this.text } : {})
    };
  }

  private resource(at: number, path: string, parent: Frame, key: string): number {
    const frame = this.frame(parent);
    const { scopes } = SHAPES[key];
    return this.holder(
      at,
      path,
      frame,
      (name) => name === scopes,
      (name, valueAt) =>
        this.list(valueAt, `${path}.${name}`, (element, scopePath) => this.scope(element, scopePath, frame, key))
    );
  }

  private scope(at: number, path: string, parent: Frame, key: string): number {
    const frame = this.frame(parent);
    const { items, signal } = SHAPES[key];
    return this.holder(
      at,
      path,
      frame,
      (name) => name === items,
      (name, valueAt) =>
        this.list(valueAt, `${path}.${name}`, (element, itemPath) =>
          signal === 'metrics' ? this.metric(element, itemPath, frame) : this.item(element, frame)
        )
    );
  }

  /** A metric is a frame around its points. One of a kind that is not known here is an item by itself. */
  private metric(at: number, path: string, parent: Frame): number {
    const frame = this.frame(parent);
    const inner = this.frame();
    let hasPoints = false;
    const end = this.holder(
      at,
      path,
      frame,
      (name) => POINT_KINDS.includes(name),
      (name, kindAt) =>
        this.holder(
          kindAt,
          `${path}.${name}`,
          inner,
          (key) => key === 'dataPoints',
          (key, pointsAt) => {
            hasPoints = true;
            return this.list(pointsAt, `${path}.${name}.${key}`, (element) => this.item(element, frame));
          }
        )
    );
    if (!hasPoints) return this.item(at, parent);
    frame.before = frame.before.slice(0, -1) + inner.before;
    frame.after = inner.after + frame.after.slice(1);
    return end;
  }

  private item(at: number, frame: Frame): number {
    const end = skipValue(this.text, at);
    const text = this.text.slice(at, end);
    this.items.push({ text, bytes: Buffer.byteLength(text), frame });
    return end;
  }

  /** An object that holds what is inside in one of its members: every other one goes into the frame. */
  private holder(
    at: number,
    path: string,
    frame: Frame,
    isInside: (key: string) => boolean,
    inside: (key: string, valueAt: number) => number
  ): number {
    if (this.text[at] !== '{') throw new Refusal(`${path} must be an object`);
    let held = '';
    const others: string[] = [];
    const end = walkObject(this.text, at, (key, valueAt) => {
      if (isInside(key)) {
        if (held !== '') throw new Refusal(`${path} has ${held} and ${key}: only one was expected`);
        held = key;
        return inside(key, valueAt);
      }
      const valueEnd = skipValue(this.text, valueAt);
      const value = this.text.slice(valueAt, valueEnd);
      if (key === 'scope') this.isChecksummed ||= isChecksumScope(value);
      others.push(`${JSON.stringify(key)}:${value}`);
      return valueEnd;
    });
    frame.before = `{${[...others, `${JSON.stringify(held)}:[`].join(',')}`;
    frame.after = ']}';
    return end;
  }

  private list(at: number, path: string, element: (at: number, path: string) => number): number {
    if (this.text[at] !== '[') throw new Refusal(`${path} must be an array`);
    let index = 0;
    return walkArray(this.text, at, (elementAt) => element(elementAt, `${path}[${index++}]`));
  }

  private frame(parent?: Frame): Frame {
    return parent === undefined ? { before: '', after: '' } : { parent, before: '', after: '' };
  }
}

function isChecksumScope(scope: string): boolean {
  const { attributes } = (JSON.parse(scope) ?? {}) as { attributes?: unknown };
  return (
    Array.isArray(attributes) &&
    attributes.some((attribute: { key?: unknown } | null) => CHECKSUM_SCOPE.includes(attribute?.key as string))
  );
}
