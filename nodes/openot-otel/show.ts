import type { NodeStatus } from 'node-red';
import { shortCount } from '../runtime/status';
import { statusText } from '../runtime/status-text';
import { wordsOf } from '../runtime/words';
import type { OtelController } from './controller';

/** The mapper in one line: what it has sent, what is open or waits, what is wrong. */
export function showOtel(
  controller: Pick<
    OtelController,
    | 'totals'
    | 'lastRefused'
    | 'isSilent'
    | 'refusing'
    | 'held'
    | 'waiting'
    | 'state'
    | 'trouble'
    | 'openSpans'
    | 'clocks'
  >
): NodeStatus {
  const { totals, lastRefused, isSilent, refusing, held, state, trouble, openSpans } = controller;
  const counts = [
    `${shortCount(totals.logs)} logs`,
    `${shortCount(totals.metrics)} metrics`,
    `${shortCount(totals.traces)} spans`
  ];
  if (openSpans > 0) counts.push(`${shortCount(openSpans)} open`);
  if (totals.refused > 0) counts.unshift(`${shortCount(totals.refused)} refused`);
  if (held > 0) counts.unshift(`${shortCount(held)} messages wait`);
  const text = statusText('', ...counts);
  const waits = `${shortCount(controller.waiting.messages)} messages wait`;
  switch (state) {
    case 'opening':
      return { fill: 'yellow', shape: 'ring', text: 'reading its state' };
    case 'locked':
    case 'lost':
      return { fill: 'red', shape: 'ring', text: statusText('state is in use elsewhere', waits) };
    case 'failed':
      return { fill: 'red', shape: 'ring', text: statusText('state unreadable, send "forget"', waits) };
  }
  if (trouble !== undefined)
    return { fill: 'red', shape: 'ring', text: statusText(wordsOf(trouble.code, 'state fails'), waits) };
  if (refusing !== undefined)
    return { fill: 'red', shape: 'ring', text: statusText(wordsOf(refusing, 'refused'), ...counts) };
  if (isSilent) return { fill: 'yellow', shape: 'ring', text: 'all signals are off: nothing is made' };
  const [suspect] = controller.clocks().suspects;
  if (suspect !== undefined)
    return {
      fill: 'yellow',
      shape: 'dot',
      text: statusText(`clock ${suspect.text} (${suspect.stream || 'the device'})`)
    };
  return { fill: lastRefused > 0 || held > 0 ? 'yellow' : 'green', shape: 'dot', text };
}
