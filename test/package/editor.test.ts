import should from 'should';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumPath, Editor } from '../e2e/support/browser';
import { FlowNode, Runtime } from '../e2e/support/runtime';
import { root } from '../e2e/support/toolchain';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';

/** The first examples that together have every node. */
const examples = (): FlowNode[] => {
  const flows: FlowNode[] = [];
  for (const name of readdirSync(join(root, 'examples'))
    .filter((file) => file.endsWith('.json'))
    .sort()) {
    const nodes = JSON.parse(readFileSync(join(root, 'examples', name), 'utf8')) as FlowNode[];
    if (nodes.some(({ type }) => type.startsWith('openot-') && !flows.some((node) => node.type === type)))
      flows.push(...nodes);
  }
  return flows;
};

/** Where something stands on the canvas, in pixels. */
interface Box {
  readonly name: string;
  readonly group: boolean;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Script that shows a tab, imported where it is not there yet, and gives what stands on it. */
const boxesOf = (tab: string, nodes: FlowNode[]): string => `(async () => {
  const tab = ${JSON.stringify(tab)};
  if (!RED.nodes.workspace(tab)) RED.nodes.import(${JSON.stringify(nodes)}, { generateIds: false });
  RED.workspaces.show(tab);
  RED.view.redraw(true);
  await new Promise((resolve) => setTimeout(resolve, 500));
  // A group is placed by its corner, a node by its middle.
  const box = (n, group, left, top) =>
    ({ name: n.name || n.type, group, left, right: left + n.w, top, bottom: top + n.h });
  return [
    ...RED.nodes.filterNodes({ z: tab }).map((n) => box(n, false, n.x - n.w / 2, n.y - n.h / 2)),
    ...RED.nodes.groups(tab).map((n) => box(n, true, n.x, n.y))
  ];
})()`;

// Node-RED 4 has no dark theme of its own.
const themes = process.env.OPENOT_NODE_RED === '5' ? ['light', 'dark'] : ['light'];

for (const theme of themes) {
  describe(`the editor with examples that use every node, ${theme}`, function () {
    let userDir: string;
    let runtime: Runtime;
    let editor: Editor;
    const flows = examples();
    // A reader shows other fields for each way to a ring.
    const ours = flows.filter(
      ({ type, transport }, index) =>
        type.startsWith('openot-') &&
        flows.findIndex((node) => node.type === type && node.transport === transport) === index
    );

    before(async function () {
      if (!chromiumPath()) {
        console.log('      skipped: no Chromium');
        return this.skip();
      }
      userDir = await makeUserDirectory();
      runtime = await Runtime.start(userDir);
      // Shown and edited, but not run (test/package/install.test.ts runs them), but for the device that is searched.
      const runs = ours.find(({ transport }) => transport === 'modbus')!.z;
      await runtime.deploy(flows.map((node) => (node.type === 'tab' ? { ...node, disabled: node.id !== runs } : node)));
      editor = await Editor.open(runtime.url, { dark: theme === 'dark' });
    });
    after(async () => {
      await editor?.close();
      runtime?.kill();
      if (userDir) await removeUserDirectory(userDir);
    });

    it('shows no node as invalid or changed', async () => {
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await editor.screenshot(`editor-${theme}`);
      should(
        await editor.evaluate<string[]>(
          '(() => { const bad = []; RED.nodes.eachNode((n) => { if (n.valid === false || n.changed) ' +
            'bad.push(n.type); }); RED.nodes.eachConfig((n) => { if (n.valid === false) bad.push(n.type); }); ' +
            'return bad; })()'
        )
      ).eql([]);
    });

    it('shows every example within 820 px, with nothing over anything else', async () => {
      for (const name of readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.json'))) {
        const nodes = JSON.parse(readFileSync(join(root, 'examples', name), 'utf8')) as FlowNode[];
        const tab = nodes.find(({ type }) => type === 'tab')!.id;
        const boxes = await editor.evaluate<Box[]>(boxesOf(tab, nodes));
        await editor.screenshot(`example-${name.slice(0, 2)}-${theme}`);
        should(boxes.length).be.above(5);
        should(boxes.filter(({ left, right }) => left < 0 || right > 820)).eql([], name);
        const apart = (a: Box, b: Box): boolean =>
          a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        const things = boxes.filter(({ group }) => !group);
        should(
          things.flatMap((a, at) =>
            things
              .slice(at + 1)
              .filter((b) => !apart(a, b))
              .map((b) => [a.name, b.name])
          )
        ).eql([], name);
      }
    });

    for (const node of ours) {
      const kind = [node.type, node.transport].filter(Boolean).join('-');
      it(`opens, and leaves unchanged, the dialog of ${kind}`, async () => {
        await editor.openDialog(node.id);
        await editor.screenshot(`dialog-${kind}-${theme}`);
        const labels = await editor.evaluate<string[]>(
          "$('.red-ui-tray-body label:visible, .red-ui-tray-body option').map((_, e) => $(e).text().trim()).get()"
        );
        should(labels.length).be.above(1);
        // An untranslated label is the key itself.
        should(labels.filter((label) => /^[a-z-]+\.[a-z.-]+$/i.test(label))).eql([]);
        await editor.press('ok');
        should(await editor.evaluate<boolean>(`!!RED.nodes.node(${JSON.stringify(node.id)}).changed`)).be.false();
        should(editor.problems).eql([]);
      });

      it(`has help for ${kind}`, async () => {
        await editor.evaluate(`RED.sidebar.help.show(${JSON.stringify(node.type)})`);
        await editor.page.waitForFunction(
          "($('.red-ui-sidebar-help').text() || $('.red-ui-help').text()).length > 300"
        );
        await editor.screenshot(`help-${kind}-${theme}`);
      });
    }

    it('says why a field is wrong, by its label, in the dialog and for the node', async () => {
      const wrong = { id: 'wrong', type: 'openot-reader', opcua: '', controlNode: '', ringNode: 'i=1', interval: '5' };
      await editor.evaluate(
        `RED.nodes.import(
          [{ ...${JSON.stringify(wrong)}, x: 500, y: 700, z: RED.workspaces.active(), wires: [[], []] }],
          { generateIds: false }
        )`
      );
      await editor.openDialog('wrong');
      should(
        await editor.evaluate<string>("$('#node-input-interval').data('tooltip') && RED.nodes.node('wrong').type")
      ).equal('openot-reader');
      await editor.press('ok');
      should(await editor.evaluate<string[]>("RED.nodes.node('wrong').validationErrors")).eql([
        'Endpoint: none is chosen: choose one, or add one with the button beside it',
        'Control block: is empty',
        'Interval: a whole number from 10 to 3600000 is expected, or ${NAME}'
      ]);
      // What came in without a version has that of this package.
      should(await editor.evaluate<number>("RED.nodes.node('wrong').configVersion")).equal(1);
      await editor.evaluate("RED.nodes.remove('wrong')");
      should(editor.problems).eql([]);
    });

    for (const type of ['openot-drift-guard', 'openot-doc'])
      it(`says of a fresh ${type} that no definition is chosen`, async () => {
        await editor.evaluate(
          `RED.nodes.import(
            [{ id: 'fresh', type: '${type}', definition: '', x: 500, y: 700, z: RED.workspaces.active(), wires: [] }],
            { generateIds: false }
          )`
        );
        should(await editor.evaluate<string[]>("RED.nodes.node('fresh').validationErrors")).eql([
          'Definition: none is chosen: choose one, or add one with the button beside it'
        ]);
        await editor.evaluate("RED.nodes.remove('fresh')");
      });

    it('names a trailing comma in a definition while it is typed', async () => {
      const definition = ours.find(({ type, source }) => type === 'openot-definition' && source === 'json')!;
      await editor.openDialog(definition.id);
      const fault = (): Promise<string> => editor.evaluate("$('.openot-definition-fault:visible').text()");
      should(await fault()).equal('');
      await editor.evaluate(
        `(() => {
          const text = '{\\n  "header": {},\\n}';
          if (window.monaco) monaco.editor.getModels().at(-1).setValue(text);
          else ace.edit('node-config-input-json-editor').setValue(text);
        })()`
      );
      await editor.page.waitForFunction("$('.openot-definition-fault:visible').length > 0", { timeout: 60_000 });
      should(await fault()).equal(
        'Definition (JSON): a trailing comma in line 2, column 15: nothing follows it, so take it away'
      );
      await editor.press('cancel');
      should(editor.problems).eql([]);
    });

    it('says what to try next where Find ring finds none', async () => {
      const reader = ours.find(({ type, transport }) => type === 'openot-reader' && transport === 'modbus')!;
      await editor.openDialog(reader.id);
      await editor.evaluate("$('#openot-reader-from').val('50000'); $('#openot-reader-to').val('50200')");
      await editor.evaluate("$('#openot-reader-find').click()");
      await editor.page.waitForSelector('.openot-reader-next li', { timeout: 60_000 });
      await editor.screenshot(`find-none-${theme}`);
      const steps = await editor.evaluate<string[]>("$('.openot-reader-next li').map((_, e) => $(e).text()).get()");
      should(steps.length).equal(4);
      should(steps[0]).match(/other kind of registers/);
      await editor.press('cancel');
      should(editor.problems).eql([]);
    });

    it('saves what the dialog of the mapper shows: lists, signals, and values that come from elsewhere', async () => {
      // As a fresh one from the palette, but for its name.
      await editor.evaluate(`(() => {
        const defaults = {};
        for (const [name, { value }] of Object.entries(RED.nodes.getType('openot-otel').defaults))
          defaults[name] = JSON.parse(JSON.stringify(value));
        const place = { x: 500, y: 700, z: RED.workspaces.active(), wires: [[], [], []] };
        RED.nodes.import([{ ...defaults, id: 'mapper', type: 'openot-otel', ...place }], { generateIds: false });
      })()`);
      await editor.openDialog('mapper');
      await editor.evaluate(`(() => {
        $('#openot-otel-signals').typedInput('value', 'logs,traces');
        $('#node-input-maxItems').typedInput('type', 'msg');
        $('#node-input-maxItems').typedInput('value', 'limit');
        $('#openot-otel-resource').editableList('addItem', { key: 'site', value: 'SITE', type: 'env' });
        const row = { event: 'openot.loss', severity: 'FATAL', type: 'choice' };
        $('#openot-otel-severityOverrides').editableList('addItem', row);
      })()`);
      await editor.screenshot(`dialog-openot-otel-filled-${theme}`);
      should(await editor.evaluate<boolean>("$('.openot-otel-network').is(':visible')")).be.false();
      await editor.evaluate("$('#node-input-profile').typedInput('value', 'network')");
      should(await editor.evaluate<boolean>("$('.openot-otel-network').is(':visible')")).be.true();
      await editor.evaluate("$('#node-input-profile').typedInput('value', 'otlp')");
      await editor.press('ok');
      const saved = await editor.evaluate<Record<string, unknown>>(
        '(({ signals, maxItems, maxItemsType, resource, severityOverrides, profile, maxBytes, valid }) => ({ ' +
          'signals, maxItems, maxItemsType, resource, severityOverrides, profile, maxBytes, valid ' +
          "}))(RED.nodes.node('mapper'))"
      );
      should(saved).eql({
        signals: { logs: true, metrics: false, traces: true },
        maxItems: 'limit',
        maxItemsType: 'msg',
        profile: 'otlp',
        maxBytes: '1048576',
        valid: true,
        resource: [
          { key: 'service.name', value: 'openot', type: 'str' },
          { key: 'service.instance.id', value: 'openot.stream', type: 'msg' },
          { key: 'site', value: 'SITE', type: 'env' }
        ],
        severityOverrides: [{ event: 'openot.loss', severity: 'FATAL', type: 'choice' }]
      });
      await editor.evaluate("RED.nodes.remove('mapper')");
      // One that has nothing but its type, as a flow that was written by hand: the defaults hold, and are shown.
      await editor.evaluate(
        "RED.nodes.import([{ id: 'bare', type: 'openot-otel', x: 500, y: 700, z: RED.workspaces.active(), wires: " +
          '[[], [], []] }], { generateIds: false })'
      );
      should(await editor.evaluate<boolean>("RED.nodes.node('bare').valid !== false")).be.true();
      await editor.openDialog('bare');
      should(
        await editor.evaluate<unknown[]>(
          "['profile', 'checksum', 'scopeUuid', 'maxItems', 'maxBytes', 'maxAge'].map((name) => $('#node-input-' " +
            "+ name).typedInput('value')).concat($('#openot-otel-signals').typedInput('value'))"
        )
      ).eql(['otlp', 'md5', 'true', '500', '1048576', '200', 'logs,metrics,traces']);
      await editor.press('cancel');
      await editor.evaluate("RED.nodes.remove('bare')");
      should(editor.problems).eql([]);
    });

    it('says in the dialog of the sender what is behind the address by itself, and trims it', async () => {
      // From an earlier version, which had no whenAway.
      const sender = {
        id: 'sender',
        type: 'openot-otlp',
        name: '',
        endpoint: 'http://collector:4318',
        logsEndpoint: '',
        metricsEndpoint: '',
        tracesEndpoint: '',
        tls: '',
        compression: '',
        timeout: '',
        maxItems: '500',
        maxBytes: '4194304',
        maxInFlight: '4',
        x: 500,
        y: 700,
        wires: [[], []]
      };
      await editor.evaluate(
        `RED.nodes.import([{ ...${JSON.stringify(sender)}, z: RED.workspaces.active() }], { generateIds: false })`
      );
      await editor.openDialog('sender');
      const isShown = (name: string): Promise<boolean> =>
        editor.evaluate<boolean>(`$('.openot-otlp-${name}').is(':visible')`);
      should([await isShown('base'), await isShown('clear')]).eql([false, false]);
      await editor.evaluate(
        "$('#node-input-endpoint').val(' http://collector:4318/v1/logs/ ').trigger('change'); $('#node-input-token').val('t').trigger('change')"
      );
      should([await isShown('base'), await isShown('clear')]).eql([true, true]);
      await editor.screenshot(`dialog-openot-otlp-filled-${theme}`);
      should(await editor.evaluate<string>("$('#node-input-whenAway').val()")).equal('wait');
      await editor.press('ok');
      should(
        await editor.evaluate<unknown[]>(
          "(({ endpoint, whenAway, valid }) => [endpoint, whenAway, valid])(RED.nodes.node('sender'))"
        )
      ).eql(['http://collector:4318/v1/logs/', 'wait', true]);
      await editor.evaluate("RED.nodes.remove('sender')");
      should(editor.problems).eql([]);
    });

    it(
      'takes nodes as version 0.1 saved them: valid, and the dialogs show the defaults of what came ' + 'later',
      async () => {
        const early = [
          {
            id: 'early-opcua',
            type: 'openot-opcua',
            name: '',
            endpoint: 'opc.tcp://127.0.0.1:48400',
            securityMode: 'None',
            securityPolicy: 'Basic256Sha256',
            authentication: 'anonymous',
            trust: 'list',
            requestTimeout: '10000'
          },
          {
            id: 'early-reader',
            type: 'openot-reader',
            x: 100,
            y: 700,
            wires: [[], []],
            name: '',
            stream: '',
            transport: 'opcua',
            opcua: 'early-opcua',
            controlNode: 'ns=1;s=C',
            ringNode: 'ns=1;s=R',
            mode: 'poll',
            interval: '500',
            verify: 'extraCall',
            startFrom: 'oldest',
            maxRecords: '1000',
            maxBytes: '65536',
            statusInterval: '5000'
          },
          {
            id: 'early-simulator',
            type: 'openot-simulator',
            x: 300,
            y: 700,
            wires: [[]],
            name: '',
            scenario: 'reactor',
            rate: '20',
            ringBytes: '65536',
            opcuaPort: '48400'
          }
        ];
        await editor.evaluate(
          `RED.nodes.import(${JSON.stringify(early)}.map((node) => (node.x ? { ...node, z: RED.workspaces.active() ` +
            '} : node)), { generateIds: false })'
        );
        should(
          await editor.evaluate<boolean[]>(
            "['early-opcua', 'early-reader', 'early-simulator'].map((id) => RED.nodes.node(id).valid !== false)"
          )
        ).eql([true, true, true]);
        await editor.openDialog('early-reader');
        const shown = await editor.evaluate<string[]>(
          "['registerType', 'byteOrder', 'controlAddress', 'commit', 'maxInFlight', 'ackTimeout'].map((name) => " +
            "$('#node-input-' + name).val())"
        );
        should(shown).eql(['holding', 'big', '', 'onSend', '16', '60000']);
        should(await editor.evaluate<number>("$('.red-ui-tray-body .input-error').length")).equal(0);
        await editor.press('ok');
        await editor.openDialog('early-simulator');
        should(await editor.evaluate<string>("$('#node-input-modbusPort').val()")).equal('0');
        await editor.press('ok');
        should(
          await editor.evaluate<boolean[]>(
            "['early-reader', 'early-simulator'].map((id) => RED.nodes.node(id).valid !== false)"
          )
        ).eql([true, true]);
        should(editor.problems).eql([]);
      }
    );
  });
}
