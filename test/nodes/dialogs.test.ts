import should from 'should';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { itemsOfConcatenation, bytesFromPayload } from '../../lib/stream';
import { compileDefinition } from '../../lib/definition';

const root = join(__dirname, '..', '..');
const types = Object.keys(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { 'node-red': { nodes: object } })['node-red'].nodes
);

interface Property {
  value: unknown;
  type?: string;
  required?: boolean;
  validate?: (this: object, value: unknown) => boolean;
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

const html = (type: string): string => readFileSync(join(root, 'nodes', type, `${type}.html`), 'utf8');
const locale = (type: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(root, 'nodes', type, 'locales', 'en-US', `${type}.json`), 'utf8')) as Record<
    string,
    unknown
  >;
const lookUp = (catalog: Record<string, unknown>, key: string): unknown =>
  key.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], catalog);

/** What the dialog registers, run as the editor would, with no dialog open. */
function registered(type: string): Registered {
  const found = new Map<string, Registered>();
  const [, script] = /<script type="text\/javascript">([\s\S]*)<\/script>/.exec(html(type))!;
  runInNewContext(script, {
    RED: { nodes: { registerType: (name: string, definition: Registered) => found.set(name, definition) } },
    $: () => ({ length: 0 })
  });
  should([...found.keys()]).eql([type]);
  return found.get(type)!;
}

describe('dialogs', () => {
  for (const type of types) {
    describe(type, () => {
      const definition = registered(type);
      const catalog = locale(type);
      const text = html(type);
      const prefix = definition.category === 'config' ? 'node-config-input-' : 'node-input-';

      it('has a field for every saved property, and for nothing else but credentials', () => {
        // What is no plain value (a list, an object) is put together by the dialog itself, and its field names the
        // property.
        const fields = [...text.matchAll(new RegExp(`id="${prefix}([A-Za-z]+)"|data-property="([A-Za-z]+)"`, 'g'))].map(
          ([, name, property]) => name ?? property
        );
        const credentials =
          { 'openot-opcua': ['user', 'password', 'certificate', 'privateKey'], 'openot-otlp': ['token', 'headers'] }[
            type
          ] ?? [];
        should(fields.sort()).eql([...Object.keys(definition.defaults), ...credentials].sort());
      });

      it('has a text for every key, and a key for every text', () => {
        const keys = [...text.matchAll(/data-i18n="(?:\[placeholder\])?([^"]+)"/g)].map(([, key]) => key);
        for (const key of keys) should(typeof lookUp(catalog, key)).equal('string', `${key} has no text`);
        const used = new Set([...keys, ...[...text.matchAll(/_\('([^']+)'/g)].map(([, key]) => key)]);
        const unused: string[] = [];
        const walk = (value: unknown, path: string): void => {
          if (typeof value === 'string') {
            if (![...used].some((key) => path === key || (key.endsWith('.') && path.startsWith(key))))
              unused.push(path);
          } else
            for (const [step, below] of Object.entries(value as object))
              walk(below, path === '' ? step : `${path}.${step}`);
        };
        walk(catalog, '');
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
            should(validate.call({ source: 'folder', path: 'x' }, name === 'path' ? 'x' : value)).equal(
              true,
              `${name} refuses its default`
            );
        }
        const numbers = Object.entries(definition.defaults).filter(
          ([, { value }]) => typeof value === 'string' && /^\d+$/.test(value)
        );
        for (const [name, { validate }] of numbers) {
          for (const bad of ['', 'x', '1.5', '-1', '99999999999'])
            should(validate!.call({ transport: 'modbus' }, bad)).equal(false, `${name} takes ${bad}`);
          should(validate!.call({}, '${SOME_VARIABLE}')).be.true();
        }
      });
    });
  }

  it('ask the reader only for what belongs to its way to the ring', () => {
    const { defaults } = registered('openot-reader');
    const refused = (node: Record<string, unknown>): string[] =>
      Object.entries(defaults)
        .filter(([name, { validate }]) => validate?.call(node, node[name]) === false)
        .map(([name]) => name)
        .sort();
    const fresh = Object.fromEntries(Object.entries(defaults).map(([name, { value }]) => [name, value]));
    should(refused(fresh)).eql(['controlNode', 'opcua', 'ringNode']);
    should(refused({ ...fresh, transport: 'modbus' })).eql(['controlAddress', 'modbus', 'ringAddress']);
    should(refused({ ...fresh, transport: 'modbus', modbus: 'x', controlAddress: '0', ringAddress: '${RING}' })).eql(
      []
    );
    should(refused({ ...fresh, transport: 'modbus', modbus: 'x', controlAddress: '0', ringAddress: '65536' })).eql([
      'ringAddress'
    ]);
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
    should(refused(early)).eql([]);
    const simulator = registered('openot-simulator').defaults.modbusPort;
    should(simulator.validate!.call({}, undefined)).be.true();
  });

  it('ask the mapper for what its envelope needs, and look into its lists', () => {
    const { defaults } = registered('openot-otel');
    const fresh = Object.fromEntries(Object.entries(defaults).map(([name, { value }]) => [name, value]));
    const refused = (changes: Record<string, unknown>): string[] => {
      const node = { ...fresh, ...changes } as Record<string, unknown>;
      return Object.entries(defaults)
        .filter(([name, { validate }]) => validate?.call(node, node[name]) === false)
        .map(([name]) => name)
        .sort();
    };
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
    should(names.map((name) => name.slice(0, 3))).eql(names.map((_, index) => `0${index + 1} `));
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
          if (validate) should(validate.call(node, node[key])).equal(true, `${node.type}: ${key} is invalid`);
          if (type !== undefined && node[key] !== '')
            should(nodes.find(({ id }) => id === node[key])?.type).equal(type);
        }
        if (category === 'config') should(node).not.have.property('x');
        else should(node.wires!.length).equal(node.type === 'openot-doc' ? node.outputs : outputs);
      }
      should(nodes.filter(({ type }) => type === 'comment').length).be.above(1);
    });
  }

  it("hold the definition of the simulator, and records that fit the tank's definition", async () => {
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
    const compiled = await compileDefinition(own('03'));
    should(compiled).match({ ok: true });
    const texts = flows
      .get(names[2])!
      .filter(({ type }) => type === 'inject')
      .map(({ payload }) => bytesFromPayload(payload));
    const items = texts.map((bytes) => (bytes.ok ? itemsOfConcatenation(bytes.bytes).items.length : -1));
    should(items).eql([3, 3, 1]);
  });
});
