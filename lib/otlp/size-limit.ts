/** Bytes on the wire below which a connection that is cut or silent says nothing of the size of the request. */
export const MIN_LIMIT_BYTES = 4096;
/** The lowest limit for what is refused as too large. */
const LOWEST_BYTES = 256;
/** Milliseconds until a size is tried again that did not get through. */
export const LARGER_AGAIN_MS = 300_000;
/** Failures in a row after which the size is in doubt. */
const REPEATED = 2;

/**
 * How large requests to one endpoint may be, as bytes on the wire: smaller where large ones are refused (413), or time
 * out or are cut again and again (a slow uplink, a middlebox), growing again while they get through well within the
 * time-out (docs/format.md 25).
 */
export class SizeLimit {
  /** Of one request, compressed. */
  bytes = Infinity;
  /** Bytes of JSON for one on the wire, of the last request. */
  private ratio = 1;
  /** The smallest size that did not get through, and when. */
  private failedBytes = Infinity;
  private failedMs = -Infinity;

  get isLimited(): boolean {
    return this.bytes !== Infinity;
  }

  /** Bytes of JSON that a new request may have; `most` where nothing is in the way. */
  textBytes(most: number): number {
    return this.isLimited ? Math.min(most, Math.max(1, Math.floor(this.bytes * this.ratio))) : most;
  }

  /** How many requests one of `bytes` on the wire is cut into. */
  partsOf(bytes: number, items: number): number {
    return Math.min(items, bytes <= this.bytes ? 1 : Math.ceil(bytes / this.bytes));
  }

  sent(textBytes: number, wireBytes: number): void {
    this.ratio = Math.max(1, textBytes / Math.max(1, wireBytes));
  }

  /** The connection was cut or silent, `times` in a row for this request. Returns whether it is made smaller. */
  cut(wireBytes: number, times: number, nowMs: number): boolean {
    if (times < REPEATED) return false;
    if (wireBytes <= MIN_LIMIT_BYTES) {
      // Nothing gets through: that says nothing of sizes.
      this.failedBytes = Infinity;
      return false;
    }
    this.lower(wireBytes, nowMs, MIN_LIMIT_BYTES);
    return true;
  }

  /** Refused as too large. */
  lower(wireBytes: number, nowMs: number, lowest = LOWEST_BYTES): void {
    this.bytes = Math.max(lowest, Math.min(this.bytes, Math.floor(wireBytes / 2)));
    this.failedBytes = Math.min(this.failedBytes, wireBytes);
    this.failedMs = nowMs;
  }

  /** One of `wireBytes` got through in `tookMs` of `timeoutMs`. `most`: bytes that no request has more of. */
  passed(wireBytes: number, tookMs: number, timeoutMs: number, nowMs: number, most: number): void {
    if (!this.isLimited || wireBytes * 2 < this.bytes) return;
    if (nowMs - this.failedMs >= LARGER_AGAIN_MS) this.failedBytes = Infinity;
    // What fits into half of the time-out at this speed, at most twice as much as now, and less than what failed.
    const fits = (wireBytes * timeoutMs) / (2 * Math.max(1, tookMs));
    const grown = Math.floor(Math.min(this.bytes * 2, fits, this.failedBytes * 0.75));
    if (grown > this.bytes) this.bytes = grown;
    if (this.bytes >= most) this.bytes = Infinity;
  }
}
