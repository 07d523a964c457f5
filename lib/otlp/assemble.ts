import type { Frame, Item } from './take-apart';

/** Text of frames, made once for each. */
class FrameKeys {
  private readonly known = new WeakMap<Frame, { readonly key: string; readonly bytes: number }>();

  /** The same for every frame that says the same; its bytes as UTF-8. */
  of(frame: Frame): { readonly key: string; readonly bytes: number } {
    let known = this.known.get(frame);
    if (known === undefined) {
      const key = `${frame.before}\n${frame.after}`;
      known = { key, bytes: Buffer.byteLength(key) - 1 };
      this.known.set(frame, known);
    }
    return known;
  }
}

/** A frame with what was put into it, in order: items, and frames within. */
interface Group {
  readonly frame: Frame;
  readonly groups: Map<string, Group>;
  readonly inside: (Group | string)[];
}

/**
 * Puts items of one signal together into one export request; those with the same resource, scope and metric under one.
 */
export class RequestBuilder {
  private readonly roots = new Map<string, Group>();
  private readonly keys = new FrameKeys();
  /** Of the request, as UTF-8. */
  bytes = 0;

  /** `maxBytes` of the request, not compressed. */
  constructor(private readonly maxBytes: number) {}

  /**
   * False when the item does not fit: the request stays as it is. Also where it belongs into another request (its frame
   * has other members).
   */
  add(item: Item): boolean {
    const path: Frame[] = [];
    for (let frame: Frame | undefined = item.frame; frame !== undefined; frame = frame.parent) path.unshift(frame);
    const rootKey = this.keys.of(path[0]).key;
    if (this.roots.size > 0 && !this.roots.has(rootKey)) return false;
    const added = this.added(item, path);
    if (this.bytes + added > this.maxBytes) return false;
    this.bytes += added;
    let level = this.roots;
    let outer: Group | undefined;
    for (const frame of path) {
      const { key } = this.keys.of(frame);
      let group = level.get(key);
      if (group === undefined) {
        group = { frame, groups: new Map(), inside: [] };
        level.set(key, group);
        outer?.inside.push(group);
      }
      outer = group;
      level = group.groups;
    }
    outer!.inside.push(item.text);
    return true;
  }

  text(): string {
    const parts: string[] = [];
    for (const root of this.roots.values()) write(root, parts);
    return parts.join('');
  }

  /** Bytes that an item adds, with the frames and commas that it needs. */
  private added(item: Item, path: readonly Frame[]): number {
    let bytes = item.bytes;
    let level: Map<string, Group> | undefined = this.roots;
    let outer: Group | undefined;
    for (const frame of path) {
      const known: { readonly key: string; readonly bytes: number } = this.keys.of(frame);
      const group: Group | undefined = level?.get(known.key);
      if (group === undefined) {
        bytes += known.bytes;
        if (outer !== undefined && outer.inside.length > 0) bytes++;
      }
      outer = group;
      level = group?.groups;
    }
    return outer !== undefined && outer.inside.length > 0 ? bytes + 1 : bytes;
  }
}

function write({ frame, inside }: Group, parts: string[]): void {
  parts.push(frame.before);
  inside.forEach((each, index) => {
    if (index > 0) parts.push(',');
    if (typeof each === 'string') parts.push(each);
    else write(each, parts);
  });
  parts.push(frame.after);
}
