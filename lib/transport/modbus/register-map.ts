import { ReadPart } from '../transport';
import { Layout } from './layout';

/** Registers [first, end), counted from the ring's first one. */
export interface Span {
  readonly first: number;
  readonly end: number;
}

/** Ring parts of one read as spans of registers, and where each part lies in them. */
export interface Plan {
  readonly spans: readonly Span[];
  readonly places: ReadonlyArray<{ readonly span: number; readonly from: number; readonly to: number }>;
}

type RingPart = Extract<ReadPart, { kind: 'ring' }>;

/**
 * The spans that bring the parts, in their order, rounded outward to the layout's units. A part that follows the one
 * before it, or lies so near behind it that reading what is between costs no request, shares its span.
 */
export function planOf(parts: readonly RingPart[], layout: Layout, maxRegisters: number): Plan {
  const unit = layout.registers;
  const spans: { first: number; end: number }[] = [];
  const requests = (registers: number): number => Math.ceil(registers / maxRegisters);
  const spanOf = parts.map(({ offset, length }) => {
    const first = Math.floor(offset / (2 * unit)) * unit;
    const end = Math.ceil((offset + length) / (2 * unit)) * unit;
    const last = spans[spans.length - 1];
    const joins =
      last !== undefined &&
      first >= last.first &&
      requests(Math.max(last.end, end) - last.first) <= requests(last.end - last.first) + requests(end - first);
    if (joins) last.end = Math.max(last.end, end);
    else spans.push({ first, end });
    return spans.length - 1;
  });
  const places = parts.map(({ offset, length }, i) => {
    const from = offset - spans[spanOf[i]].first * 2;
    return { span: spanOf[i], from, to: from + length };
  });
  return { spans, places };
}
