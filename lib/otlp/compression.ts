/**
 * Milliseconds after which an endpoint that took a request only uncompressed is asked again whether it takes compressed
 * ones.
 */
export const COMPRESSION_AGAIN_MS = 3_600_000;

/** What is known of whether one endpoint understands compressed requests. */
export class CompressionState {
  private state: 'untried' | 'understood' | 'refused' = 'untried';
  private refusedMs = -Infinity;

  /** May a request be compressed? */
  isTried(nowMs: number): boolean {
    if (this.state === 'refused' && nowMs - this.refusedMs >= COMPRESSION_AGAIN_MS) this.state = 'untried';
    return this.state !== 'refused';
  }

  /** Did it accept a compressed request? */
  get isUnderstood(): boolean {
    return this.state === 'understood';
  }

  /** It accepted a compressed request. */
  understood(): void {
    this.state = 'understood';
  }

  /**
   * It accepted uncompressed what it had refused compressed. Returns whether that is news; not where it understood a
   * compressed one before.
   */
  refused(nowMs: number): boolean {
    if (this.state !== 'untried') return false;
    this.state = 'refused';
    this.refusedMs = nowMs;
    return true;
  }
}
