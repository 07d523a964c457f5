import type { RingFacts, Transport, TransportError } from '../transport/transport';
import type { ProbeReport, Verdict } from './api';
import type { ControlBlock } from '../ring';
import type { Budget } from './budget';
import { Looks, lookInPairs, ReadTime, timeReads } from './measure';
import { blockOf, checkRing, RingCheck } from './ring-check';
import { controlLines, durationText, sizeText } from './texts';

/** Something that a test has found out, and how bad it is. */
export interface Finding {
  readonly level: Verdict;
  readonly text: string;
}

/** A test's subject: how to reach it, and what only its carriage can tell. */
export interface Subject {
  readonly transport: Transport;
  /** After `connect`: what the carriage does beside plain reads; adds to `findings`. */
  readonly extra?: (
    facts: RingFacts,
    check: RingCheck
  ) => Promise<{ title: string; lines: readonly string[]; findings: readonly Finding[] }>;
  /** Properties that should have other values, found out by the carriage, with what to say of each. */
  readonly change?: (
    connected: RingFacts | TransportError
  ) => Promise<{ change: Record<string, string>; findings: readonly Finding[] }>;
}

const PAIRS = 100;
const PAIRS_MS = 2000;
const PAIRS_SHARE = 0.3;
/** A reader's interval by default, in seconds: for what the size of the ring means. */
const INTERVAL_S = 0.5;

/** Reads what a reader would read, and tells what it found: for a person, within the budget. Never rejects. */
export async function probe(subject: Subject, budget: Budget): Promise<ProbeReport> {
  const { transport } = subject;
  const connected = await transport.connect();
  const proposed = (await subject.change?.(connected)) ?? { change: {}, findings: [] };
  if (!connected.ok)
    return report([bad(`${connected.code}: ${connected.message}`), ...proposed.findings], [], proposed.change, {});
  const sections: string[][] = [['What is there', ...connected.about]];
  const findings: Finding[] = [...proposed.findings];
  const check = await checkRing(transport, budget);
  findings.unshift(findingOf(check));
  const block = blockOf(check);
  if (block !== undefined) sections.push(['Control block', ...controlLines(block)]);
  const capacity = block?.capacity ?? 0;
  findings.push(...sizeFindings(connected.ringBytes, capacity));
  if (subject.extra !== undefined && connected.ringBytes !== undefined && connected.ringBytes > 0) {
    const extra = await subject.extra(connected, check);
    sections.push([extra.title, ...extra.lines]);
    findings.push(...extra.findings);
  }
  if (check.kind === 'proved' || check.kind === 'empty' || check.kind === 'restless') {
    const looks = await lookInPairs(transport, budget, PAIRS, Math.min(PAIRS_MS, budget.leftMs * PAIRS_SHARE));
    const times =
      capacity > 0 ? await timeReads(transport, Math.min(capacity, connected.ringBytes ?? capacity), budget) : [];
    sections.push(
      ['Read times, the shortest and the median', ...times.map(timeLine)],
      ['Two looks at the control block, one after the other', ...lookLines(looks)]
    );
    findings.push(...lookFindings(looks), ...paceFindings(looks, times, capacity));
  }
  if (budget.isAborted) findings.push(usable('the test was ended before it was through'));
  const isSeen = check.kind === 'proved' || check.kind === 'restless';
  const isLate = isSeen && block !== undefined && block.oldestAbs > 0n;
  if (isLate) findings.push(overwritten(block));
  return report(findings, sections, proposed.change, isLate ? { startFrom: 'newest' } : {});
}

/** The reader cannot work like this. */
export const bad = (text: string): Finding => ({ level: 'bad', text });
/** It works, and a person should know. */
export const usable = (text: string): Finding => ({ level: 'usable', text });
/** As it should be. */
export const good = (text: string): Finding => ({ level: 'good', text });

const VERDICTS: Record<Verdict, string> = {
  good: 'This ring can be read.',
  usable: 'This ring can be read; something is worth knowing.',
  bad: 'This ring cannot be read as it is set.'
};
const MARKS: Record<Verdict, string> = { good: '+', usable: '!', bad: 'x' };

function report(
  findings: readonly Finding[],
  sections: readonly string[][],
  change: Record<string, string>,
  offer: Record<string, string>
): ProbeReport {
  const verdict = findings.some(({ level }) => level === 'bad')
    ? 'bad'
    : findings.some(({ level }) => level === 'usable')
      ? 'usable'
      : 'good';
  const order: Verdict[] = ['bad', 'usable', 'good'];
  const sorted = [...findings].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  const lines = [VERDICTS[verdict], ...sorted.map(({ level, text }) => `  ${MARKS[level]} ${text}`)];
  for (const [title, ...rest] of sections) lines.push('', title, ...rest.map((line) => `  ${line}`));
  return { ok: true, verdict, lines, change, offer };
}

/** The ring was written around already: what a reader that never saw it says of that. */
function overwritten({ lostCount }: ControlBlock): Finding {
  const count = lostCount > 0n ? `${lostCount} records were` : 'records were';
  return good(
    `${count} overwritten before: a reader that sees this ring for the first time begins at the oldest record that ` +
      'is left and tells the rest once, as "before contact", not as lost; "Start from: newest" reads only what is ' +
      'written from now on'
  );
}

