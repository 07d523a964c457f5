import should from 'should';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Plc, startPlc } from '../e2e/support/plc';
import { until } from '../e2e/support/process';
import { Runtime } from '../e2e/support/runtime';
import { makeUserDirectory, removeUserDirectory } from '../e2e/support/user-directory';

type Answer = {
  status: number;
  body: {
    ok?: boolean;
    code?: string;
    message?: string;
    rings?: Array<{ fields: Record<string, string> }>;
    verdict?: string;
    lines?: string[];
  };
};

/** The routes of the reader's dialog in a Node-RED with users: who may, what stays secret, what is refused. */
describe('Find ring and Test behind a login', function () {
  /** bcrypt of "pw". */
  const PW = '$2b$04$aeSCLfC6MxYqV7ssSU35p./UTOu1SGE/3CanlTj45yyAx5Cg6Na.y';
  const SECRET = 'not-to-be-seen-7431';
  let userDir: string;
  let runtime: Runtime;
  let plc: Plc;
  let tokens: Record<string, string>;

  before(async () => {
    plc = await startPlc({
      ringBytes: 16_384,
      modbusPort: 'any',
      modbusRegisters: { controlAddress: 0, ringAddress: 44 },
      allowAnonymous: false,
      users: { operator: SECRET }
    });
    userDir = await makeUserDirectory();
    const user = (username: string, permissions: string): string =>
      `{ username: '${username}', password: '${PW}', permissions: ${permissions} }`;
    const users = [
      user('admin', "'*'"),
      user('viewer', "'read'"),
      user('flows', "['flows.write', 'flows.read']"),
      user('finder', "['openot.write']")
    ];
    // Whoever is not logged in may read: so the test's runtime is seen to be up.
    await appendFile(
      join(userDir, 'settings.js'),
      `module.exports.adminAuth = { type: 'credentials', users: [${users.join(', ')}], default: { permissions: ` +
        `'read' } };\n`
    );
    runtime = await Runtime.start(userDir);
    tokens = Object.fromEntries(
      await Promise.all(
        ['admin', 'viewer', 'flows', 'finder'].map(async (username) => [username, await logIn(username)])
      )
    );
  });
  after(async () => {
    runtime?.kill();
    await plc?.stop();
    if (userDir) await removeUserDirectory(userDir);
  });

  async function logIn(username: string): Promise<string> {
    const response = await fetch(`${runtime.url}/auth/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        client_id: 'node-red-editor',
        grant_type: 'password',
        scope: '',
        username,
        password: 'pw'
      })
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }
  async function post(path: string, body: unknown, user?: string): Promise<Answer> {
    const headers = {
      'Content-Type': 'application/json',
      ...(user === undefined ? {} : { Authorization: `Bearer ${tokens[user]}` })
    };
    const response = await fetch(`${runtime.url}/openot/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body)
    });
    const text = await response.text();
    should(text).not.containEql(SECRET);
    return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {} };
  }
  const modbus = (
    config: Record<string, unknown> = {},
    more: Record<string, unknown> = {}
  ): Record<string, unknown> => ({
    reader: {
      id: 'reader',
      transport: 'modbus',
      registerType: 'holding',
      controlAddress: '0',
      ringAddress: '44',
      byteOrder: 'big'
    },
    config: {
      id: 'modbus',
      type: 'openot-modbus',
      host: '127.0.0.1',
      port: String(plc.simulator.modbus!.port),
      ...config
    },
    range: { from: '0', to: '8300' },
    ...more
  });
  const opcua = (config: Record<string, unknown> = {}): Record<string, unknown> => ({
    reader: { id: 'reader', transport: 'opcua', controlNode: plc.controlNodeId, ringNode: plc.ringNodeIds.join('\n') },
    config: {
      id: 'endpoint',
      type: 'openot-opcua',
      endpoint: plc.endpointUrl,
      securityMode: 'None',
      securityPolicy: 'Basic256Sha256',
      authentication: 'password',
      trust: 'list',
      requestTimeout: '5000',
      ...config
    }
  });

  for (const path of ['find-ring', 'test-ring']) {
    it(`${path} is for those who may write, and for nobody else`, async () => {
      should((await post(path, modbus())).status).equal(401);
      for (const user of ['viewer', 'flows']) should((await post(path, modbus(), user)).status).equal(401);
      for (const user of ['admin', 'finder'])
        should(await post(path, modbus(), user)).match({ status: 200, body: { ok: true } });
      should((await fetch(`${runtime.url}/openot/${path}`)).status).equal(404);
    });
  }

  it('finds and tests with credentials that were typed and never deployed', async () => {
    const typed = opcua({ credentials: { user: 'operator', password: SECRET } });
    const found = await post('find-ring', typed, 'finder');
    should(found).match({
      status: 200,
      body: { ok: true, rings: [{ fields: { controlNode: plc.controlNodeId, ringNode: plc.ringNodeIds.join('\n') } }] }
    });
    should((await post('test-ring', typed, 'finder')).body).match({ ok: true, verdict: /good|usable/ });
    should(
      (await post('find-ring', opcua({ credentials: { user: 'operator', password: 'wrong' } }), 'finder')).body
    ).match({ ok: false, code: 'OPENOT_OPCUA_CREDENTIALS' });
    should((await post('find-ring', opcua(), 'finder')).body).match({
      ok: false,
      code: 'OPENOT_CONFIG',
      message: /needs a user name/
    });
  });

  it('takes what is stored from the deployed endpoint, and sends it nowhere else', async () => {
    const endpoint = opcua().config as Record<string, unknown>;
    const flows = [
      { id: 'tab', type: 'tab', label: 'x', disabled: false },
      { ...endpoint, name: '', credentials: { user: 'operator', password: SECRET } }
    ];
    const deployed = await fetch(`${runtime.url}/flows`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${tokens.admin}`,
        'Node-RED-API-Version': 'v1'
      },
      body: JSON.stringify(flows)
    });
    should(deployed.status).equal(204);
    await until(
      'the flows to start',
      () => /Started flows[\s\S]*Started flows/.test(runtime.log),
      () => runtime.log
    );
    for (const credentials of [undefined, {}, { password: '__PWRD__' }]) {
      should((await post('find-ring', opcua(credentials === undefined ? {} : { credentials }), 'finder')).body).match({
        ok: true,
        rings: [{ fields: { controlNode: plc.controlNodeId } }]
      });
    }
    // A password that was typed anew counts before the stored one.
    should((await post('find-ring', opcua({ credentials: { password: 'wrong' } }), 'finder')).body).match({
      code: 'OPENOT_OPCUA_CREDENTIALS'
    });
    const elsewhere = await post('find-ring', opcua({ endpoint: 'opc.tcp://127.0.0.1:4' }), 'finder');
    should(elsewhere).match({
      status: 400,
      body: { ok: false, code: 'OPENOT_FIND_CREDENTIALS', message: /only sent to the address that it was stored for/ }
    });
    // Of somebody else's node nothing is taken.
    should((await post('find-ring', opcua({ id: 'unknown' }), 'finder')).body).match({
      ok: false,
      code: 'OPENOT_CONFIG'
    });
  });

  it('says in codes what cannot be', async () => {
    should(await post('find-ring', modbus({ port: '99999' }), 'finder')).match({
      status: 400,
      body: { ok: false, code: 'OPENOT_CONFIG', message: /^the field "Port" must be/ }
    });
    should(await post('find-ring', modbus({}, { range: { from: '10', to: '5' } }), 'finder')).match({
      status: 400,
      body: { code: 'OPENOT_CONFIG', message: /end \(5\) before they begin \(10\)/ }
    });
    should(
      await post('test-ring', modbus({}, { reader: { transport: 'modbus', controlAddress: '' } }), 'finder')
    ).match({ status: 400, body: { code: 'OPENOT_CONFIG', message: /the field "Control block" is empty/ } });
    should(await post('find-ring', modbus({ port: '1' }), 'finder')).match({
      status: 200,
      body: { ok: false, code: 'OPENOT_MODBUS_UNREACHABLE' }
    });
    should(await post('test-ring', modbus({}, { reader: { transport: 'capture' } }), 'finder')).match({
      status: 400,
      body: { code: 'OPENOT_FIND_REQUEST' }
    });
    for (const nonsense of [[], { reader: 7, config: {} }, { config: {} }, {}])
      should(await post('find-ring', nonsense, 'finder')).match({ status: 400, body: { code: 'OPENOT_FIND_REQUEST' } });
  });

  it('takes the value of an environment variable in place of its name', async () => {
    should((await post('find-ring', modbus({ host: '${OPENOT_NO_SUCH_VARIABLE}' }), 'finder')).body).match({
      code: 'OPENOT_CONFIG',
      message: /the environment variable OPENOT_NO_SUCH_VARIABLE, which is not set/
    });
    should(
      (await post('find-ring', modbus({ host: '127.0.0.1', unitId: '${OPENOT_TEST_UNIT}' }), 'finder')).body
    ).match({ code: 'OPENOT_CONFIG' });
  });

  it('runs two at a time, and no more; a caller that goes away frees its place', async () => {
    plc.simulator.modbus!.quirks.delay = 100;
    const stop = new AbortController();
    const gone = [1, 2].map(() =>
      fetch(`${runtime.url}/openot/find-ring`, {
        method: 'POST',
        signal: stop.signal,
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${tokens.finder}` },
        body: JSON.stringify(modbus())
      }).catch((error: unknown) => error)
    );
    await until('both to be connected', () => plc.simulator.modbus!.connections() >= 2);
    should(await post('find-ring', modbus(), 'finder')).match({
      status: 429,
      body: { ok: false, code: 'OPENOT_FIND_BUSY' }
    });
    stop.abort();
    await Promise.all(gone);
    await until('no connection', () => plc.simulator.modbus!.connections() === 0);
    plc.simulator.modbus!.quirks.delay = 0;
    should(await post('find-ring', modbus(), 'finder')).match({ status: 200, body: { ok: true } });
  });

  it('writes nothing of it into the log, and leaves no session behind', () => {
    should(runtime.log).not.containEql(SECRET);
    should(runtime.complaints()).eql([]);
    should(plc.simulator.server!.sessions()).equal(0);
  });
});
