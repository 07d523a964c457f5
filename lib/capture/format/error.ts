import type { OpenotCode } from '../../base/codes';

/**
 * Why bytes are no capture, or no further. `cut` = they end inside a frame: nothing is wrong before it;
 * `damaged` = they were changed.
 */
export type CaptureErrorDetail =
  /** `found` = the first bytes as hex. */
  | { readonly kind: 'magic'; readonly found: string }
  | { readonly kind: 'version'; readonly version: number }
  /** `at` = where the frame begins; `needed` = bytes from there to its end, as far as known. */
  | { readonly kind: 'cut'; readonly at: number; readonly needed: number; readonly available: number }
  | { readonly kind: 'damaged'; readonly at: number; readonly what: string };

/** A capture that cannot be read, or not further than its last whole frame. */
export type CaptureError = {
  readonly ok: false;
  readonly code: OpenotCode;
  readonly message: string;
} & CaptureErrorDetail;

/** The error with its code (`OPENOT_CAPTURE_…`) and its text for a person (docs/format.md 20). */
export function captureError(detail: CaptureErrorDetail): CaptureError {
  const kind = detail.kind.toUpperCase() as Uppercase<CaptureErrorDetail['kind']>;
  return { ok: false, code: `OPENOT_CAPTURE_${kind}`, message: describe(detail), ...detail };
}

function describe(detail: CaptureErrorDetail): string {
  switch (detail.kind) {
    case 'magic':
      return (
        `a capture file begins with 8f4f4f54430d0a1a, found ${detail.found === '' ? 'nothing' : detail.found}: ` +
        'this is no capture, or it was changed on its way (send it as a binary file)'
      );
    case 'version':
      return `the capture has version ${detail.version} of the format, only version 1 is readable: update this package`;
    case 'cut':
      return (
        `the capture ends inside a frame at byte ${detail.at} (${detail.needed} bytes expected there, ` +
        `${detail.available} found): recording was cut off; all before it is good`
      );
    case 'damaged':
      return (
        `the capture is damaged at byte ${detail.at}: ${detail.what}; all before it is good, nothing behind it is ` +
        'used'
      );
  }
}
