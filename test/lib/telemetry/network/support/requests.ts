import type { DocumentObject } from '../../../../../lib/document';
import {
  createNetworkProfile,
  NetworkInput,
  NetworkProfile,
  NetworkSettings,
  networkSettings
} from '../../../../../lib/telemetry/network';
import type { MappedItems, Signal } from '../../../../../lib/telemetry/otlp-types';
import { batch, transition } from './documents';
import { logOf, span, total, valuePoint } from './items';

/** Settings with a producer, a domain and every switch on. */
export function settingsOf(input: NetworkInput = {}): NetworkSettings {
  const checked = networkSettings({
    producer: 'plant-1',
    domain: 'Manufacturing',
    schemaUrl: 'https://example.org/schema/1.0',
    ...input
  });
  if (!checked.ok) throw new Error(checked.message);
  return checked.settings;
}

export function profile(): NetworkProfile {
  return createNetworkProfile();
}

export const mapped = (items: Partial<MappedItems>): MappedItems => ({ logs: [], metrics: [], spans: [], ...items });

/** Changes of a machine and a batch: their first ones are known, so that all have a duration. */
export const changes: readonly DocumentObject[] = [
  transition({ seq: 2, at: 65 }, 'Running', 'Paused'),
  batch({ seq: 3, at: 66 }, 'Held')
];

/** A request of every signal with everything in it that the specification knows. */
export function fullRequest(signal: Signal, input: NetworkInput = {}): unknown {
  const network = profile();
  const settings = settingsOf(input);
  const earlier = [transition({ seq: 0, at: 0 }, 'Idle', 'Running'), batch({ seq: 1, at: 0 }, 'Started')];
  network.prepare(mapped({ logs: earlier.map(logOf) }), earlier, { stream: 'line1' }, settings);
  const items = network.prepare(
    mapped({
      logs: changes.map(logOf),
      metrics: [valuePoint(), valuePoint(22, 11), total()],
      spans: [span(), span('00000000000000ab')]
    }),
    changes,
    { stream: 'line1' },
    settings
  );
  return network.request(signal, items, settings);
}