function findingOf(check: RingCheck): Finding {
  switch (check.kind) {
    case 'proved':
      return good(
        `${check.records === 1 ? 'a whole record stands' : `${check.records} whole records stand`} where the ` +
          'control block says; CRC right'
      );
    case 'empty':
      return usable(
        'the control block is right, but the controller has not written a record yet: test again when it has, ' +
          'only then the place of the ring is proved'
      );
    case 'noRecord':
      return bad(
        'the control block is right, but no record stands where the oldest one should, byte ' +
          `${check.block.oldestAbs % BigInt(check.block.capacity)} of the ring; found ${check.found}: check where ` +
          'the ring is, or let Find ring look for it'
      );
    case 'restless':
      return usable(`not proved: ${check.text}`);
    case 'noControl':
      return bad(`${check.code}: ${check.text}`);
    case 'error':
      return bad(`${check.error.code}: ${check.error.message}`);
  }
}

function sizeFindings(ringBytes: number | undefined, capacity: number): Finding[] {
  if (ringBytes === undefined || capacity === 0 || ringBytes === capacity) return [];
  const found = `the ring that is set has ${ringBytes} bytes, the control block says ${capacity}`;
  return ringBytes < capacity
    ? [bad(`${found}: a part of it is missing, or it is another one`)]
    : [usable(`${found}: what is behind them is not read`)];
}

const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));

function timeLine({ what, times, minMs, medianMs, failed }: ReadTime): string {
  if (times === 0) return `${`${what}:`.padEnd(26)} ${failed ?? 'not tried'}`;
  return (
    `${`${what}:`.padEnd(26)} ${ms(minMs).padStart(6)} ms ${ms(medianMs).padStart(6)} ms  ` +
    `(${times === 1 ? 'once' : `${times} times`})${failed === undefined ? '' : `, then ${failed}`}`
  );
}

function lookLines({ pairs, same, changed, updating, torn, tookMs, failed }: Looks): string[] {
  const lines = [
    `${pairs} pairs in ${durationText(tookMs)}`,
    `${same} the same, ${changed} with writing in between`,
    `${torn} of ${pairs * 2} looks certainly torn, ${updating} in the middle of an update`
  ];
  return failed === undefined ? lines : [...lines, `ended by ${failed.code}: ${failed.message}`];
}

function lookFindings({ pairs, changed, updating, torn, failed }: Looks): Finding[] {
  const findings: Finding[] = [];
  const looks = pairs * 2;
  if (failed !== undefined) findings.push(usable(`${failed.code}: ${failed.message}`));
  if (torn > 0)
    findings.push(
      usable(
        `${torn} of ${looks} looks were certainly torn (${((100 * torn) / looks).toFixed(1)} %): usual where ` +
          'arrays are copied element by element; the reader confirms every look and reads again'
      )
    );
  if (pairs > 2 && updating === looks)
    findings.push(
      bad(
        'every look came in the middle of an update: the controller was stopped inside one (start it), or does ' +
          'not finish its updates'
      )
    );
  else if (updating > looks / 4)
    findings.push(
      usable(
        `${updating} of ${looks} looks came in the middle of an update: let the logger's task run above the ` +
          'priority of communication where that can be set'
      )
    );
  if (pairs > 2 && changed > pairs / 2)
    findings.push(
      usable(
        `the controller writes faster than two looks follow each other (${changed} of ${pairs} pairs): most ` +
          'looks take several tries, and "the same request" must not be chosen for confirming'
      )
    );
  return findings;
}

/** What the figures mean: whether the way carries what is written, and for how long the ring holds it. */
function paceFindings({ written, tookMs }: Looks, times: readonly ReadTime[], capacity: number): Finding[] {
  const best = times
    .filter(({ times: n, what }) => n > 0 && what.startsWith('ring'))
    .map(({ bytes, medianMs }) => (bytes * 1000) / Math.max(medianMs, 0.1));
  if (written === undefined || tookMs < 200 || best.length === 0) return [];
  const carried = Math.max(...best);
  const rate = (written * 1000) / tookMs;
  const pace = `this link carries about ${sizeText(Math.round(carried))} a second`;
  if (rate === 0) return [good(`${pace}; nothing was written during the test`)];
  const now = `${pace}, and the controller wrote ${sizeText(Math.round(rate))} a second during the test`;
  if (rate > carried) return [bad(`${now}: records are lost all the time. Fewer events or a faster link would help`)];
  const holds = capacity / rate;
  const needed = 4 * rate * (INTERVAL_S + capacity / carried);
  if (needed > capacity)
    return [
      usable(
        `${now}: the ring holds only ${holds.toFixed(1)} s of that; at an interval of 500 ms it should have ` +
          `${sizeText(Math.ceil(needed))}`
      )
    ];
  return [
    good(`${now}: the ring holds ${holds < 120 ? `${holds.toFixed(0)} s` : `${Math.round(holds / 60)} min`} of that`)
  ];
}
