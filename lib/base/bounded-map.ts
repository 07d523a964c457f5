/** Removes the entry that was put in first, if there is one. */
export function dropOldest<K>(entries: Map<K, unknown>): void {
  for (const key of entries.keys()) {
    entries.delete(key);
    return;
  }
}

/** A map with room for so many entries: what is set is the newest, and beyond the limit the oldest goes. */
export class BoundedMap<K, V> extends Map<K, V> {
  constructor(readonly most: number) {
    super();
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.most) dropOldest(this);
    return this;
  }

  /** The value of the key, made where there is none; it is the newest now. */
  use(key: K, make: () => V): V {
    const value = this.has(key) ? (this.get(key) as V) : make();
    this.set(key, value);
    return value;
  }
}
