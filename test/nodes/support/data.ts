import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../../../lib/ring';
import type { BatchFacts } from '../../../lib/stream';
import { EventType } from '../../../lib/wire';
import { encoded, messageSlots, TestRecord } from '../../support/records';

export const definitionText = (name = 'reactor-1'): string =>
  readFileSync(join(__dirname, '..', '..', '..', 'lib', 'simulator', 'definitions', `${name}.json`), 'utf8');
export const hashOf = (text: string): string =>
  (JSON.parse(text) as { header: { contentHash: string } }).header.contentHash.slice(0, 16);

/** A message template that the reactor's definition has. */
export const templateId = (text = definitionText()): number =>
  (JSON.parse(text) as { messageTemplates: Array<{ messageTemplateId: number }> }).messageTemplates[0]
    .messageTemplateId;

/** A Message record that the reactor's definition resolves. */
export const message = (seq: number, more: TestRecord = {}): Buffer =>
  Buffer.from(
    encoded({
      seq,
      eventTypeId: EventType.Message,
      slots: messageSlots(templateId()),
      timeNs: 1_780_000_000_000_000_000n,
      ...more
    })
  );

export const concat = (...records: Uint8Array[]): Buffer => Buffer.concat(records);

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    version: 2,
    caps: 0,
    bufferBytes: 65536,
    headAbs: 5000,
    oldestAbs: 0,
    lostCount: 0,
    runId: '1',
    epochId: 1,
    epochFirstAbs: 0,
    definitionHash: hashOf(definitionText()),
    prevDefinitionHash: '0000000000000000',
    ...changes
  };
}

/** The facts of a batch whose payload begins at `abs`. */
export function facts(changes: Partial<BatchFacts> = {}, abs = 0): BatchFacts {
  return {
    stream: 'line 1',
    incarnation: 0,
    bufferId: 7,
    snapshot: snapshot(),
    epochs: [],
    receiveTimeNs: '1780000000000000001',
    commit: ['r/b/1'],
    segments: [{ offset: 0, abs }],
    notices: [],
    ...changes
  };
}
