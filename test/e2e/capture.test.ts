import should from 'should';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCapture } from '../../lib/capture';
import { chromiumPath, Editor } from './support/browser';
import { readDocuments } from './support/documents';
import { appendTo, chain } from './support/flows';
import { Plc, startPlc } from './support/plc';
import { until } from './support/process';
import { FlowNode, Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

describe('a capture that a killed runtime left behind', function () {
  let userDir: string;
  let plc: Plc;
  let runtime: Runtime | undefined;
  const flows = (reader: Record<string, unknown>, output: string): FlowNode[] => [
    ...chain({
      endpoint: plc.endpointUrl,
      controlNode: plc.controlNodeId,
      ringNode: plc.ringNodeIds.join('\n'),
      definition: { source: 'json', json: plc.simulator.definitionText() },
      reader,
      after: [['append']]
    }),
    appendTo('append', join(userDir, output))
  ];
  const start = async (reader: Record<string, unknown>, output: string): Promise<void> => {
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows(reader, output)));
    runtime = await Runtime.start(userDir);
  };
  const lines = (output: string): string[] =>
    readDocuments(join(userDir, output)).map((document) =>
      JSON.stringify(document, (key, value: unknown) => (key === 'receiveTimeNs' ? undefined : value))
    );

  before(async () => {
    plc = await startPlc({
      rate: 300,
      ringBytes: 1 << 20,
      quirks: { torn: { granularity: 4, updateProbability: 0.01 } }
    });
    userDir = await makeUserDirectory();
  });
  afterEach(() => runtime?.kill());
  after(async () => {
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  it('replays into the same documents in another runtime, without the controller', async () => {
    await start({ recordPath: 'captures/' }, 'live.ndjson');
    await until(
      'documents',
      () => lines('live.ndjson').length > 1000,
      () => runtime!.log
    );
    runtime!.kill();
    // What the killed runtime had written.
    const original = lines('live.ndjson');
    const names = readdirSync(join(userDir, 'captures'));
    should(names).eql(['reader-000001.ootcap']);
    const capture = decodeCapture(readFileSync(join(userDir, 'captures', names[0])));
    should(capture.ok && capture.frames.some(({ content }) => content.type === 'end')).be.false();
    await plc.stop();

    await start(
      { id: 'replay', transport: 'capture', capturePath: 'captures', opcua: '', controlNode: '', ringNode: '' },
      'replay.ndjson'
    );
    await until(
      'the documents again',
      () => lines('replay.ndjson').length >= original.length,
      () => `${lines('replay.ndjson').length} of ${original.length}\n${runtime!.log}`
    );
    await runtime!.stop();
    should(runtime!.complaints()).eql([]);
    // What was read in the last moment before the kill may not have been handed on, or not have been in the file yet.
    should(lines('replay.ndjson').slice(0, original.length)).eql(original);
    should(readdirSync(join(userDir, 'openot', 'readers')).filter((name) => name.startsWith('replay'))).eql([]);
  });

  it(
    'the dialog shows the fields of a capture, and those of recording only where something is ' + 'read',
    async function () {
      if (!chromiumPath()) {
        console.log('      skipped: no Chromium');
        return this.skip();
      }
      runtime = await Runtime.start(userDir);
      const editor = await Editor.open(runtime.url);
      try {
        await editor.openDialog('replay');
        const shown = (name: string): Promise<boolean> =>
          editor.evaluate<boolean>(`$('#node-input-${name}').is(':visible')`);
        const choose = (transport: string): Promise<void> =>
          editor.evaluate(`void $('#node-input-transport').val('${transport}').trigger('change')`);
        const all = async (): Promise<string[]> => {
          const found: string[] = [];
          for (const name of [
            'opcua',
            'modbus',
            'capturePath',
            'captureSpeed',
            'recordPath',
            'recordBytes',
            'recordFiles',
            'startFrom'
          ])
            if (await shown(name)) found.push(name);
          return found;
        };
        should(await editor.evaluate<string>("$('#node-input-capturePath').val()")).equal('captures');
        should(await all()).eql(['capturePath', 'captureSpeed', 'startFrom']);
        should(await editor.evaluate<boolean>("$('#openot-reader-find').is(':visible')")).be.false();
        await editor.screenshot('reader-capture');
        await choose('modbus');
        should(await all()).eql(['modbus', 'recordPath', 'startFrom']);
        await editor.evaluate("void $('#node-input-recordPath').val('captures/').trigger('change')");
        should(await all()).eql(['modbus', 'recordPath', 'recordBytes', 'recordFiles', 'startFrom']);
        should(
          await editor.evaluate<string>("$('#node-input-recordBytes').val() + ' ' + $('#node-input-recordFiles').val()")
        ).equal('16777216 4');
        await editor.evaluate("document.getElementById('node-input-recordFiles').scrollIntoView({ block: 'end' })");
        await editor.screenshot('reader-recording');
        await choose('capture');
        await editor.press('ok');
        should(await editor.evaluate<boolean>("RED.nodes.node('replay').valid")).be.true();
        should(editor.problems).eql([]);
      } finally {
        await editor.close();
      }
    }
  );
});
