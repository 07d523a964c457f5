import type { NodeStatus } from 'node-red';
import { shortCount } from '../shared/status';
import type { OtelController } from './controller';

/** The mapper in one line: what it has sent, what is open or waits, what is wrong. */
export function showOtel(controller: Pick<OtelController, 'totals' | 'lastRefused' | 'waiting' | 'state' | 'trouble' | 'openSpans' | 'clocks'>, failed: string): NodeStatus {
  const { totals, lastRefused, state, trouble, openSpans } = controller;
  const counts = [`${shortCount(totals.logs)} logs`, `${shortCount(totals.metrics)} metrics`, `${shortCount(totals.traces)} spans`];
  if (openSpans > 0) counts.push(`${shortCount(openSpans)} open`);
  if (totals.refused > 0) counts.push(`${shortCount(totals.refused)} refused`);
  const text = counts.join(', ');
  const waits = `${shortCount(controller.waiting.messages)} messages wait`;
  switch (state) {
    case 'opening':
      return { fill: 'yellow', shape: 'ring', text: 'reading its state' };
    case 'locked':
    case 'lost':
      return { fill: 'red', shape: 'ring', text: `OPENOT_STATE_LOCKED: ${waits}` };
    case 'failed':
      return { fill: 'red', shape: 'ring', text: `state unreadable, send "forget": ${waits}` };
  }
  if (trouble !== undefined) return { fill: 'red', shape: 'ring', text: `${trouble.code}: ${waits}` };
  if (failed !== '') return { fill: 'red', shape: 'ring', text: `${failed}: ${text}` };
  const [suspect] = controller.clocks().suspects;
  if (suspect !== undefined) return { fill: 'yellow', shape: 'dot', text: `clock of ${suspect.stream || 'the device'} ${suspect.text}: ${text}` };
  return { fill: lastRefused > 0 ? 'yellow' : 'green', shape: 'dot', text };
}
