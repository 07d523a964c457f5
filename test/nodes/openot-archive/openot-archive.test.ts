import should from 'should';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NoteVerifier, parseVkey, verifyArchive, VerifyReport } from '../../../lib/archive';
import { showArchive } from '../../../nodes/openot-archive/show';
import { StreamMaker } from '../../support/archive/stream-maker';
import { Flow, helper, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { definitionText, hashOf } from '../support/data';

const archive = {
  id: 'archive',
  type: 'openot-archive',
  origin: 'plant.example/a',
  checkpointInterval: '3600000',
  flushDelay: '0'
};
const flow = (more: object = {}): Promise<Flow> =>
  Flow.start([
    { id: 'definition', type: 'openot-definition', source: 'json', json: definitionText() },
    { ...archive, wires: [['out'], ['checkpoints']], ...more },
    sink('out'),
    sink('checkpoints')
  ]);

describe('openot-archive', () => {
  const place = useNodeRed();
  const openot = (...names: string[]): string => join(place.userDir, 'openot', ...names);
  const folder = (): string => openot('archives', 'archive');
  const key = (): NoteVerifier => {
    const parsed = parseVkey(readFileSync(openot('keys', 'archive.vkey'), 'utf8'));
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.verifier;
  };
  const verified = (since: string[] = [], at = folder()): Promise<VerifyReport> =>
    verifyArchive(
      { read: (path) => Promise.resolve(existsSync(join(at, path)) ? readFileSync(join(at, path)) : undefined) },
      { keys: [key()], since }
    );
  beforeEach(() => rmSync(openot(), { recursive: true, force: true }));

  const batch = (stream: StreamMaker, count = 20): Record<string, unknown> => {
    stream.definitionHash = hashOf(definitionText());
    const { payload, facts } = stream.records(count).batch();
    return { payload, openot: { ...facts, commit: ['r/b/1'] }, topic: facts.stream, mine: 1 };
  };

  it('passes a batch on as it came, once it is on disk, and signs a checkpoint when told', async () => {
    const running = await flow();
    const stream = new StreamMaker('line 1');
    const given = batch(stream);
    running.send('archive', given);
    await until('what the flow must do', () => running.at('out').length === 1);
    const [sent] = running.at('out');
    should(sent).containDeep({ topic: 'line 1', mine: 1 });
    should(sent.openot).have.properties({ commit: ['r/b/1'], stream: 'line 1' });
    // What was passed on survives a kill: it stands in the journal.
    statSync(join(folder(), 'journal')).size.should.be.above(20 * 60);
    running.send('archive', { topic: 'checkpoint' });
    await until('what the flow must do', () => running.at('checkpoints').length === 2);
    const report = await verified(running.at('checkpoints').map(({ payload }) => String(payload)));
    report.findings.should.eql([]);
    report.since.should.eql([1, 23]);
    report.streams[0].records.should.equal(20);
    report.definitions.should.eql([hashOf(definitionText())]);
    should(running.caught).eql([]);
    (statSync(openot('keys', 'archive')).mode & 0o077).should.equal(0);
  });

  it('goes on where it was after a deploy, and stores once what comes twice', async () => {
    const stream = new StreamMaker('line 1');
    const [first, second] = [batch(stream), batch(stream)];
    const running = await flow();
    running.send('archive', first);
    await until('what the flow must do', () => running.at('out').length === 1);
    await helper.unload();
    const again = await flow();
    for (const message of [first, second]) again.send('archive', message);
    await until('what the flow must do', () => again.at('out').length === 2);
    await helper.unload();
    const report = await verified();
    report.findings.should.eql([]);
    report.streams[0].records.should.equal(40);
    report.unsigned.should.equal(0);
  });

  it('refuses what can be made again from the bytes, and bytes that came from no ring', async () => {
    const running = await flow();
    const facts = new StreamMaker('line 1').records(1).batch().facts;
    running.send('archive', { payload: [{ kind: 'event', provenance: {} }], openot: facts });
    running.send('archive', { payload: Buffer.from('4f4f5432', 'hex') });
    running.send('archive', { payload: [{ kind: 'record', abs: 0 }], openot: facts });
    await until('what the flow must do', () => running.caught.length === 3);
    running.caught
      .map((message) => message.message.split(':')[0])
      .should.eql(Array.from({ length: 3 }, () => 'OPENOT_ARCHIVE_PAYLOAD'));
    running.at('out').should.eql([]);
  });

  it('keeps documents of a LogObject, each once', async () => {
    const running = await flow();
    const document = {
      kind: 'log',
      provenance: { stream: 'server 1', receiveTimeNs: '1780000000000000000' },
      uid: 'server 1/7',
      text: 'pump started'
    };
    running.send('archive', { payload: [document, { ...document, uid: 'server 1/8' }] });
    running.send('archive', { payload: document });
    await until('what the flow must do', () => running.at('out').length === 2);
    await helper.unload();
    const report = await verified();
    report.findings.should.eql([]);
    should(report.entries.document).equal(2);
  });

  it(
    'says aloud that the folder went back, passes nothing on, and begins a log that names the old one ' + 'when told',
    async () => {
      const stream = new StreamMaker('line 1');
      const running = await flow();
      running.send('archive', batch(stream));
      await until('what the flow must do', () => running.at('out').length === 1);
      await helper.unload();
      rmSync(openot('archives', 'archive.state'));
      const again = await flow();
      await until('what the flow must do', () => again.caught.length === 1);
      again.caught[0].message.should.match(/^OPENOT_ARCHIVE_WENT_BACK: .*topic "begin"/);
      again.send('archive', batch(stream));
      await until('what the flow must do', () => again.caught.length === 2);
      again.at('out').should.eql([]);
      await until('its status', () => /^archive is an older copy/.test(String(statusesOf('archive').at(-1)?.text)));
      again.send('archive', { topic: 'begin' });
      await until('what the flow must do', () => again.at('checkpoints').length === 1);
      again.send('archive', batch(stream));
      await until('what the flow must do', () => again.at('out').length === 1);
      await helper.unload();
      const { verifier } = parseVkey(readFileSync(openot('keys', 'archive.vkey'), 'utf8')) as {
        verifier: NoteVerifier;
      };
      verifier.name.should.equal('plant.example/a');
      existsSync(join(folder(), 'before', '1', 'checkpoint')).should.be.true();
      const note = readFileSync(join(folder(), 'checkpoint'), 'utf8');
      note.should.startWith('plant.example/a/2\n');
      (await verified([], join(folder(), 'before', '1'))).ok.should.be.true();
    }
  );

  it('does not begin without its key, and never shows it', async () => {
    const running = await flow();
    await until('what the flow must do', () => running.at('checkpoints').length === 1);
    await helper.unload();
    writeFileSync(openot('keys', 'archive'), 'PRIVATE+KEY+secret');
    const again = await flow();
    await until('what the flow must do', () => again.caught.length === 1);
    const text = again.caught[0].message;
    text.should.startWith('OPENOT_ARCHIVE_KEY').and.not.containEql('secret');
  });

  it('shows entries, the age of the last checkpoint, and what stands in its way', () => {
    const status = {
      origin: 'o',
      vkey: '',
      entries: 12_345,
      signed: 12_000,
      signedMs: 1000,
      bytes: 2_500_000,
      trouble: undefined
    };
    should(showArchive({ kind: 'open', status }, 13_000).text).equal('12.3 k entries, checkpoint 12 s ago');
    const trouble = { ok: false as const, code: 'OPENOT_ARCHIVE_DISK' as const, message: '' };
    should(showArchive({ kind: 'open', status: { ...status, trouble } }, 0).fill).equal('red');
    should(showArchive({ kind: 'opening' }, 0).fill).equal('yellow');
  });
});
