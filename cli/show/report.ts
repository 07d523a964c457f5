/** The report of a verification as text. */
import type { SourceTotals, StreamTotals, VerifyReport } from '../../lib/archive';
import type { Terminal } from '../terminal';
import { findingLines } from './findings';
import { timeText } from './times';

const count = (value: number, one: string, many = `${one}s`): string =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

/** Writes a report: whose log it is, what is in it, what is wrong, and the verdict last. */
export function showReport(report: VerifyReport, terminal: Terminal, isAll: boolean): void {
  const { out, colours } = terminal;
  const line = (text = ''): void => out(`${text}\n`);
  if (report.trust === 'folder')
    line(colours.bad('No --key was given: this trusts the folder. Whoever could write it could have made all of it.'));
  for (const text of headLines(report)) line(text);
  for (const name of report.unchecked)
    line(colours.weak(`a signature of ${name} was not checked: no key of it was given`));
  line();
  for (const stream of report.streams) showStream(stream, terminal);
  for (const text of contentLines(report)) line(text);
  line();
  for (const text of findingLines(report, isAll)) line(text);
  showVerdict(report, terminal);
}

function* headLines(report: VerifyReport): Generator<string> {
  const { origin, size, root, trust, previous, minimum, unsigned } = report;
  yield `${origin || 'no log'}: ${count(size, 'entry', 'entries')}, root ${root}`;
  const isSigned = trust === 'key' && !report.findings.some(({ kind }) => kind === 'checkpoint');
  if (isSigned) yield `signed by ${origin}, with the key that was given`;
  if (previous !== null)
    yield (
      `continues the log ${previous.origin} of ${count(previous.size, 'entry', 'entries')}, root ` +
      Buffer.from(previous.root, 'base64').toString('hex')
    );
  if (minimum > 0) yield `entries below ${minimum} were pruned: verified from there on`;
  if (unsigned > 0) yield `${count(unsigned, 'entry', 'entries')} behind the checkpoint: not signed yet`;
  for (const older of report.since) yield `an extension of the older checkpoint of ${count(older, 'entry', 'entries')}`;
}

function showStream(stream: StreamTotals, { out, colours }: Terminal): void {
  const gaps = stream.restarts.length > 0 ? 'no gap within an incarnation' : 'no gap';
  const lost =
    stream.lost === 0
      ? gaps
      : `${stream.lost.toLocaleString('en')} lost (${stream.indeterminate} of them indeterminate)`;
  const more = [
    stream.beforeContact > 0 ? `${stream.beforeContact.toLocaleString('en')} overwritten before first contact` : '',
    stream.laps > 0 ? count(stream.laps, 'lap') : '',
    stream.skipped > 0 ? `${count(stream.skipped, 'range')} passed over` : ''
  ].filter((text) => text !== '');
  out(`stream ${stream.stream}: ${count(stream.records, 'record')}, ${[lost, ...more].join(', ')}\n`);
  for (const text of timeLines(stream)) out(`  ${text}\n`);
  for (const source of stream.sources) out(`${colours.weak(`  ${sourceText(source)}`)}\n`);
  for (const { index, from, to } of stream.restarts)
    out(`  entry ${index}: the ring began anew (incarnation ${from} to ${to}); what was not read before is unknown\n`);
}

function timeLines({ times }: StreamTotals): string[] {
  if (times === undefined) return [];
  const { first, last } = times;
  const unsynced = first.isUnsynced || last.isUnsynced ? ', which says that its clock was not set' : '';
  return [
    `first record ${timeText(first.sourceTimeNs)}, last ${timeText(last.sourceTimeNs)}, ` +
      `by the clock of the controller${unsynced}`,
    `read ${timeText(first.receivedNs)} to ${timeText(last.receivedNs)}, by the clock of the machine with the archive`
  ];
}

const sourceText = ({ incarnation, runId, sourceId, name, base, next, records, lost }: SourceTotals): string =>
  `incarnation ${incarnation}, run ${runId}, source ${sourceId}${name === undefined ? '' : ` (${name})`}: ` +
  `seq ${base} to ${next - 1}, ${count(records, 'record')}, ${lost} lost`;

function* contentLines({ entries, definitions, missingDefinitions, jumps, notes }: VerifyReport): Generator<string> {
  const documents = entries.document ?? 0;
  if (documents > 0) yield count(documents, 'document');
  yield `definitions: ${definitions.join(', ') || 'none'}`;
  for (const hash of missingDefinitions) yield `definition ${hash} is declared missing`;
  for (const jump of jumps)
    yield (
      `entry ${jump.index}, stream ${jump.stream}, run ${jump.runId}, source ${jump.sourceId}: counting goes on ` +
      `at seq ${jump.next} instead of ${jump.expected} (${jump.cause}): what lies between is not in the archive`
    );
  for (const { index, code, text } of notes) yield `entry ${index}, note ${code}: ${text}`;
}

function showVerdict({ ok, findingCount, trust, since }: VerifyReport, { out, colours }: Terminal): void {
  if (!ok) return out(`${colours.bad(`It does not hold: ${count(findingCount, 'finding')}.`)}\n`);
  if (trust === 'folder') return out(`${colours.bad('All fits together, but nobody vouches for it: no --key.')}\n`);
  if (since.length === 0)
    out(
      `${colours.weak('No older checkpoint was given (--since): a change by the holder of the key is not excluded.')}\n`
    );
  out(`${colours.good('All holds.')}\n`);
}
