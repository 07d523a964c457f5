import type { MetricPoint } from '../../../../lib/telemetry/otlp-types';

/** `name{key=value,…} value` of each point, without the stream. */
export function told(points: readonly MetricPoint[]): string[] {
  return points.map(({ name, point }) => {
    const attributes = point.attributes
      .filter(({ key }) => key !== 'openot.stream')
      .map(({ key, value }) => `${key.replace('openot.', '')}=${value.stringValue ?? value.intValue}`);
    return (
      `${name.replace('openot.', '')}${attributes.length === 0 ? '' : `{${attributes.join(',')}}`} ` +
      `${point.asInt ?? point.asDouble}`
    );
  });
}

/** Points of one metric. */
export const named = (points: readonly MetricPoint[], name: string): MetricPoint[] =>
  points.filter((point) => point.name === name);

/** What makes a series: name, unit, kind and attributes. */
export const seriesOf = ({ name, unit, kind, point }: MetricPoint): string =>
  JSON.stringify([name, unit, kind, point.attributes.map(({ key, value }) => [key, value]).sort()]);
