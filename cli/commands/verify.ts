import { Finding, verifyArchive, VerifyReport } from '../../lib/archive';
import { Command } from '../command';
import { keysOf, readInput } from '../inputs';
import { openSource } from '../sources';
import { Terminal } from '../terminal';

const help = `openot verify <archive> --key <vkey> [--since <older checkpoint>]... [--json]

Says whether an archive is what it was when it was signed, and whether what is missing in it is declared.

  <archive>   its folder, a zip file of it, or the http address under which it is served
  --key       the verifier key of the log, or a file that holds it: name+id+base64, as the node shows it. Get it
              another way than with the archive. Without it the folder is trusted, and the first line says so.
              Given again, one of them must have signed.
  --since     a checkpoint that left earlier (a file): the archive must be an extension of it. May be given again.
  --json      the whole report as JSON

Checked: the signature; that every entry hashes to the tree and the tree to the signed root; that older checkpoints
are prefixes; the CRC of every record; that positions rise; that the loss accounting, run again over the records, comes
to the same gaps as the loss entries; that every definition is there and hashes to its name.
Taken as declared: the class of a loss (lost, indeterminate, or before the first contact with the ring) and the counts
of laps: they rest on what was never read. So does what stood in a ring that began anew: what was not read before is in
no archive.

Exit codes: 0 all holds, 1 something is wrong or missing that the archive does not declare, 2 wrong usage or unreadable.
`;

/** `openot verify`. */
export const verify: Command = {
  name: 'verify',
  summary: 'is an archive unchanged and complete?',
  help,
  options: { key: { type: 'string', many: true }, since: { type: 'string', many: true }, json: { type: 'boolean' } },
  run: async (given, terminal) => {
    const source = await openSource(given.only('one archive'));
    const keys = await keysOf(given.all('key'));
    const since = await Promise.all(given.all('since').map(async (path) => (await readInput(path)).toString('utf8')));
    const onProgress = (done: number, size: number): void => terminal.progress('entry', done, size);
    const report = await verifyArchive(source, { keys, since, onProgress });
    terminal.endProgress();
    if (given.has('json')) terminal.out(`${JSON.stringify(report, null, 2)}\n`);
    else show(report, terminal);
    return report.ok ? 0 : 1;
  }
};

const count = (value: number, one: string, many = `${one}s`): string =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

function show(report: VerifyReport, { out, colours }: Terminal): void {
  const line = (text = ''): void => out(`${text}\n`);
  if (report.trust === 'folder')
    line(colours.bad('No --key was given: this trusts the folder. Whoever could write it could have made all of it.'));
  line(`${report.origin || 'no log'}: ${count(report.size, 'entry', 'entries')}, root ${report.root}`);
  const isSigned = report.trust === 'key' && !report.findings.some(({ kind }) => kind === 'checkpoint');
  if (isSigned) line(`signed by ${report.origin}, with the key that was given`);
  for (const name of report.unchecked)
    line(colours.weak(`a signature of ${name} was not checked: no key of it was given`));
  if (report.previous !== null)
    line(
      `continues the log ${report.previous.origin} of ${count(report.previous.size, 'entry', 'entries')}, root ` +
        Buffer.from(report.previous.root, 'base64').toString('hex')
    );
  if (report.minimum > 0) line(`entries below ${report.minimum} were pruned: verified from there on`);
  if (report.unsigned > 0) line(`${count(report.unsigned, 'entry', 'entries')} behind the checkpoint: not signed yet`);
  for (const size of report.since) line(`an extension of the older checkpoint of ${count(size, 'entry', 'entries')}`);
  line();
  for (const stream of report.streams) {
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
    line(`stream ${stream.stream}: ${count(stream.records, 'record')}, ${[lost, ...more].join(', ')}`);
    for (const { incarnation, runId, sourceId, base, next, records, lost: missing } of stream.sources)
      line(
        colours.weak(
          `  incarnation ${incarnation}, run ${runId}, source ${sourceId}: seq ${base} to ${next - 1}, ` +
            `${count(records, 'record')}, ${missing} lost`
        )
      );
    for (const { index, from, to } of stream.restarts)
      line(`  entry ${index}: the ring began anew (incarnation ${from} to ${to}); what was not read before is unknown`);
  }
  const documents = report.entries.document ?? 0;
  if (documents > 0) line(count(documents, 'document'));
  line(`definitions: ${report.definitions.join(', ') || 'none'}`);
  for (const hash of report.missingDefinitions) line(`definition ${hash} is declared missing`);
  for (const jump of report.jumps)
    line(
      `entry ${jump.index}, stream ${jump.stream}, run ${jump.runId}, source ${jump.sourceId}: counting goes on at ` +
        `seq ${jump.next} instead of ${jump.expected} (${jump.cause}): what lies between is not in the archive`
    );
  for (const { index, code, text } of report.notes) line(`entry ${index}, note ${code}: ${text}`);
  line();
  if (!report.ok) {
    for (const finding of report.findings) line(`  ${placeOf(finding)}: ${finding.message} [${finding.kind}]`);
    const rest = report.findingCount - report.findings.length;
    if (rest > 0) line(`  and ${rest} more`);
    return line(colours.bad(`It does not hold: ${count(report.findingCount, 'finding')}.`));
  }
  if (report.trust === 'folder') return line(colours.bad('All fits together, but nobody vouches for it: no --key.'));
  line(colours.good('All holds.'));
  if (report.since.length === 0)
    line(colours.weak('No older checkpoint was given (--since): a change by the holder of the key is not excluded.'));
}

function placeOf({ index, path, stream, runId, sourceId, seq }: Finding): string {
  const parts = [
    index === undefined ? '' : `entry ${index}`,
    path ?? '',
    stream === undefined ? '' : `stream ${stream}`,
    runId === undefined ? '' : `run ${runId}`,
    sourceId === undefined ? '' : `source ${sourceId}`,
    seq === undefined ? '' : `seq ${seq}`
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'the archive' : parts.join(', ');
}
