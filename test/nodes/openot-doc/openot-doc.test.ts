import should from 'should';
import type { DocumentObject } from '../../../lib/document';
import type { Item } from '../../../lib/stream';
import { itemsOfConcatenation } from '../../../lib/stream';
import type { DefinitionNode } from '../../../nodes/runtime/definition-node';
import { Flow, helper, settled, shouldBePlain, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { concat, definitionText, facts, message, snapshot } from '../support/data';

const loss: Item = {
  kind: 'loss',
  runId: '1',
  sourceId: 1,
  firstSeq: 0,
  lastSeq: 0,
  count: 1,
  basis: 'inferred',
  class: 'lost'
};
const lap: Item = { kind: 'lap', fromAbs: 0, toAbs: 10, lostCountDelta: 1 };
const { items } = itemsOfConcatenation(concat(message(1), message(2), message(3, { eventTypeId: 0x7777 })));
const batch: Item[] = [loss, ...items];

const flow = async (doc: Record<string, unknown> = {}): Promise<Flow> => {
  const running = await Flow.start([
    { id: 'definition', type: 'openot-definition', source: 'json', json: definitionText(), path: '', watch: false },
    {
      id: 'doc',
      type: 'openot-doc',
      definition: 'definition',
      whenUnadvertised: 'placeholder',
      profile: 'strict',
      format: 'object',
      emit: 'batch',
      outputs: 1,
      wires: [['out'], ['losses'], ['placeholders']],
      ...doc
    },
    sink('out'),
    sink('losses'),
    sink('placeholders')
  ]);
  await (helper.getNode('definition') as DefinitionNode).definitions?.ready;
  return running;
};
const given = (payload: unknown = batch, commit = ['r/b/1']): { payload: unknown; openot: object; topic: string } => ({
  payload,
  openot: facts({ commit }),
  topic: 'mine'
});
const kinds = (payload: unknown): string[] => (payload as DocumentObject[]).map(({ kind }) => kind);

describe('openot-doc', () => {
  useNodeRed();

  for (const profile of ['strict', 'enriched']) {
    it(`makes ${profile} documents as objects, in order, of plain values only`, async () => {
      const running = await flow({ profile });
      running.send('doc', given());
      await settled();
      const [sent] = running.at('out');
      should(kinds(sent.payload)).eql(['loss', 'event', 'event', 'placeholder']);
      shouldBePlain(sent);
      should(sent.topic).equal('mine');
      should((sent.openot as { commit: string[] }).commit).eql(['r/b/1']);
      const document = (sent.payload as DocumentObject[])[1];
      should(document.provenance).have.properties({ runId: '1', sourceTimeNs: '1780000000000000000', bufferId: 7 });
      should('text' in document).equal(profile === 'enriched');
      should(running.at('completed').length).equal(1);
      should(running.caught).eql([]);
      should(statusesOf('doc').some(({ text }) => text !== undefined)).be.true();
    });
  }

  it(
    'is yellow while the last batch had placeholders, and green again with their count once batches ' + 'resolve',
    async () => {
      const running = await flow();
      running.send('doc', given());
      running.send('doc', given(items.slice(0, 2)));
      await until('green', () => /4 events, 1 placeholders/.test(statusesOf('doc').at(-1)?.text ?? ''));
      should(statusesOf('doc').at(-1)!.fill).equal('green');
      running.send('doc', given());
      await until('yellow', () => statusesOf('doc').at(-1)!.fill === 'yellow');
    }
  );

  for (const format of ['json', 'ndjson']) {
    it(`writes ${format} that JSON.parse takes, whatever items a flow makes up`, async () => {
      const running = await flow({ format });
      const changes = [
        { runId: '007' },
        { basis: 'x"' },
        { class: 5 },
        { upgrade: 'yes' },
        { runId: 7 },
        { basis: 'authoritative' },
        { count: 1, upgrade: true }
      ];
      for (const change of changes) running.send('doc', given([{ ...loss, ...change }]));
      for (const change of [
        { sourceTimeNs: '01' },
        { runId: '18446744073709551615' },
        { flags: 1e9 },
        { sourceId: 2 ** 40 },
        { seq: -0 }
      ])
        running.send('doc', given([{ ...items[0], ...change }]));
      await until('the errors', () => running.caught.length + running.at('completed').length === 12);
      should(running.caught.slice(0, 4).map(({ code }) => code)).eql(Array(4).fill('OPENOT_PAYLOAD_NOT_ITEMS'));
      should(running.at('out').length).be.above(4);
      for (const { payload } of running.at('out'))
        for (const text of format === 'json'
          ? [payload as string]
          : (payload as string).split('\n').filter((line) => line !== ''))
          JSON.parse(text);
    });
  }

  it('writes JSON and NDJSON text with all digits', async () => {
    const running = await flow({ format: 'json' });
    running.send('doc', given());
    await settled();
    const text = running.at('out')[0].payload as string;
    should(kinds(JSON.parse(text))).eql(['loss', 'event', 'event', 'placeholder']);
    should(text).containEql('"sourceTimeNs":1780000000000000000,');
    await helper.unload();

    const lines = await flow({ format: 'ndjson' });
    lines.send('doc', given());
    await settled();
    const ndjson = lines.at('out')[0].payload as string;
    should(ndjson.endsWith('\n')).be.true();
    should(ndjson.split('\n').length).equal(5);
    should(`[${ndjson.trim().split('\n').join(',')}]`).equal(text);
  });

  it('sends one message for each document, with parts, and the tokens on the last', async () => {
    const running = await flow({ emit: 'document', format: 'ndjson' });
    running.send('doc', given());
    await settled();
    const sent = running.at('out');
    should(sent.length).equal(4);
    should(sent.every(({ payload }) => /^\{.*\}\n$/.test(payload as string))).be.true();
    should(sent.map(({ openot }) => (openot as { commit?: string[] }).commit)).eql([
      undefined,
      undefined,
      undefined,
      ['r/b/1']
    ]);
    should(sent.map(({ parts }) => (parts as { index: number; count: number }).index)).eql([0, 1, 2, 3]);
    should(sent[0].openot as object).not.equal(sent[1].openot as object);
  });

  it('sorts by three outputs; the tokens leave by the first, always', async () => {
    const running = await flow({ outputs: 3 });
    running.send('doc', given());
    running.send('doc', given([loss], ['r/b/2']));
    running.send('doc', given([loss], []));
    await settled();
    should(running.at('out').map(({ payload }) => kinds(payload))).eql([['event', 'event'], []]);
    should(running.at('losses').map(({ payload }) => kinds(payload))).eql([['loss'], ['loss'], ['loss']]);
    should(running.at('placeholders').map(({ payload }) => kinds(payload))).eql([['placeholder']]);
    should(running.at('out').map(({ openot }) => (openot as { commit?: string[] }).commit)).eql([['r/b/1'], ['r/b/2']]);
    should(
      [...running.at('losses'), ...running.at('placeholders')].every(({ openot }) => !('commit' in (openot as object)))
    ).be.true();
  });

  it('still sends a batch without documents by the first of three outputs', async () => {
    const running = await flow({ outputs: 3 });
    running.send('doc', given([lap], []));
    await settled();
    should(running.at('out').map(({ payload }) => payload)).eql([[]]);
    should([...running.at('losses'), ...running.at('placeholders')]).eql([]);
  });

  it('sorts text by three outputs too', async () => {
    const running = await flow({ outputs: '3', format: 'json', emit: 'document' });
    running.send('doc', given());
    await settled();
    should(
      ['out', 'losses', 'placeholders'].map((id) =>
        running.at(id).map(({ payload }) => (JSON.parse(payload as string) as DocumentObject).kind)
      )
    ).eql([['event', 'event'], ['loss'], ['placeholder']]);
  });

  it('still sends a batch without documents when it carries notices or tokens', async () => {
    const running = await flow({ format: 'json' });
    running.send('doc', given([lap], []));
    running.send('doc', given([], ['r/b/1']));
    running.send('doc', given([], []));
    await settled();
    should(running.at('out').map(({ payload }) => payload)).eql(['[]', '[]']);
  });

  it('is safe without a guard: drift gives placeholders that keep the raw slots', async () => {
    const running = await flow();
    running.send('doc', {
      payload: items,
      openot: facts({ snapshot: snapshot({ definitionHash: 'ffffffffffffffff' }) })
    });
    running.send('doc', { payload: items });
    await settled();
    for (const { payload } of running.at('out')) {
      should(kinds(payload)).eql(['placeholder', 'placeholder', 'placeholder']);
      should((payload as Array<{ rawSlots: unknown[] }>)[0].rawSlots.length).equal(1);
    }
  });

  it('turns bad input and wrong settings into coded errors', async () => {
    const running = await flow();
    running.send('doc', { payload: Buffer.from('bytes') });
    await settled();
    should(running.caught.map(({ code }) => code)).eql(['OPENOT_PAYLOAD_NOT_ITEMS']);
    await helper.unload();
    const wrong = await flow({ format: 'xml' });
    wrong.send('doc', given());
    await settled();
    // Once when the node is made, once for the message.
    should(wrong.caught.map(({ code }) => code)).eql(['OPENOT_CONFIG', 'OPENOT_CONFIG']);
    should(statusesOf('doc').at(-1)).match({ fill: 'red', text: 'wrong settings: Format' });
  });

  it("passes an event's documents through JSON without a difference", async () => {
    const running = await flow({ profile: 'enriched' });
    running.send('doc', given());
    await settled();
    const { payload } = running.at('out')[0];
    should(JSON.parse(JSON.stringify(payload))).eql(payload);
  });
});
