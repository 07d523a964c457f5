import should from 'should';
import { bind, compileDefinition, DefinitionStore } from '../../../lib/definition';
import { createFormatter } from '../../../lib/document';
import { Item } from '../../../lib/stream';
import { startPlc } from '../../e2e/support/plc';
import { until } from '../../e2e/support/process';
import { startLiveReader } from '../../support/live-reader';

/*
 * A ring can hold records of three definitions while its control block speaks of two. The oldest must never be taken
 * for
 * the previous one: its ids mean other things there. All definitions are loaded here, so every name is within reach.
 */
describe('three epochs in one ring', function () {
  for (const [when, readBefore] of [
    ['a reader that comes only after both changes', false],
    ['a reader that was there before them', true]
  ] as const) {
    it(`${when} resolves no record with a definition that was not in force`, async () => {
      const plc = await startPlc({ rate: 0, ringBytes: 262_144, scenario: 'packaging', truthLimit: 100_000 });
      const { simulator } = plc;
      const store = new DefinitionStore();
      const hashOfEpoch = new Map<number, string>();
      const note = (): void => {
        const compiled = compileDefinition(simulator.definitionText());
        if (!compiled.ok) throw new Error(compiled.message);
        store.add(compiled.compiled, compiled.compiled.carriageHash);
        hashOfEpoch.set(simulator.statistics().epochId, simulator.statistics().definitionHash);
      };
      const documents: { item: Item; hash: string; kind: string; relation: string }[] = [];
      const formatter = createFormatter({ profile: 'strict' });
      const open = (): ReturnType<typeof startLiveReader> =>
        startLiveReader({
          endpointUrl: plc.endpointUrl,
          nodes: { controlNode: plc.controlNodeId, ringNodes: plc.ringNodeIds },
          onItems: (items, facts) => {
            const binding = bind(store, {
              stream: facts.stream,
              snapshot: facts.snapshot,
              epochs: facts.epochs,
              whenUnadvertised: 'placeholder'
            });
            for (const item of items) {
              if (item.kind !== 'record') continue;
              const [document] = formatter.objects([item], facts, binding) as {
                kind: string;
                provenance: { epoch: { relation: string; definitionHash: string } };
              }[];
              documents.push({
                item,
                hash: document.provenance.epoch.definitionHash,
                kind: document.kind,
                relation: document.provenance.epoch.relation
              });
            }
          }
        });
      let reader = readBefore ? open() : undefined;
      for (let epoch = 0; epoch < 3; epoch++) {
        if (epoch > 0) should(simulator.command('definition-change').ok).be.true();
        note();
        simulator.command('burst', 60);
        if (readBefore && epoch === 0) await until('the first epoch to be read', () => documents.length >= 60);
      }
      simulator.command('stop-producer');
      reader ??= open();
      const head = simulator.statistics().headAbs;
      await until(
        'the head',
        () => reader!.status().cursorAbs === head,
        () => JSON.stringify(reader!.status())
      );
      await reader.stop();
      const epochOf = new Map(
        simulator.truth().map((record) => [`${record.runId}/${record.sourceId}/${record.seq}`, Number(record.epochId)])
      );
      await plc.stop();

      const resolvedByEpoch = new Map<number, number>();
      for (const { item, hash, kind } of documents) {
        if (item.kind !== 'record' || kind !== 'event') continue;
        const epoch = epochOf.get(`${item.runId}/${item.sourceId}/${item.seq}`)!;
        should(hash).equal(hashOfEpoch.get(epoch), `seq ${item.seq} of source ${item.sourceId} in epoch ${epoch}`);
        resolvedByEpoch.set(epoch, (resolvedByEpoch.get(epoch) ?? 0) + 1);
      }
      const [first, second, third] = [...hashOfEpoch.keys()].sort((a, b) => a - b);
      // The first epoch resolves only for a reader that saw it while it was in force.
      should(resolvedByEpoch.get(first) ?? 0).be[readBefore ? 'aboveOrEqual' : 'equal'](readBefore ? 60 : 0);
      should(resolvedByEpoch.get(second)).be.aboveOrEqual(55);
      should(resolvedByEpoch.get(third)).be.aboveOrEqual(60);
      should(documents.filter(({ item }) => item.kind === 'record').length).equal(epochOf.size);
    });
  }
});
