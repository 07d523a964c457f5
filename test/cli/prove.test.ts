import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vkeyOf } from '../../lib/archive';
import { keyOf } from '../../lib/archive/files';
import { plantArchive } from '../support/archive/plant';
import { ArchiveFolder } from '../support/archive/real-archive';
import { openot } from '../support/cli/openot';

describe('openot prove and verify-proof', function () {
  this.timeout(300_000);
  let archive: ArchiveFolder;
  const at = (name: string): string => join(archive.root, name);
  before(async () => {
    archive = await plantArchive();
    const { code, out } = await openot(['prove', archive.folder, '--record', 'line 2/0/1/11/7', '--out', 'one'], {
      cwd: archive.root
    });
    code?.should.equal(0);
    out.should.match(/^entry [0-9]+ of [0-9]+: one\.tlog-proof, one\.entry\.json\n$/);
  });
  after(() => archive.remove());

  const verified = (more: readonly string[]): ReturnType<typeof openot> =>
    openot(['verify-proof', at('one.tlog-proof'), '--entry', at('one.entry.json'), ...more]);

  it('prove one record to somebody who has the two files and the key, and nothing else', async () => {
    const entry = JSON.parse(readFileSync(at('one.entry.json'), 'utf8')) as { kind: string; stream: string };
    [entry.kind, entry.stream].should.eql(['record', 'line 2']);
    const { code, out } = await verified(['--key', archive.vkey]);
    code?.should.equal(0);
    out.should.match(/^The entry is number [0-9]+ of the [0-9]+ that plant\.example\/line-1 signed\.\n$/);
    const json = await verified(['--key', archive.vkey, '--json']);
    json.code?.should.equal(0);
    JSON.parse(json.out).should.containEql({ ok: true });
  });

  it('say that it does not hold for an entry that was changed, and for the key of somebody else', async () => {
    const changed = at('changed.entry.json');
    writeFileSync(changed, readFileSync(at('one.entry.json'), 'utf8').replace('"abs":', '"abs":1'));
    const other = await openot(['verify-proof', at('one.tlog-proof'), '--entry', changed, '--key', archive.vkey]);
    other.code?.should.equal(1);
    other.out.should.match(/^It does not hold: the proof does not lead from this entry to the root of/);
    const otherKey = vkeyOf(keyOf(Buffer.alloc(32, 9)).signer(archive.origin));
    const { code, out } = await verified(['--key', otherKey]);
    code?.should.equal(1);
    out.should.startWith('It does not hold: ');
  });

  it('find an entry by its index, and name the files after it', async () => {
    const { code } = await openot(['prove', archive.folder, '--entry', '0'], { cwd: archive.root });
    code?.should.equal(0);
    existsSync(at('entry-0.tlog-proof')).should.be.true();
    readFileSync(at('entry-0.entry.json'), 'utf8').should.startWith('{"kind":"begin"');
  });

  it('say what is not there, not signed yet, or no name of a record', async () => {
    for (const record of ['line 2/0/1/11/99999', 'line 1/0/1/10/9999']) {
      const { code, error } = await openot(['prove', archive.folder, '--record', record], { cwd: archive.root });
      [code, error].should.eql([1, 'the archive has no such entry, or it is not signed yet\n']);
    }
    const slip = await openot(['prove', archive.folder, '--record', '11/7'], { cwd: archive.root });
    slip.code?.should.equal(2);
    slip.error.should.match(/--record must be <stream>\/<incarnation>\/<run>\/<source>\/<seq>/);
    const none = await openot(['prove', archive.folder], { cwd: archive.root });
    none.error.should.match(/--record or --entry is missing/);
  });
});
