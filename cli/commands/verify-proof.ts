import { verifyProof as check } from '../../lib/archive';
import { Command } from '../command';
import { keysOf, readInput } from '../inputs';
import { UsageError } from '../usage';

const help = `openot verify-proof <file.tlog-proof> --entry <file> --key <vkey> [--json]

Says whether an entry stands in the log whose checkpoint the proof carries. The entry must be byte for byte as openot
prove wrote it. The key is that of the log (or a file that holds it); get it another way than with the proof.

Exit codes: 0 it does, 1 it does not, 2 wrong usage or unreadable.
`;

/** `openot verify-proof`. */
export const verifyProof: Command = {
  name: 'verify-proof',
  summary: 'does the proof of one entry hold?',
  help,
  options: { entry: { type: 'string' }, key: { type: 'string', many: true }, json: { type: 'boolean' } },
  run: async (given, terminal) => {
    const proof = (await readInput(given.only('one proof file'))).toString('utf8');
    const entry = await readInput(given.needed('entry'));
    const keys = await keysOf(given.all('key'));
    if (keys.length === 0) throw new UsageError('--key is missing: without it anybody could have made the proof');
    const outcome = check(proof, entry, keys);
    if (given.has('json')) {
      const root = outcome.ok ? Buffer.from(outcome.checkpoint.root).toString('hex') : undefined;
      terminal.out(
        `${JSON.stringify(outcome.ok ? { ...outcome, checkpoint: { ...outcome.checkpoint, root } } : outcome)}\n`
      );
    } else if (outcome.ok)
      terminal.out(
        terminal.colours.good(
          `The entry is number ${outcome.index} of the ${outcome.checkpoint.size} ` +
            `that ${outcome.checkpoint.origin} signed.\n`
        )
      );
    else terminal.out(terminal.colours.bad(`It does not hold: ${outcome.message}\n`));
    return outcome.ok ? 0 : 1;
  }
};
