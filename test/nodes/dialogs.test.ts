import should from 'should';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { itemsOfConcatenation, bytesFromPayload } from '../../lib/stream';
import { compileDefinition } from '../../lib/definition';
import { catalogueOf, scriptOf, templateOf } from '../../scripts/dialogs.cjs';

const root = join(__dirname, '..', '..');
const types = Object.keys(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { 'node-red': { nodes: object } })['node-red'].nodes
);

interface Property {
  value: unknown;
  type?: string;
  required?: boolean;
  validate?: (this: object, value: unknown, options: object) => true | string;
}
interface Registered {
  category: string;
  icon: string;
  defaults: Record<string, Property>;
  inputs?: number;
  outputs?: number;
  label(this: object): string;
  outputLabels?(this: object, index: number): string;
}
type FlowNode = {
  id: string;
  type: string;
  z?: string;
  x?: number;
  y?: number;
  wires?: string[][];
  [name: string]: unknown;
};

const language = 'en-US';
const lookUp = (catalog: Record<string, unknown>, key: string): unknown =>
  key.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], catalog);
/** The text of a key with its values put in, as the editor does it; a key without a text stays itself. */
const translate =
  (type: string) =>
  (key: string, values: Record<string, unknown> = {}): string =>
    String(lookUp(catalogueOf(type, language), key) ?? key).replace(/__(\w+)__/g, (_, name: string) =>
      String(values[name])
    );

const scripts = new Map(types.map((type) => [type, scriptOf(type)]));
type Added = (node: object) => void;

/** What the dialog registers, run as the editor would, with no dialog open and every config node there. */
function registered(type: string, added: Added[] = []): Registered {
  const found = new Map<string, Registered>();
  runInNewContext(scripts.get(type)!, {
    RED: {
      nodes: {
        registerType: (name: string, definition: Registered) => found.set(name, definition),
        node: (id: string) => (id === 'missing' ? null : { valid: id !== 'wrong' })
      },
      events: { on: (_: string, listener: Added) => added.push(listener) }
    },
    $: () => ({ length: 0, filter: () => ({ length: 0 }) })
  });
  should([...found.keys()]).eql([type]);
  return found.get(type)!;
}

/** True, or why the editor would show the property as wrong. */
const check = (type: string, { validate }: Property, node: object, value: unknown): true | string =>
  validate === undefined ? true : validate.call({ ...node, type, _: translate(type) }, value, {});

/** Why each property of a node is wrong. */
const reasons = (type: string, changes: Record<string, unknown>): Record<string, string> => {
  const { defaults } = registered(type);
  const node = {
    ...Object.fromEntries(Object.entries(defaults).map(([name, { value }]) => [name, value])),
    ...changes
  };
  const found = Object.entries(defaults).map(([name, property]) => [
    name,
    check(type, property, node, (node as Record<string, unknown>)[name])
  ]);
  return Object.fromEntries(found.filter(([, outcome]) => outcome !== true)) as Record<string, string>;
};

