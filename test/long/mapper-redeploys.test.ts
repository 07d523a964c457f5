import should from 'should';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogsRequest } from '../../lib/telemetry/otlp-types';
import { seeded } from '../support/seeded';
import { appendTo, catchTo, chain } from '../e2e/support/flows';
import { Plc, startPlc } from '../e2e/support/plc';
import { sleep, until } from '../e2e/support/process';
import { FlowNode, Runtime } from '../e2e/support/runtime';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';

const DEPLOYS = 16;

describe('a mapper that is deployed again and again while it works', function () {
  this.timeout(180_000);
  let userDir: string;
  let plc: Plc;
  let runtime: Runtime | undefined;

  afterEach(async () => {
    runtime?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  for (const commit of ['onSend', 'onAck']) {
    it(`loses nothing that it held back, where the reader commits ${commit}`, async () => {
      plc = await startPlc({ rate: 300, ringBytes: 1 << 20, truthLimit: 1_000_000 });
      userDir = await makeUserDirectory();
      const file = (name: string): string => join(userDir, name);
      const linesOf = (name: string): string[] =>
        existsSync(file(name)) ? readFileSync(file(name), 'utf8').split('\n').slice(0, -1) : [];
      const uids = (): string[] =>
        linesOf('logs').flatMap((line) =>
          (JSON.parse(line) as LogsRequest).resourceLogs.flatMap(({ scopeLogs }) =>
            scopeLogs.flatMap(({ logRecords }) =>
              logRecords.map(
                ({ attributes }) => attributes.find(({ key }) => key === 'log.record.uid')?.value.stringValue ?? ''
              )
            )
          )
        );
      const fs = "const fs = global.get('fs');";
      const flows: FlowNode[] = [
        ...chain({
          endpoint: plc.endpointUrl,
          controlNode: plc.controlNodeId,
          ringNode: plc.ringNodeIds.join('\n'),
          definition: { source: 'json', json: plc.simulator.definitionText() },
          reader: { interval: '20', maxRecords: '20', commit, maxInFlight: '64' },
          doc: { profile: 'enriched', format: 'object' },
          after: [['otel']]
        }),
        {
          id: 'otel',
          type: 'openot-otel',
          z: 'tab',
          name: '',
          x: 500,
          y: 300,
          maxAge: '150',
          wires: [['logs'], [], []]
        },
        {
          ...appendTo('logs', ''),
          outputs: 1,
          wires: [['ack']],
          func:
            `${fs} fs.appendFileSync(${JSON.stringify(file('logs'))}, JSON.stringify(msg.payload) + '\\n'); return ` +
            'msg;'
        } as FlowNode,
        { id: 'ack', type: 'openot-ack', z: 'tab', name: '', branches: '1', x: 900, y: 300, wires: [[]] },
        ...catchTo(file('errors'))
      ];
      writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));
      runtime = await Runtime.start(userDir);
      await until(
        'the first records',
        () => uids().length > 0,
        () => runtime!.log
      );
      const random = seeded(5);
      for (let round = 0; round < DEPLOYS; round++) {
        await sleep(100 + random.below(400));
        const which = ['otel', 'otel', 'doc', 'decoder'][random.below(4)];
        await runtime.deploy(
          flows.map((node) => (node.id === which ? { ...node, name: `round ${round}` } : node)),
          round % 4 === 3 ? 'full' : 'nodes'
        );
      }
      plc.simulator.command('stop-producer');
      const written = (): Set<string> =>
        new Set(plc.simulator.truth().map(({ runId, sourceId, seq }) => `test/0/${runId}/${sourceId}/${seq}`));
      const missing = (): string[] => ((known) => [...written()].filter((uid) => !known.has(uid)))(new Set(uids()));
      await until(
        'every record',
        () => missing().length === 0,
        () =>
          `missing ${missing().length} of ${written().size}: ` +
          `${missing().slice(0, 10).join(' ')}\n${linesOf('errors').join('\n')}\n${runtime!.log.slice(-2000)}`
      );
      should(uids().filter((uid) => !uid.endsWith('/loss') && uid !== '' && !written().has(uid))).eql([]);
      console.log(
        `      ${written().size} records, ${uids().length - written().size} of them again, ${DEPLOYS} deploys`
      );
      should(linesOf('errors').filter((line) => !line.includes('OPENOT_STATE_LOCKED'))).eql([]);
    });
  }
});
