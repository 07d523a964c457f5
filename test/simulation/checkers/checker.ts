import { SavedState } from '../../../lib/reader/progress/saved-state';
import { SeenBatch, Session } from '../books';

/** Looks at everything that happens, and raises the alarm at what must not. */
export interface Checker {
  /** A reader loaded its state and begins. */
  started?(session: Session): void;
  /** A batch left the reader. */
  handedOn?(session: Session, seen: SeenBatch): void;
  /** A batch is safe behind the reader. */
  processed?(session: Session, seen: SeenBatch): void;
  /** The reader was told that a batch is safe: the acknowledgement may have been lost. */
  settled?(session: Session, serial: number): void;
  /** A state was written that a next reader would go on from. */
  saved?(checkpoint: SavedState): void;
  /** All faults are over, everything was read and processed. */
  atRest?(): void;
}
