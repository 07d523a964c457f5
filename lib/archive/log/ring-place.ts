/** Does a record at this position follow one that ended at `end`: directly, or at the beginning of the next lap? */
export const followsPlace = (end: number, capacity: number, abs: number): boolean =>
  abs === end || (abs > end && abs - end < capacity && abs % capacity === 0 && abs - capacity < end);
