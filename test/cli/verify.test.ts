import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VerifyReport, vkeyOf } from '../../lib/archive';
import { keyOf } from '../../lib/archive/files';
import { plantArchive } from '../support/archive/plant';
import { ArchiveFolder } from '../support/archive/real-archive';
import { openot, openotOnTerminal } from '../support/cli/openot';
import { ServedFolder } from '../support/cli/served';
import { zipOf } from '../support/cli/zip';

describe('openot verify', function () {
  this.timeout(300_000);
  let archive: ArchiveFolder;
  let folder: string;
  let key: string;
  before(async () => {
    archive = await plantArchive();
    ({ folder } = archive);
    key = join(archive.root, 'log.vkey');
    writeFileSync(key, `${archive.vkey}\n`);
  });
  after(() => archive.remove());

  /** A copy in which two bundles stand in each other's place. */
  const swapped = (): string => {
    const copy = join(archive.root, 'swapped');
    cpSync(folder, copy, { recursive: true });
    cpSync(join(folder, 'tile/entries/000'), join(copy, 'tile/entries/001'));
    cpSync(join(folder, 'tile/entries/001'), join(copy, 'tile/entries/000'));
    return copy;
  };

  it('ends with 0 and the verdict, plain and without progress where it writes to no terminal', async () => {
    const { code, out, error, lines } = await openot(['verify', folder, '--key', archive.vkey]);
    [code, error].should.eql([0, '']);
    lines[0].should.startWith(`${archive.origin}: `);
    lines.should.containEql(`signed by ${archive.origin}, with the key that was given`);
    lines.should.containEql('20 entries behind the checkpoint: not signed yet');
    out.should.match(/incarnation 0, run 1, source 10 \(R-101 batch control\): seq 0 to [0-9]+, [0-9]+ records, /);
    out.should.match(/first record 1970-01-01T00:00:00\.000Z, last 1970-.*by the clock of the controller/);
    lines.at(-1)?.should.equal('All holds.');
    out.should.not.containEql('\u001b');
  });

  it('shows colours and progress on a terminal, and no colours where NO_COLOR says so', async () => {
    const { code, out } = await openotOnTerminal(['verify', folder, '--key', key]);
    code?.should.equal(0);
    out.should.match(/\u001b\[32mAll holds\.\u001b\[39m/);
    out.should.match(/\r\u001b\[Kentry [0-9,]+ of [0-9,]+ \([0-9]+ %\)/);
    const plain = await openotOnTerminal(['verify', folder, '--key', key], { env: { NO_COLOR: '1' } });
    plain.out.should.containEql('All holds.');
    plain.out.should.not.containEql('\u001b[32m');
  });

  it('says in its first line and its last that nobody vouches, where no key is given', async () => {
    const { code, lines } = await openot(['verify', folder]);
    code?.should.equal(0);
    lines[0].should.match(/^No --key was given: this trusts the folder/);
    lines.at(-1)?.should.equal('All fits together, but nobody vouches for it: no --key.');
  });

  it('ends with 1 with the key of another log, with 2 with no key at all', async () => {
    const other = vkeyOf(keyOf(Buffer.alloc(32, 9)).signer(archive.origin));
    const { code, lines, out } = await openot(['verify', folder, '--key', other]);
    code?.should.equal(1);
    out.should.match(/\[checkpoint\]/);
    lines.at(-1)?.should.equal('It does not hold: 1 finding.');
    const broken = await openot(['verify', folder, '--key', archive.vkey.replace(/\+[0-9a-f]{8}/, '+00000000')]);
    broken.code?.should.equal(2);
    broken.error.should.match(/^openot verify: --key: /);
  });

  it('tells findings of one cause once, and each with --all', async () => {
    const copy = swapped();
    const few = await openot(['verify', copy, '--key', key]);
    few.code?.should.equal(1);
    few.lines.length.should.be.below(60);
    few.out.should.match(/ {2}entries 0 to 511: entries are not those that were signed \(512\) \[entry-changed\]\n/);
    few.out.should.match(
      new RegExp(
        ' {4}entry 2, stream line 2, run 1, source 12, seq \\d+: the entry was changed after it was signed\\n' +
          ' {4}and 509 more: --all lists them\\n'
      )
    );
    few.out.indexOf('What may follow from that:').should.be.above(few.out.indexOf('[entry-changed]'));
    few.lines.at(-1)?.should.match(/^It does not hold: [0-9]+ findings\.$/);
    const all = await openot(['verify', copy, '--key', key, '--all']);
    all.lines.at(-1)?.should.equal(few.lines.at(-1));
    all.lines.filter((line) => line.endsWith('[entry-changed]')).length.should.equal(512);
  });

  it('writes the whole report as JSON, with the same exit code', async () => {
    const { code, out } = await openot(['verify', folder, '--key', key, '--json']);
    code?.should.equal(0);
    const report = JSON.parse(out) as VerifyReport;
    [report.ok, report.trust, report.unsigned, report.findingCount].should.eql([true, 'key', 20, 0]);
    const bad = await openot(['verify', swapped(), '--key', key, '--json']);
    bad.code?.should.equal(1);
    (JSON.parse(bad.out) as VerifyReport).groups.length.should.be.above(1);
  });

  it('takes older checkpoints, and tells one that is no prefix', async () => {
    const [first] = archive.checkpoints;
    const older = join(archive.root, 'older');
    writeFileSync(older, first);
    const { code, out } = await openot(['verify', folder, '--key', key, '--since', older]);
    code?.should.equal(0);
    out.should.match(/an extension of the older checkpoint of [0-9]+ entr/);
    out.should.not.match(/No older checkpoint was given/);
    const copy = join(archive.root, 'rolled-back');
    cpSync(folder, copy, { recursive: true });
    writeFileSync(join(copy, 'checkpoint'), first);
    const newer = join(archive.root, 'newer');
    writeFileSync(newer, readFileSync(join(folder, 'checkpoint')));
    const back = await openot(['verify', copy, '--key', key, '--since', newer]);
    back.code?.should.equal(1);
    back.out.should.match(/it went back \[since\]/);
  });

  it('reads the same out of a zip file, whichever folder of it holds the archive, and over http', async () => {
    const files = new Map(archive.files().map((name) => [`evidence/${name}`, readFileSync(join(folder, name))]));
    const zip = join(archive.root, 'evidence.zip');
    writeFileSync(zip, zipOf(files));
    const { out } = await openot(['verify', folder, '--key', key]);
    (await openot(['verify', zip, '--key', key])).should.containEql({ code: 0, out, error: '' });
    const served = await ServedFolder.of(folder);
    try {
      (await openot(['verify', served.address, '--key', key])).should.containEql({ code: 0, out, error: '' });
      served.asked.should.containEql('/checkpoint');
      served.status = 503;
      const failed = await openot(['verify', served.address, '--key', key]);
      failed.code?.should.equal(2);
      failed.error.should.match(/checkpoint cannot be fetched: the server answers 503/);
    } finally {
      served.close();
    }
  });
});
