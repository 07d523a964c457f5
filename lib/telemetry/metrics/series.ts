import { textAttribute } from '../attributes';
import type { KeyValue } from '../otlp-types';

/** The attribute that every series of a stream has; none without a name. */
export const streamAttribute = (stream: string): KeyValue[] =>
  stream === '' ? [] : [textAttribute('openot.stream', stream)];
