import { verifyArchive } from '../../lib/archive';
import { Command } from '../command';
import { keysOf, readInput } from '../inputs';
import { showReport } from '../show/report';
import { openSource } from '../sources';

const help = `openot verify <archive> --key <vkey> [--since <older checkpoint>]... [--all] [--json]

Says whether an archive is what it was when it was signed, and whether what is missing in it is declared.

  <archive>   its folder, a zip file of it, or the http address under which it is served
  --key       the verifier key of the log, or a file that holds it: name+id+base64, as the node shows it. Get it
              another way than with the archive. Without it the folder is trusted, and the first line says so.
              Given again, one of them must have signed.
  --since     a checkpoint that left earlier (a file): the archive must be an extension of it. May be given again.
  --all       every finding on a line of its own; else those of one cause are told once, with range, count and the first
  --json      the whole report as JSON (findings: the first thousand, with --all every one)

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
  options: {
    key: { type: 'string', many: true },
    since: { type: 'string', many: true },
    all: { type: 'boolean' },
    json: { type: 'boolean' }
  },
  run: async (given, terminal) => {
    const source = await openSource(given.only('one archive'));
    const keys = await keysOf(given.all('key'));
    const since = await Promise.all(given.all('since').map(async (path) => (await readInput(path)).toString('utf8')));
    const onProgress = (done: number, size: number): void => terminal.progress('entry', done, size);
    const report = await verifyArchive(source, { keys, since, keepsAll: given.has('all'), onProgress });
    terminal.endProgress();
    if (given.has('json')) terminal.out(`${JSON.stringify(report, null, 2)}\n`);
    else showReport(report, terminal, given.has('all'));
    return report.ok ? 0 : 1;
  }
};
