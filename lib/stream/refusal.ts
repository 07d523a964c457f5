import { failure, Failure } from '../base';
import type { OpenotCode } from '../base/codes';

/** Thrown inside a check, where the first wrong field ends it. It does not leave this room: `refusedOr` catches it. */
export class Refusal extends Error {
  constructor(
    readonly code: OpenotCode,
    text: string
  ) {
    super(text);
  }
}

/** What a check made, or the refusal that ended it as a failure. */
export function refusedOr<T>(check: () => T): T | Failure {
  try {
    return check();
  } catch (thrown) {
    if (thrown instanceof Refusal) return failure(thrown.code, thrown.message);
    throw thrown;
  }
}
