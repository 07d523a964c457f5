import type { Signal } from '../telemetry/otlp-types';
import { CREDENTIALS_AGAIN_MS } from './retry';
import type { Endpoint } from './settings';
import { SIGNALS } from './settings';

/**
 * Whether a host takes the token and headers that several signals send to it. Until it has, one request at a time asks;
 * after a refusal one in five minutes, of all signals together: accounts are locked by many tries.
 */
export class CredentialGate {
  /** When it may be asked again. */
  openMs = -Infinity;
  private acceptedMs = -Infinity;
  private active = 0;
  private lastRefused: Signal | undefined;

  /** `isOpen`: they are not in doubt. */
  constructor(private isOpen: boolean) {}

  get isRefused(): boolean {
    return this.lastRefused !== undefined;
  }

  /** When this signal may be asked that has something to send at `dueMs`; undefined: after what is under way. */
  dueMs(dueMs: number): number | undefined {
    if (this.isOpen) return dueMs;
    return this.active > 0 ? undefined : Math.max(dueMs, this.openMs);
  }

  /** Who is asked first, low before high: another signal than the one that was refused, and logs before the others. */
  rank(signal: Signal): number {
    if (this.isOpen) return 0;
    return signal === this.lastRefused ? 2 : signal === 'logs' ? 0 : 1;
  }

  begin(): void {
    this.active++;
  }

  /** What became of a request that was sent at `sentMs`. `said`: whether they were accepted, where that is known. */
  end(signal: Signal, sentMs: number, nowMs: number, said: 'accepted' | 'refused' | 'nothing'): void {
    this.active--;
    if (said === 'accepted') {
      this.isOpen = true;
      this.acceptedMs = nowMs;
      this.lastRefused = undefined;
      this.openMs = -Infinity;
    } else if (said === 'refused' && this.acceptedMs < sentMs) {
      // Where another signal is accepted with them, they lack only this one's permission.
      this.isOpen = false;
      this.lastRefused = signal;
      this.openMs = nowMs + CREDENTIALS_AGAIN_MS;
    }
  }
}

/** A gate for each signal: the same one for those that send the same to the same host. */
export function credentialGates(
  endpoints: Readonly<Record<Signal, Endpoint>>
): Readonly<Record<Signal, CredentialGate>> {
  const gates = new Map<string, CredentialGate>();
  const gateOf = (signal: Signal): CredentialGate => {
    const { url, headers, tls } = endpoints[signal];
    const key = JSON.stringify([url.origin, headers]);
    const hasAny = Object.keys(headers).length > 0 || url.search !== '' || tls?.cert !== undefined;
    if (!gates.has(key)) gates.set(key, new CredentialGate(!hasAny));
    return gates.get(key)!;
  };
  return Object.fromEntries(SIGNALS.map((signal) => [signal, gateOf(signal)])) as Record<Signal, CredentialGate>;
}
