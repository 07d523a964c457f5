import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../cli/commands/decode';
import { prove } from '../../cli/commands/prove';
import { tail } from '../../cli/commands/tail';
import { verify } from '../../cli/commands/verify';
import { verifyProof } from '../../cli/commands/verify-proof';
import { openot } from '../support/cli/openot';

const commands = [verify, prove, verifyProof, decode, tail];
const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };

describe('The command openot', function () {
  this.timeout(120_000);

  it('says what it can do, in no more than 120 columns, and 2 where nothing was asked', async () => {
    const { code, out, error } = await openot(['--help']);
    [code, error].should.eql([0, '']);
    for (const { name, summary } of commands) out.should.containEql(`  ${name.padEnd(14)}${summary}\n`);
    (await openot([])).should.containEql({ code: 2, out });
    (await openot(['help'])).should.containEql({ code: 0, out });
  });

  for (const command of commands)
    it(`${command.name} --help tells of each of its options, and fits on a terminal`, async () => {
      const { code, out, error, lines } = await openot([command.name, 'something', '--help']);
      [code, error].should.eql([0, '']);
      out.should.startWith(`openot ${command.name} <`);
      for (const option of Object.keys(command.options)) out.should.match(new RegExp(`--${option}\\b`));
      lines.filter((line) => line.length > 120).should.eql([]);
      (await openot(['help', command.name])).out.should.equal(out);
    });

  it('says its version', async () => {
    const { code, out } = await openot(['--version']);
    [code, out].should.eql([0, `${version}\n`]);
  });

  const refused: readonly [what: string, args: string[], says: RegExp][] = [
    ['a command that is not there', ['audit'], /^openot: there is no command "audit"; openot --help lists them\n$/],
    ['a command with a slip', ['verfiy', 'x'], /there is no command "verfiy"; did you mean verify\?\n$/],
    ['help for a command with a slip', ['help', 'decod'], /there is no command "decod"; did you mean decode\?\n$/],
    [
      'an option with a slip',
      ['verify', 'x', '--kye=1'],
      /^openot verify: Unknown option '--kye'; did you mean --key\?/
    ],
    ['an option that is not there', ['verify', 'x', '--colour'], /Unknown option '--colour'\n/],
    ['an option without its value', ['verify', 'x', '--key'], /--key/],
    ['nothing to verify', ['verify'], /expected one archive, found nothing/],
    ['two archives', ['verify', 'a', 'b'], /expected one archive, found a b/],
    [
      'a folder that is not there',
      ['verify', 'nowhere'],
      /nowhere cannot be opened \(ENOENT\): expected the folder of/
    ],
    ['a folder that is no archive', ['verify', __dirname], /is no archive: expected in it one of checkpoint, tile,/],
    [
      'a file that is no archive',
      ['verify', __filename],
      /is no archive: expected its folder, its http address, or a zip/
    ],
    ['nothing to prove', ['prove', __dirname], /is no archive/],
    [
      'a proof without a key',
      ['verify-proof', __filename, '--entry', __filename],
      /--key is missing: without it anybody/
    ],
    ['a format', ['decode', __filename, '--format', 'xml'], /--format must be text, json or strict, found xml/],
    ['a stream of a file', ['decode', __filename, '--stream', 'a'], /--stream selects from an archive/],
    ['an endpoint', ['tail', 'plc-7', '--control', '0', '--ring', '1'], /must be opc\.tcp:\/\/host:port or modbus:/],
    ['a ring', ['tail', 'modbus://plc-7', '--control', '0'], /--ring is missing/],
    ['a register', ['tail', 'modbus://plc-7', '--control', 'ns=1', '--ring', '1'], /are registers, counted from 0/],
    ['a count', ['tail', 'modbus://plc-7', '--control', '0', '--ring', '1', '--count', 'x'], /must be a whole number/]
  ];
  for (const [what, args, says] of refused)
    it(`refuses with 2, on standard error: ${what}`, async () => {
      const { code, out, error } = await openot(args);
      [code, out].should.eql([2, '']);
      error.should.match(says);
      error.should.not.match(/unexpected| at .*\.js:/);
    });
});