describe('dialogs', () => {
  for (const type of types) {
    describe(type, () => {
      const definition = registered(type);
      const catalog = catalogueOf(type, language);
      const text = templateOf(type);
      const script = scripts.get(type)!;
      const prefix = definition.category === 'config' ? 'node-config-input-' : 'node-input-';

      it('has a field for every saved property, and for nothing else but credentials', () => {
        // What is no plain value (a list, an object) is put together by the dialog itself, and its field names the
        // property.
        const fields = [...text.matchAll(new RegExp(`id="${prefix}([A-Za-z]+)"|data-property="([A-Za-z]+)"`, 'g'))].map(
          ([, name, property]) => name ?? property
        );
        const credentials =
          {
            'openot-opcua': ['user', 'password', 'certificate', 'privateKey', 'passphrase'],
            'openot-otlp': ['token', 'headers'],
            'openot-archive': ['key']
          }[type] ?? [];
        const properties = Object.keys(definition.defaults).filter((name) => name !== 'configVersion');
        should(fields.sort()).eql([...properties, ...credentials].sort());
      });

      it('has a text for every key, and a key for every text', () => {
        const keys = [...text.matchAll(/data-i18n="(?:\[placeholder\])?([^"]+)"/g)].map(([, key]) => key);
        for (const key of keys) should(typeof lookUp(catalog, key)).equal('string', `${key} has no text`);
        // A key in the script may end in a variable, and then stands for all below it.
        const inScript = [...script.matchAll(/["'`](?:openot-[a-z-]+\.)?([A-Za-z.]+)(?:\$\{|["'`])/g)].map(
          ([, key]) => key
        );
        const used = new Set([...keys.map((key) => key.slice(key.indexOf('.') + 1)), ...inScript]);
        const isUsed = (path: string): boolean =>
          [...used].some((key) => path === key || path.startsWith(key.endsWith('.') ? key : `${key}.`));
        const unused: string[] = [];
        const walk = (value: unknown, path: string): void => {
          if (typeof value === 'string') {
            if (!isUsed(path)) unused.push(path);
          } else
            for (const [step, below] of Object.entries(value as object))
              walk(below, path === '' ? step : `${path}.${step}`);
        };
        walk(catalog[type], '');
        should(unused).eql([]);
      });

      it('has an icon, a help of its own, and no colours in its fields', () => {
        should(existsSync(join(root, 'icons', definition.icon))).be.true();
        const help = readFileSync(join(root, 'nodes', type, 'locales', 'en-US', `${type}.html`), 'utf8');
        should(help).containEql(`data-help-name="${type}"`);
        should(help.length).be.above(1000);
        should(text).not.match(/style="[^"]*(color|background)/);
      });

      it('accepts its own defaults, numbers within the limits and the names of variables', () => {
        for (const [name, { value, validate, type: configType }] of Object.entries(definition.defaults)) {
          if (configType !== undefined || (value === '' && name !== 'path')) continue;
          if (validate)
            should(
              check(type, { value, validate }, { source: 'folder', path: 'x' }, name === 'path' ? 'x' : value)
            ).equal(true, `${name} refuses its default`);
        }
        const numbers = Object.entries(definition.defaults).filter(
          ([, { value }]) => typeof value === 'string' && /^\d+$/.test(value)
        );
        for (const [name, property] of numbers) {
          for (const bad of ['', 'x', '1.5', '-1', '99999999999'])
            should(check(type, property, { transport: 'modbus' }, bad)).be.a.String();
          should(check(type, property, {}, '${SOME_VARIABLE}')).equal(true, name);
        }
      });
    });
  }

  it('ask the reader only for what belongs to its way to the ring', () => {
    const refused = (changes: Record<string, unknown>): string[] =>
      Object.keys(reasons('openot-reader', changes)).sort();
    should(refused({})).eql(['controlNode', 'opcua', 'ringNode']);
    should(refused({ transport: 'modbus' })).eql(['controlAddress', 'modbus', 'ringAddress']);
    const byModbus = { transport: 'modbus', modbus: 'x', controlAddress: '0' };
    should(refused({ ...byModbus, ringAddress: '${RING}' })).eql([]);
    should(refused({ ...byModbus, ringAddress: '65536' })).eql(['ringAddress']);
    // As version 0.1 saved it: without any property of what came later.
    const early = {
      name: '',
      stream: '',
      transport: 'opcua',
      opcua: 'x',
      controlNode: 'i=1',
      ringNode: 'i=2',
      mode: 'poll',
      interval: '500',
      verify: 'extraCall',
      startFrom: 'oldest',
      maxRecords: '1000',
      maxBytes: '65536',
      statusInterval: '5000'
    };
    const absent = Object.fromEntries(
      Object.keys(registered('openot-reader').defaults).map((name) => [name, undefined])
    );
    should(refused({ ...absent, ...early })).eql([]);
    should(reasons('openot-simulator', { modbusPort: undefined })).eql({});
  });

  it('ask the mapper for what its envelope needs, and look into its lists', () => {
    const refused = (changes: Record<string, unknown>): string[] => Object.keys(reasons('openot-otel', changes)).sort();
    should(refused({})).eql([]);
    should(refused({ profile: 'network' })).eql(['domain', 'producer']);
    should(refused({ profile: 'network', producer: 'P', domain: 'where', domainType: 'msg' })).eql([]);
    // Nobody knows yet which it will be.
    should(refused({ profile: 'kind', profileType: 'msg' })).eql([]);
    should(refused({ maxItems: 'limit', maxItemsType: 'msg', maxAge: '', maxAgeType: 'env', maxBytes: '1023' })).eql([
      'maxAge',
      'maxBytes'
    ]);
    should(refused({ profile: 'xml', signals: { logs: true }, checksum: 'crc' })).eql([
      'checksum',
      'profile',
      'signals'
    ]);
    should(refused({ signals: 'wanted', signalsType: 'msg' })).eql([]);
    should(refused({ signals: { logs: false, metrics: false, traces: false } })).eql(['signals']);
    const row = { key: 'a', value: '1', type: 'num' };
    should(refused({ resource: [row, { ...row, key: 'b', value: '', type: 'str' }] })).eql([]);
    for (const resource of [
      [row, row],
      [{ ...row, key: ' ' }],
      [{ ...row, value: 'x' }],
      [{ ...row, value: '', type: 'msg' }],
      'text'
    ])
      should(refused({ resource })).eql(['resource']);
    const severity = { event: 'E', severity: 'WARN', type: 'choice' };
    should(refused({ severityOverrides: [severity, { event: 'F', severity: 'grade', type: 'msg' }] })).eql([]);
    for (const severityOverrides of [
      [severity, severity],
      [{ ...severity, event: '' }],
      [{ ...severity, severity: 'LOUD' }]
    ])
      should(refused({ severityOverrides })).eql(['severityOverrides']);
  });

  it('say why a field is wrong: its label and what is expected, and never what was found', () => {
    const cases: [string, Record<string, unknown>, Record<string, string>][] = [
      [
        'openot-reader',
        { opcua: 'missing', controlNode: ' ', ringNode: 'i=1', interval: '<b>', maxRecords: '0' },
        {
          opcua: 'Endpoint: what was chosen is not there any more: choose another one',
          controlNode: 'Control block: is empty',
          interval: 'Interval: a whole number from 10 to 3600000 is expected, or ${NAME}',
          maxRecords: 'Max. records: a whole number from 1 to 100000 is expected, or ${NAME}'
        }
      ],
      [
        'openot-reader',
        { transport: 'modbus', modbus: 'wrong', controlAddress: '', ringAddress: '70000' },
        {
          modbus: 'Device: what is chosen has a field that is not right: open it with the button beside it',
          controlAddress: 'Control block: is empty',
          ringAddress: 'Ring: a whole number from 0 to 65535 is expected, or ${NAME}'
        }
      ],
      [
        'openot-opcua',
        { endpoint: 'opc.tcp://me:secret@plant:4840', trust: '' },
        {
          endpoint:
            'Endpoint: opc.tcp://host:4840 is expected, without a user name in it; ${NAME} may stand for any part',
          trust: 'Server trust: one of list, acceptFirst is expected'
        }
      ],
      ['openot-opcua', { endpoint: 'opc.tcp://${HOST:4840' }, { endpoint: 'Endpoint: a ${ without its }' }],
      ['openot-opcua', { endpoint: 'opc.tcp://${HOST}:${PORT}/${PATH}' }, {}],
      [
        'openot-modbus',
        { host: 'tcp://plc' },
        {
          host:
            'Host: a name or an IP address alone is expected, without modbus:// and without the port; ${NAME} may ' +
            'stand for any part'
        }
      ],
      ['openot-modbus', { host: '${LINE}.plant' }, {}],
      [
        'openot-otlp',
        { endpoint: 'collector:4318', logsEndpoint: 'https://${TENANT}.example/v1/logs' },
        {
          endpoint:
            'Endpoint: http://host:4318 or https://… is expected, without a user name in it; ${NAME} may stand for any part'
        }
      ],
      [
        'openot-simulator',
        { ringBytes: '1030' },
        { ringBytes: 'Ring: a multiple of 8 from 1024 to 16777216 is expected, or ${NAME}' }
      ],
      [
        'openot-doc',
        {},
        { definition: 'Definition: none is chosen: choose one, or add one with the button beside it' }
      ],
      [
        'openot-otel',
        { signals: { logs: false, metrics: false, traces: false }, resource: [{ key: 'a', value: 'x', type: 'num' }] },
        {
          signals: 'Signals: choose at least one of the three',
          resource: 'Resource attributes: row 1 needs a name, and a value of its type'
        }
      ],
      ['openot-definition', { source: 'file' }, { path: 'Path: is empty' }],
      [
        'openot-definition',
        { source: 'json', json: '{\n  "header": {},\n}' },
        {
          json: 'Definition (JSON): a trailing comma in line 2, column 15: nothing follows it, so take it away'
        }
      ],
      [
        'openot-definition',
        { source: 'json', json: '{ "a": [1, 2' },
        { json: 'Definition (JSON): the text ends too early, in line 1, column 13: was it pasted as a whole?' }
      ],
      [
        'openot-definition',
        { source: 'json', json: '{ "a": 1,\n  "name": "half of a na' },
        { json: 'Definition (JSON): the text ends too early, in line 2, column 24: was it pasted as a whole?' }
      ],
      [
        'openot-definition',
        { source: 'json', json: '{ "a": "b" "c": 2 }' },
        { json: 'Definition (JSON): no valid JSON from line 1, column 12 on' }
      ]
    ];
    for (const [type, changes, expected] of cases) should(reasons(type, changes)).eql(expected);
  });

  it('say of a node that a later version of the package saved that it is one', () => {
    for (const type of types) {
      should(registered(type).defaults.configVersion.value).equal(1);
      should(reasons(type, { configVersion: 7 }).configVersion).equal(
        'This node was saved by a later version of this package (7; this one knows 1): update the package, or ' +
          'undo the change'
      );
    }
  });

  it('give what comes into the editor the version of this package, and leave nodes of other types alone', () => {
    for (const type of types) {
      const added: Added[] = [];
      registered(type, added);
      const [old, other] = [{ type }, { type: 'inject' }];
      for (const node of [old, other]) added.forEach((listener) => listener(node));
      should([old, other]).eql([{ type, configVersion: 1 }, { type: 'inject' }]);
    }
  });

  it('have icons that differ', () => {
    const icons = types.map((type) => readFileSync(join(root, 'icons', registered(type).icon), 'utf8'));
    should(new Set(icons).size).equal(types.length);
    icons.forEach((icon) => should(icon).match(/viewBox="0 0 40 60"/));
  });
});

describe('examples', () => {
  const folder = join(root, 'examples');
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  const flows = new Map(
    names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as FlowNode[]])
  );

  it('are numbered and use every node', () => {
    names.forEach((name) => should(name).match(/^\d\d /));
    should(new Set(names.map((name) => name.slice(0, 2))).size).equal(names.length);
    should(names.length).be.aboveOrEqual(4);
    const used = new Set([...flows.values()].flat().map(({ type }) => type));
    should(types.filter((type) => !used.has(type))).eql([]);
  });

  for (const [name, nodes] of flows) {
    it(`${name} has no loose end: every id, wire and property is there and valid`, () => {
      const ids = nodes.map(({ id }) => id);
      should(new Set(ids).size).equal(ids.length);
      for (const node of nodes) {
        should(node.id).match(/^[0-9a-f]{16}$/);
        for (const wire of (node.wires ?? []).flat()) should(ids).containEql(wire);
        if (!node.type.startsWith('openot-')) continue;
        const { defaults, outputs, category } = registered(node.type);
        should(
          Object.keys(node)
            .filter((key) => !['id', 'type', 'z', 'g', 'x', 'y', 'wires'].includes(key))
            .sort()
        ).eql(Object.keys(defaults).sort());
        for (const [key, { validate, type }] of Object.entries(defaults)) {
          should(check(node.type, { value: '', validate }, node, node[key])).equal(true, `${node.type}: ${key}`);
          if (type !== undefined && node[key] !== '')
            should(nodes.find(({ id }) => id === node[key])?.type).equal(type);
        }
        if (category === 'config') should(node).not.have.property('x');
        else should(node.wires!.length).equal(node.type === 'openot-doc' ? node.outputs : outputs);
      }
      should(nodes.filter(({ type }) => type === 'comment').length).be.above(1);
    });
  }

  it('are calm: nothing goes to the log, and the first shows two events a second as readable lines', () => {
    for (const [name, nodes] of flows)
      should(nodes.filter(({ type, console }) => type === 'debug' && console !== false)).eql([], name);
    const first = flows.get(names[0])!;
    should(first.find(({ type }) => type === 'openot-simulator')!.rate).equal('2');
    const doc = first.find(({ type, profile }) => type === 'openot-doc' && profile === 'enriched')!;
    should(doc.emit).equal('document');
    const shown = first.filter(({ id, type, active }) => type === 'debug' && active && doc.wires![0].includes(id));
    should(shown.map(({ complete }) => complete)).eql(['payload.text']);
    // And nothing else that the events reach is switched on.
    const strict = first.find(({ type, profile }) => type === 'openot-doc' && profile === 'strict')!;
    should(first.filter(({ id, active }) => active && strict.wires![0].includes(id))).eql([]);
  });

  it("hold the definition of the simulator, and records that fit the tank's definition", () => {
    const own = (name: string): string =>
      flows.get(names.find((file) => file.startsWith(name))!)!.find(({ type }) => type === 'openot-definition')!
        .json as string;
    should(own('01')).equal(
      readFileSync(join(root, 'lib', 'simulator', 'definitions', 'reactor-1.json'), 'utf8'),
      'put lib/simulator/definitions/reactor-1.json into the definition node of example 01'
    );
    should(own('04')).equal(
      readFileSync(join(root, 'lib', 'simulator', 'definitions', 'packaging-1.json'), 'utf8'),
      'put lib/simulator/definitions/packaging-1.json into the definition node of example 04'
    );
    const compiled = compileDefinition(own('03'));
    should(compiled).match({ ok: true });
    const texts = flows
      .get(names[2])!
      .filter(({ type }) => type === 'inject')
      .map(({ payload }) => bytesFromPayload(payload));
    const items = texts.map((bytes) => (bytes.ok ? itemsOfConcatenation(bytes.bytes).items.length : -1));
    should(items).eql([3, 3, 1]);
  });
});
