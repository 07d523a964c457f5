import should from 'should';
import type { HTTPRequest } from 'puppeteer-core';
import { chromiumPath, Editor } from '../e2e/support/browser';
import { Plc, startPlc } from '../e2e/support/plc';
import { until } from '../e2e/support/process';
import { Runtime } from '../e2e/support/runtime';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';

// Node-RED 4 has no dark theme of its own.
const themes = process.env.OPENOT_NODE_RED === '5' ? ['light', 'dark'] : ['light'];

for (const theme of themes) {
  describe(`Find ring and Test in the reader's dialog, before anything is deployed, ${theme}`, function () {
    let userDir: string;
    let runtime: Runtime;
    let editor: Editor;
    let plc: Plc;

    before(async function () {
      if (!chromiumPath()) {
        console.log('      skipped: no Chromium');
        return this.skip();
      }
      plc = await startPlc({
        ringBytes: 16_384,
        modbusPort: 'any',
        modbusQuirks: { byteOrder: 'little' },
        modbusRegisters: { controlAddress: 1000, ringAddress: 1044 },
        users: { operator: 'right' }
      });
      userDir = await makeUserDirectory();
      runtime = await Runtime.start(userDir);
      editor = await Editor.open(runtime.url, { dark: theme === 'dark' });
      const { port } = plc.simulator.modbus!;
      const flow = [
        {
          id: 'opcua',
          type: 'openot-opcua',
          name: 'plant',
          endpoint: plc.endpointUrl,
          securityMode: 'None',
          securityPolicy: 'Basic256Sha256',
          authentication: 'anonymous',
          trust: 'list',
          requestTimeout: '10000'
        },
        {
          id: 'modbus',
          type: 'openot-modbus',
          name: 'device',
          host: '127.0.0.1',
          port: String(port),
          unitId: '255',
          requestTimeout: '3000',
          maxRegisters: '125',
          pipeline: '1'
        }
      ];
      await editor.evaluate(`RED.nodes.import(${JSON.stringify(flow)}, { generateIds: false })`);
      for (const transport of ['opcua', 'modbus']) await editor.evaluate(addReader(transport));
    });
    after(async () => {
      await editor?.close();
      runtime?.kill();
      await plc?.stop();
      if (userDir) await removeUserDirectory(userDir);
    });

    /** A reader as it is dragged from the palette: nothing but the config node is chosen. */
    const addReader = (transport: string): string => `(() => {
      const values = { type: 'openot-reader', id: 'reader-${transport}', z: RED.workspaces.active(), x: 200, y: 100, wires: [[], []] };
      for (const [name, { value }] of Object.entries(RED.nodes.getType('openot-reader').defaults)) values[name] = value;
      RED.nodes.import([{ ...values, transport: '${transport}', ${transport}: '${transport}' }], { generateIds: false });
    })()`;
    const field = (name: string): Promise<string> => editor.evaluate<string>(`$('#node-input-${name}').val()`);
    const set = (name: string, value: string): Promise<void> =>
      editor.evaluate(`void $('#node-input-${name}').val(${JSON.stringify(value)}).trigger('change')`);
    const press = async (button: string): Promise<string> => {
      await editor.evaluate(`document.getElementById('openot-reader-${button}').scrollIntoView({ block: 'center' })`);
      await editor.page.click(`#openot-reader-${button}`);
      await editor.page.waitForFunction(
        "$('.openot-reader-outcome:visible .fa-spin').length === 0 && $('.openot-reader-outcome:visible').length === 1"
      );
      await editor.evaluate("document.querySelector('.openot-reader-outcome').scrollIntoView({ block: 'end' })");
      return editor.evaluate<string>("$('.openot-reader-outcome').text().replace(/\\s+/g, ' ').trim()");
    };
    const isDisabled = (): Promise<boolean> =>
      editor.evaluate<boolean>(
        "$('#openot-reader-find').prop('disabled') || $('#openot-reader-test').prop('disabled')"
      );

    it('finds a ring in an OPC UA server and fills its NodeIds, which survive a change of indexes', async () => {
      await editor.openDialog('reader-opcua');
      should(await field('controlNode')).equal('');
      const found = await press('find');
      should(found).match(
        /Found and filled in: OpenOT \/ OpenOT.Control \+ OpenOT.Ring: 16 KiB, .*its records are whole/
      );
      should(await field('controlNode')).equal(plc.controlNodeId);
      should(await field('ringNode')).equal(plc.ringNodeIds.join('\n'));
      should(await isDisabled()).be.false();
      await editor.screenshot(`find-ring-opcua-${theme}`);
    });

    it('tests it, and tells types, ranges, times and torn looks', async () => {
      const report = await press('test');
      should(report).match(/This ring can be read/);
      should(report).match(/whole records? stands?/);
      should(report).match(/UInt32\[\], 16384 bytes/);
      should(report).match(/Ranges exact/);
      should(report).match(/ring, 16 KiB: .* ms/);
      should(report).match(/\d+ pairs in .* of \d+ looks certainly torn/);
      await editor.screenshot(`test-ring-opcua-${theme}`);
      await editor.evaluate("void $('.openot-reader-outcome-body').scrollTop(100000)");
      await editor.screenshot(`test-ring-opcua-end-${theme}`);
      await editor.press('ok');
      should(await editor.evaluate<string>("RED.nodes.node('reader-opcua').controlNode")).equal(plc.controlNodeId);
      should(editor.problems).eql([]);
    });

    it('says where a NodeId is wrong', async () => {
      await editor.openDialog('reader-opcua');
      await set('controlNode', 'nsu=urn:openot:simulator;s=OpenOT.Running');
      should(await press('test')).match(/cannot be read as it is set.*OPENOT_OPCUA_NODE_SCALAR/);
      await editor.screenshot(`test-ring-wrong-${theme}`);
      await editor.press('cancel');
    });

    it("logs in with what was typed in the endpoint's dialog and never deployed", async () => {
      const typed = async (password: string): Promise<string> => {
        await editor.openDialog('opcua');
        await editor.evaluate("void $('#node-config-input-authentication').val('password').trigger('change')");
        await editor.evaluate(
          `void ($('#node-config-input-user').val('operator'), $('#node-config-input-password').val('${password}'))`
        );
        await editor.press('ok');
        await editor.openDialog('reader-opcua');
        const found = await press('find');
        await editor.press('cancel');
        return found;
      };
      should(await typed('wrong')).match(/OPENOT_OPCUA_CREDENTIALS/);
      should(await typed('right')).match(/Found and filled in/);
      await editor.evaluate("RED.nodes.node('opcua').authentication = 'anonymous'");
      should(editor.problems).eql([]);
    });

    it('finds a ring in the registers of a Modbus device, with its byte order', async () => {
      await editor.openDialog('reader-modbus');
      should(await editor.evaluate<boolean>("$('#node-input-controlNode').is(':visible')")).be.false();
      await editor.screenshot(`dialog-reader-modbus-${theme}`);
      await editor.evaluate("void $('#openot-reader-to').val('5999')");
      const found = await press('find');
      should(found).match(
        /Found and filled in: holding registers, control block at 1000, ring at 1044, byte order little: 16 KiB/
      );
      should(found).match(
        /not everything was looked at|Looked at holding registers 0 to 5999, input registers 0 to 5999/
      );
      should([
        await field('registerType'),
        await field('controlAddress'),
        await field('ringAddress'),
        await field('byteOrder')
      ]).eql(['holding', '1000', '1044', 'little']);
      should(
        await editor.evaluate<string>("$('.openot-reader-address:visible').map((_, e) => $(e).text()).get().join('; ')")
      ).equal('counted from 0 (= 41001); counted from 0 (= 41045)');
      await editor.screenshot(`find-ring-modbus-${theme}`);
    });

    it('tests it; an address that is one too low is found, and put right with a click', async () => {
      await set('byteOrder', 'big');
      should(await press('test')).match(/This ring can be read; something is worth knowing.*set Byte order to little/);
      await editor.screenshot(`test-ring-modbus-${theme}`);
      await set('controlAddress', '999');
      await set('ringAddress', '1043');
      should(await press('test')).match(
        /OPENOT_MODBUS_CONTROL_SHIFTED.*with the control block at 1000 and the ring at 1044: set these addresses/
      );
      await editor.evaluate("$('.openot-reader-outcome-tools button:contains(Apply)').click()");
      should([await field('controlAddress'), await field('ringAddress')]).eql(['1000', '1044']);
      await editor.press('ok');
      should(await editor.evaluate<boolean>("RED.nodes.node('reader-modbus').valid")).be.true();
      should(editor.problems).eql([]);
    });

    it('lets a person choose where several rings were found', async () => {
      const ring = (address: number, isProved: boolean): object => ({
        description:
          `holding registers, control block at ${address}: 16 KiB, ` +
          `${isProved ? 'its records are whole' : 'a guess'}`,
        isProved,
        fields: {
          registerType: 'input',
          controlAddress: String(address),
          ringAddress: String(address + 44),
          byteOrder: 'little'
        }
      });
      const answer = {
        ok: true,
        rings: [ring(2000, true), ring(6000, false)],
        looked: 'holding registers 0 to 9999; 80 requests in 2.0 s',
        isComplete: false,
        hints: ['<b>text</b> of a device is no markup']
      };
      await editor.page.setRequestInterception(true);
      const answering = (request: HTTPRequest): void =>
        void (request.url().endsWith('/openot/find-ring')
          ? request.respond({ contentType: 'application/json', body: JSON.stringify(answer) })
          : request.continue());
      editor.page.on('request', answering);
      await editor.openDialog('reader-modbus');
      const list = await press('find');
      editor.page.off('request', answering);
      await editor.page.setRequestInterception(false);
      should(list).match(
        /2 rings were found: choose one.*control block at 2000.*control block at 6000.*<b>text<\/b> of a device is no markup.*not everything was looked at/
      );
      should(await field('controlAddress')).equal('1000');
      await editor.page.click('.openot-reader-ring:nth-of-type(2)');
      should([
        await field('registerType'),
        await field('controlAddress'),
        await field('ringAddress'),
        await field('byteOrder')
      ]).eql(['input', '6000', '6044', 'little']);
      await editor.screenshot(`find-ring-several-${theme}`);
      await editor.press('cancel');
      should(editor.problems).eql([]);
    });

    it('can be stopped, and closing the dialog stops it', async () => {
      plc.simulator.modbus!.quirks.delay = 200;
      await editor.openDialog('reader-modbus');
      await editor.page.click('#openot-reader-find');
      await editor.page.waitForSelector('.openot-reader-outcome .fa-stop');
      await editor.screenshot(`find-ring-busy-${theme}`);
      await editor.evaluate("$('.openot-reader-outcome-tools button').click()");
      should(await isDisabled()).be.false();
      await editor.page.click('#openot-reader-test');
      await editor.press('cancel');
      await editor.page.waitForFunction('true');
      await until('the device to have no connection', () => plc.simulator.modbus!.connections() === 0);
      plc.simulator.modbus!.quirks.delay = 0;
      should(editor.problems).eql([]);
    });

    it('asks for the config node where there is none, and leaves no session behind', async () => {
      await editor.evaluate("RED.nodes.node('reader-opcua').opcua = ''");
      await editor.openDialog('reader-opcua');
      should(await press('find')).match(/Choose or add an endpoint first/);
      await editor.press('cancel');
      should(plc.simulator.server!.sessions()).equal(0);
      should(plc.simulator.modbus!.connections()).equal(0);
      should(runtime.complaints()).eql([]);
    });
  });
}
