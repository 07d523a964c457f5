import type { NodeMessage } from 'node-red';
import type { LogPosition } from '../../lib/logobject';
import type { Keeper } from '../../lib/state';
import type { ReaderSession, SessionOptions } from '../delivery';
import type { HoldPorts } from './hold';
import type { LogServer } from './server';
import type { LogSettings } from './settings';

/** What a session tells its collector. */
export type CollectorEvents = Pick<
  SessionOptions,
  'settled' | 'onLost' | 'onRefused' | 'onRetry' | 'onStarted' | 'rejectPauseMs'
>;

/** What a collector is made of. */
export interface CollectorPorts extends HoldPorts {
  readonly settings: LogSettings;
  readonly servers: readonly LogServer[];
  readonly keeper: Keeper<ReadonlyMap<string, LogPosition>>;
  openSession(events: CollectorEvents): ReaderSession;
  sendBatch(message: NodeMessage): void;
  sendStatus(message: NodeMessage): void;
  deliveriesDone(): Promise<void>;
  onShow(): void;
  nowNs(): bigint;
}
