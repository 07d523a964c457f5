import should from 'should';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileDefinition } from '../../../lib/definition';
import { DefinitionController, DefinitionSettings } from '../../../nodes/openot-definition/controller';
import { CodedError } from '../../../nodes/runtime/coded-error';
import type { DefinitionNode } from '../../../nodes/runtime/definition-node';
import { Flow, helper, settled, sink, until, useNodeRed } from '../../support/node-red';
import { definitionText, hashOf } from '../support/data';

const first = definitionText('reactor-1');
const second = definitionText('reactor-2');
const broken = (change: (text: string) => string): string => {
  const text = change(first);
  should(text).not.equal(first);
  return text;
};

describe('the definition controller', () => {
  const place = useNodeRed();
  let controller: DefinitionController;
  let errors: CodedError[];
  let warnings: string[];
  let folder: string;
  let count = 0;

  const start = async (settings: Partial<DefinitionSettings>): Promise<DefinitionController> => {
    controller = new DefinitionController(
      { source: 'folder', json: '', path: folder, watch: true, pollMs: 30, ...settings },
      { error: (error) => errors.push(error), warn: (code) => warnings.push(code), log: () => undefined }
    );
    await controller.ready;
    return controller;
  };
  const held = (): string[] => controller.store.all().map(({ carriageHash }) => carriageHash);

  beforeEach(() => {
    errors = [];
    warnings = [];
    folder = join(place.userDir, `definitions-${++count}`);
    mkdirSync(folder);
  });
  afterEach(() => controller?.close());

  it('takes the text in the node', async () => {
    await start({ source: 'json', json: first });
    should(held()).eql([hashOf(first)]);
    should(errors).eql([]);
  });

  it('holds every file of a folder, takes up new ones, lets go of removed ones', async () => {
    writeFileSync(join(folder, 'a.json'), first);
    writeFileSync(join(folder, 'notes.txt'), 'no definition');
    await start({});
    should(held()).eql([hashOf(first)]);
    let changes = 0;
    controller.onChange(() => changes++);

    // As an editor saves: another file, renamed into place.
    writeFileSync(join(folder, '.b.json.tmp'), second);
    renameSync(join(folder, '.b.json.tmp'), join(folder, 'b.json'));
    await until('the second', () => held().length === 2);
    should(changes).be.above(0);
    rmSync(join(folder, 'a.json'));
    await until('only the second', () => held().length === 1);
    should(held()).eql([hashOf(second)]);
    should(errors).eql([]);
  });

  it('puts a changed file in place of the old one; a bad one leaves it in force and is reported once', async () => {
    const path = join(folder, 'current.json');
    writeFileSync(path, first);
    await start({ source: 'file', path });
    writeFileSync(path, second);
    await until('the new one', () => held()[0] === hashOf(second));
    should(held().length).equal(1);

    writeFileSync(path, second.replace('{', '{"unknown": 1,'));
    await until('the error', () => errors.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    should(errors.length).equal(1);
    should(errors[0].code).equal('OPENOT_DEFINITION_UNKNOWN_KEY');
    should(errors[0].message).containEql(path).and.containEql('docs/format.md 11').and.containEql(hashOf(second));
    should(held()).eql([hashOf(second)]);
    should(controller.state()).eql({ held: 1, refused: 1 });

    writeFileSync(path, first);
    await until('recovery', () => held()[0] === hashOf(first) && controller.state().refused === 0);
  });

  it('notices changes by polling alone', async () => {
    await start({ path: join(folder, 'later') });
    should(errors).eql([]);
    // Only when it is still missing at the next look, and then once.
    await until('the error', () => errors.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 120));
    should(errors.map(({ code }) => code)).eql(['OPENOT_DEFINITION_NOT_FOUND']);
    // That it is still missing is no change: readers read again at each one what was refused.
    let changes = 0;
    controller.onChange(() => changes++);
    await new Promise((resolve) => setTimeout(resolve, 120));
    should(changes).equal(0);
    mkdirSync(join(folder, 'later'));
    writeFileSync(join(folder, 'later', 'a.json'), first);
    await until('the late folder', () => held().length === 1);
    should(errors.length).equal(1);
  });

  it('does not watch when it is told not to', async () => {
    await start({ watch: false });
    writeFileSync(join(folder, 'a.json'), first);
    await new Promise((resolve) => setTimeout(resolve, 250));
    should(held()).eql([]);
  });

  const bad: Array<[string, () => string | Buffer, string]> = [
    [
      'a duplicate key',
      () => broken((text) => text.replace('"wireVersion": 2', '"wireVersion": 2, "wireVersion": 2')),
      'OPENOT_DEFINITION_DUPLICATE_KEY'
    ],
    [
      'a float',
      () => broken((text) => text.replace('"wireVersion": 2', '"wireVersion": 2.5')),
      'OPENOT_DEFINITION_FLOAT'
    ],
    [
      'an unknown key',
      () => broken((text) => text.replace('"wireVersion": 2', '"wireVersion": 2, "more": 1')),
      'OPENOT_DEFINITION_UNKNOWN_KEY'
    ],
    [
      'a lone surrogate',
      () => broken((text) => text.replace('"semanticVersion": "', '"semanticVersion": "\\ud800')),
      'OPENOT_DEFINITION_LONE_SURROGATE'
    ],
    ['nesting of 20,000', () => '['.repeat(20_000) + ']'.repeat(20_000), 'OPENOT_DEFINITION_TOO_DEEP'],
    ['no JSON', () => 'hello', 'OPENOT_DEFINITION_SYNTAX'],
    ['nothing', () => '', 'OPENOT_DEFINITION_SYNTAX'],
    ['a missing key', () => '{}', 'OPENOT_DEFINITION_MISSING_KEY'],
    ['bytes that are no UTF-8', () => Buffer.from([0x7b, 0xff, 0x7d]), 'OPENOT_DEFINITION_INVALID_UTF8'],
    ['a byte order mark', () => '\ufeff' + first, 'OPENOT_DEFINITION_BYTE_ORDER_MARK'],
    ['17 MiB', () => Buffer.alloc(17 * 1024 * 1024, 0x20), 'OPENOT_DEFINITION_TOO_LARGE']
  ];
  for (const [name, content, code] of bad) {
    it(`refuses a file with ${name} as a whole`, async () => {
      writeFileSync(join(folder, 'bad.json'), content());
      writeFileSync(join(folder, 'good.json'), second);
      await start({ watch: false });
      should(errors.map((error) => error.code)).eql([code]);
      should(errors[0].message).containEql('bad.json');
      should(held()).eql([hashOf(second)]);
    });
  }

  it('warns of a wrong hash and of a contradiction, and holds the file', async () => {
    const hash = (JSON.parse(first) as { header: { contentHash: string } }).header.contentHash;
    writeFileSync(
      join(folder, 'hash.json'),
      broken((text) =>
        text.replace(
          hash,
          hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
        )
      )
    );
    await start({ watch: false });
    should(errors).eql([]);
    should(warnings).eql(['OPENOT_DEFINITION_HASH_MISMATCH']);
    should(controller.state()).eql({ held: 1, refused: 0 });
    should(compileDefinition(first).ok).be.true();
  });

  it('turns what throws in a later look into an error, never into a rejection nobody takes', async () => {
    await start({});
    const rejected: unknown[] = [];
    const note = (reason: unknown): void => void rejected.push(reason);
    process.on('unhandledRejection', note);
    try {
      controller.onChange(() => {
        throw new Error('a listener failed');
      });
      writeFileSync(join(folder, 'a.json'), first);
      await until('the error', () => errors.length > 0);
      await new Promise((resolve) => setTimeout(resolve, 50));
      should(errors[0].message).containEql('a listener failed');
      should(rejected).eql([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('refuses a folder with more than 256 files, a folder that is a file and a file that is a folder', async () => {
    for (let file = 0; file < 257; file++) writeFileSync(join(folder, `${file}.json`), '');
    await start({ watch: false });
    await start({ watch: false, path: join(folder, '1.json') });
    await start({ watch: false, source: 'file' });
    should(errors.map(({ code }) => code)).eql([
      'OPENOT_DEFINITION_TOO_MANY',
      'OPENOT_DEFINITION_UNREADABLE',
      'OPENOT_DEFINITION_UNREADABLE'
    ]);
  });
});

describe('openot-definition', () => {
  const place = useNodeRed();
  const flow = (definition: Record<string, unknown>): Promise<Flow> =>
    Flow.start([
      { id: 'definition', type: 'openot-definition', source: 'json', json: '', path: '', watch: true, ...definition },
      { id: 'doc', type: 'openot-doc', definition: 'definition', outputs: 1, wires: [['out']] },
      sink('out')
    ]);

  it('gives other nodes its definitions, from a path relative to the user directory', async () => {
    mkdirSync(join(place.userDir, 'plant'));
    writeFileSync(join(place.userDir, 'plant', 'a.json'), first);
    await flow({ source: 'folder', path: 'plant' });
    const { definitions } = helper.getNode('definition') as DefinitionNode;
    await definitions!.ready;
    should(definitions!.state()).eql({ held: 1, refused: 0 });
  });

  for (const [name, definition, code] of [
    ['bad JSON', { json: '{"a":' }, 'OPENOT_DEFINITION_SYNTAX'],
    ['no JSON', {}, 'OPENOT_DEFINITION_EMPTY'],
    ['an empty path', { source: 'file' }, 'OPENOT_CONFIG'],
    ['a file that is not there', { source: 'file', path: 'nowhere.json' }, 'OPENOT_DEFINITION_NOT_FOUND'],
    ['a source that is none', { source: 'url' }, 'OPENOT_CONFIG']
  ] as Array<[string, Record<string, unknown>, string]>) {
    it(`reports ${name} with ${code} to the Catch nodes of the flows that use it, once`, async () => {
      const running = await flow({ watch: false, ...definition });
      await until('the error', () => running.caught.length > 0);
      await settled();
      should(running.caught.map((error) => error.code)).eql([code]);
      should(running.caught[0].source.id).equal('definition');
      should(helper.getNode('doc')).be.ok();
    });
  }
});
