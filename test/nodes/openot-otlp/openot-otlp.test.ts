import should from 'should';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, Server } from 'node:https';
import { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Rejected } from '../../../lib/otlp';
import type { NodeAPI } from 'node-red';
import { DeliveryPort } from '../../../nodes/delivery';
import { Flow, helper, settled, shouldBePlain, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import {
  logsRequest,
  metricsRequest,
  point,
  records,
  span,
  tracesRequest,
  uidsOf
} from '../../lib/otlp/support/requests';
import { accept, cutOff, say, Script, ScriptedReceiver } from '../../lib/otlp/support/scripted-receiver';

describe('openot-otlp', () => {
  const place = useNodeRed();
  let receiver: ScriptedReceiver;

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
  });
  afterEach(() => receiver.kill());

  const flow = (
    otlp: Record<string, unknown> = {},
    credentials: object = {},
    more: Parameters<typeof Flow.start>[0] = []
  ): Promise<Flow> =>
    Flow.start(
      [
        {
          id: 'otlp',
          type: 'openot-otlp',
          endpoint: receiver.url,
          compression: '',
          timeout: '',
          maxItems: '500',
          maxBytes: '4194304',
          maxInFlight: '4',
          wires: [['out'], ['rejected']],
          ...otlp
        },
        sink('out'),
        sink('rejected'),
        ...more
      ],
      { otlp: credentials }
    );
  const rejected = (running: Flow): Rejected[] => running.at('rejected').map(({ payload }) => payload as Rejected);
  const lastStatus = (): string => {
    const { fill, shape, text } = statusesOf('otlp').at(-1) ?? {};
    return `${fill} ${shape} ${text}`;
  };
  const logged = (level: number): string[] =>
    helper
      .log()
      .args.map(([entry]) => entry)
      .filter((entry) => entry.level === level && entry.type === 'openot-otlp')
      .map(({ msg }) => String(msg));
  const WARN = 30;

  it('sends each signal to its place, compressed, and passes the message on as it came', async () => {
    const running = await flow();
    const message = {
      payload: logsRequest(records(0, 2)),
      topic: 'logs',
      headers: { 'content-type': 'application/json' },
      parts: { id: 'p', type: 'array' as const, index: 2, count: 3 },
      openot: { stream: 's', commit: ['r/b/1'] }
    };
    const before = structuredClone(message);
    running.send('otlp', { payload: tracesRequest([span(1)]) } as never);
    running.send('otlp', {
      payload: JSON.stringify(metricsRequest({ a: [point(-0)] })).replace('"asDouble":0', '"asDouble":-0')
    } as never);
    running.send('otlp', message as never);
    await until('the messages', () => running.at('out').length === 3);
    should(receiver.received.map(({ path }) => path).sort()).eql(['/v1/logs', '/v1/metrics', '/v1/traces']);
    should(
      receiver.received.every(
        ({ headers }) =>
          headers['content-encoding'] === 'gzip' &&
          headers['content-type'] === 'application/json' &&
          headers['user-agent'] === 'openot-node-red' &&
          headers.authorization === undefined
      )
    ).be.true();
    should(receiver.received.find(({ path }) => path === '/v1/metrics')!.text).containEql('"asDouble":-0');
    should(JSON.parse(receiver.received.find(({ path }) => path === '/v1/logs')!.text)).eql(before.payload);
    const { otlp, _msgid, ...rest } = running.at('out')[2];
    should(rest).eql(before);
    should(otlp).eql({
      signal: 'logs',
      items: 2,
      accepted: 2,
      partial: 0,
      rejected: 0,
      dropped: 0,
      kept: 0,
      requests: 1
    });
    should(message).eql({ ...before, _msgid });
    running.at('out').forEach((sent) => shouldBePlain(sent));
    should(running.at('completed').length).equal(3);
    should(running.at('rejected')).eql([]);
    await until('the status', () => lastStatus() === 'green dot 4 sent');
  });

  it('shows nothing green before something was accepted, and red while it is not', async () => {
    await receiver.kill();
    const running = await flow({}, { token: 's3cret' });
    should(lastStatus()).equal('grey ring nothing sent yet');
    running.send('otlp', { payload: logsRequest(records(0, 3)) } as never);
    await until('the outage', () => /^red ring connection refused since \d\d:\d\d: 3 wait$/.test(lastStatus()));
    should(running.at('out')).eql([]);
    should(running.caught).match([
      {
        code: 'OPENOT_OTLP_UNREACHABLE',
        message: new RegExp(
          `^OPENOT_OTLP_UNREACHABLE: nothing can be sent to ${receiver.url}: connect ECONNREFUSED .* sent again ` +
            'until the collector takes it$'
        )
      }
    ]);
    await receiver.start();
    await until('the message', () => running.at('out').length === 1);
    await until('the status', () => lastStatus() === 'green dot 3 sent');
    should(
      statusesOf('otlp')
        .map(({ fill }) => fill)
        .slice(0, -1)
    ).not.containEql('green');
    should(JSON.stringify([statusesOf('otlp'), running.caught, helper.log().args])).not.match(/s3cret/);
  });

  it('holds everything while its token is refused: one error, a status that says since when, nothing let go', async () => {
    receiver.script = say(401, { message: 'who are you?' });
    const running = await flow({}, { token: 's3cret' });
    running.send('otlp', { payload: tracesRequest([span(1)]) } as never);
    running.send('otlp', { payload: logsRequest(records(0, 2)), openot: { commit: ['r/b/1'] } } as never);
    await until('the status', () => /^red ring 401 Unauthorized since \d\d:\d\d: 3 wait$/.test(lastStatus()));
    running.send('otlp', { payload: logsRequest(records(2, 2)), openot: { commit: ['r/b/2'] } } as never);
    await until('what waits', () => lastStatus().endsWith('5 wait'));
    // Of all signals together: the next one in 5 minutes.
    should(receiver.received.length).equal(1);
    should([running.at('out'), running.at('rejected')]).eql([[], []]);
    should(running.caught).match([
      {
        code: 'OPENOT_OTLP_UNAUTHORIZED',
        message: /401 Unauthorized: who are you\?\. Set or renew the token or the headers of this node/
      }
    ]);
  });

  it('tells refusals on output 2, then lets the tokens go on', async () => {
    const running = await flow();
    receiver.script = say(422, { message: 'no' });
    running.send('otlp', { payload: logsRequest(records(0, 1)), openot: { commit: ['r/b/1'] } } as never);
    await until('the refusal', () => running.at('out').length === 1);
    should(running.at('rejected')).match([
      {
        topic: 'rejected',
        payload: {
          signal: 'logs',
          reason: 'refused',
          code: 'OPENOT_OTLP_REFUSED',
          status: 422,
          count: 1,
          uids: ['uid/0'],
          items: records(0, 1)
        }
      }
    ]);
    should(running.at('rejected')[0]).not.have.property('openot');
    should(running.at('out')[0]).match({ openot: { commit: ['r/b/1'] }, otlp: { accepted: 0, rejected: 1 } });
    await until('the status', () => /^red dot logs 422 Unprocessable E\S+: 1 rejected/.test(lastStatus()));
    should(logged(WARN)).matchAny(/^OPENOT_OTLP_REFUSED: logs: 422/);
    receiver.script = say(200, { partialSuccess: { rejectedLogRecords: '1', errorMessage: 'too old' } });
    running.send('otlp', { payload: logsRequest(records(2, 3)) } as never);
    await until('partial acceptance', () => running.at('out').length === 2);
    should(rejected(running)[1]).match({ reason: 'partial', count: 1, uids: ['uid/2', 'uid/3', 'uid/4'] });
    receiver.script = say(200, { partialSuccess: { errorMessage: 'old version' } });
    running.send('otlp', { payload: logsRequest(records(5, 1)) } as never);
    await until('the warning', () => lastStatus() === 'yellow dot logs old version: 2 rejected, 3 sent');
    should(logged(WARN)).matchAny('OPENOT_OTLP_WARNING: logs: old version');
    running.at('rejected').forEach((message) => shouldBePlain(message));
    should(running.caught).eql([]);
  });

  it('goes on with logs where metrics are not taken: told once with their items, and settled', async () => {
    receiver.script = (received, response) =>
      (received.path === '/v1/metrics' ? say(404, 'nothing here') : accept)(received, response);
    const running = await flow();
    const batch = (n: number): void => {
      running.send('otlp', { payload: metricsRequest({ a: [point(n)] }), n } as never);
      running.send('otlp', { payload: logsRequest(records(n, 1)), openot: { commit: [`r/b/${n + 1}`] }, n } as never);
    };
    for (let n = 0; n < 3; n++) {
      batch(n);
      await until('both messages', () => running.at('out').length === 2 * (n + 1));
    }
    should(rejected(running)).match([
      {
        signal: 'metrics',
        reason: 'notOffered',
        code: 'OPENOT_OTLP_NOT_OFFERED',
        status: 404,
        count: 1,
        items: [point(0)]
      }
    ]);
    should(receiver.received.filter(({ path }) => path === '/v1/metrics').length).be.belowOrEqual(2);
    should(running.at('out').map(({ otlp }) => (otlp as { rejected: number }).rejected)).eql([1, 0, 1, 0, 1, 0]);
    await until('the status', () => /^red dot metrics the collector ta\S*: 3 rejected/.test(lastStatus()));
  });

  it('finds the bad record of a batch of 500, gets the others accepted, and lets the message go', async () => {
    const running = await flow();
    receiver.script = (received, response) =>
      (uidsOf(JSON.parse(received.text)).includes('uid/321') ? say(400, { message: 'no' }) : accept)(
        received,
        response
      );
    running.send('otlp', { payload: logsRequest(records(0, 500)), openot: { commit: ['r/b/1'] } } as never);
    await until('the message', () => running.at('out').length === 1);
    should(rejected(running)).match([
      {
        reason: 'refused',
        code: 'OPENOT_OTLP_REFUSED',
        status: 400,
        message: '400 Bad Request: no',
        count: 1,
        uids: ['uid/321']
      }
    ]);
    should(running.at('out')[0].otlp).match({ items: 500, accepted: 499, rejected: 1 });
    should(receiver.received.length).be.belowOrEqual(1 + 16 + 32);
  });

  it('gets everything through a collector that cuts connections, is busy, and redirects nobody', async () => {
    const scripts: Script[] = [cutOff, say(503, '', { 'retry-after': '1' })];
    receiver.script = (received, response) => (scripts.shift() ?? accept)(received, response);
    const running = await flow({ compression: 'none' });
    for (let i = 0; i < 3; i++) running.send('otlp', { payload: logsRequest(records(10 * i, 10)), n: i } as never);
    await until('the messages', () => running.at('out').length === 3);
    should(running.at('out').map(({ n }) => n)).eql([0, 1, 2]);
    should(new Set(receiver.received.flatMap(({ text }) => uidsOf(JSON.parse(text)))).size).equal(30);
    should(receiver.received[0].headers['content-encoding']).equal(undefined);
    should(running.at('rejected')).eql([]);
    // One outage, whatever the ways in which it showed.
    should(running.caught.map(({ code }) => code)).eql(['OPENOT_OTLP_UNREACHABLE']);
  });

  it('sends token and headers, and the variables of its flow', async () => {
    await flow({}, { token: 'tok', headers: 'X-Scope-OrgID: plant\nx-other: 1' });
    helper.getNode('otlp').receive({ payload: logsRequest(records(0, 1)) });
    await until('the request', () => receiver.received.length === 1);
    should(receiver.received[0].headers).match({
      authorization: 'Bearer tok',
      'x-scope-orgid': 'plant',
      'x-other': '1'
    });
    await helper.unload();
    process.env.OTEL_EXPORTER_OTLP_LOGS_ENDPOINT = `${receiver.url}/own/logs`;
    process.env.OTEL_EXPORTER_OTLP_HEADERS = 'x-env=yes%20so';
    process.env.OTEL_EXPORTER_OTLP_COMPRESSION = 'none';
    try {
      await flow({ endpoint: '' });
      helper.getNode('otlp').receive({ payload: logsRequest(records(0, 1)) });
      await until('the request', () => receiver.received.length === 2);
      should(receiver.received[1]).match({ path: '/own/logs', headers: { 'x-env': 'yes so' } });
      should(receiver.received[1].headers['content-encoding']).equal(undefined);
    } finally {
      for (const name of ['LOGS_ENDPOINT', 'HEADERS', 'COMPRESSION']) delete process.env[`OTEL_EXPORTER_OTLP_${name}`];
    }
  });

  it('takes the variables of the group that it stands in', async () => {
    const env = [
      { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: `${receiver.url}/group`, type: 'str' },
      { name: 'COLLECTOR', value: `${receiver.url}/field/traces`, type: 'str' }
    ];
    await flow({ endpoint: '', tracesEndpoint: '${COLLECTOR}', g: 'group' }, {}, [
      { id: 'group', type: 'group', z: 'tab', env, nodes: ['otlp'], x: 0, y: 0, w: 1, h: 1 }
    ]);
    helper.getNode('otlp').receive({ payload: logsRequest(records(0, 1)) });
    helper.getNode('otlp').receive({ payload: tracesRequest([span(1)]) });
    await until('the requests', () => receiver.received.length === 2);
    should(receiver.received.map(({ path }) => path).sort()).eql(['/field/traces', '/group/v1/logs']);
  });

  it('refuses settings that cannot be right, without showing a secret', async () => {
    for (const [otlp, credentials, text, short] of [
      [{ endpoint: 'http://me:s3cret@collector' }, {}, /holds a user name or password/, 'wrong settings: Endpoint'],
      [{ endpoint: 'collector:4318' }, {}, /must begin with http.*found "collector:4318"/, 'wrong settings: Endpoint'],
      [
        { logsEndpoint: '${NOT_SET}' },
        {},
        /the field "Logs address" names the environment variable NOT_SET, which is not set/,
        'wrong settings: Logs address'
      ],
      [
        { maxBytes: '67108865' },
        {},
        /"Max. bytes" must be a whole number from 1024 to 67108864/,
        'wrong settings: Max. bytes'
      ],
      [{ timeout: '50' }, {}, /"Time-out" must be a whole number from 100 to 600000/, 'wrong settings: Time-out'],
      [{ compression: 'zstd' }, {}, /"Compression" must be one of , gzip, none/, 'wrong settings: Compression'],
      [{ whenAway: 'no' }, {}, /"When away" must be one of wait, bestEffort/, 'wrong settings: When away'],
      [{ awayItems: '0' }, {}, /"Away: items" must be a whole number from 1/, 'wrong settings: Away: items'],
      [{ proxy: 'socks5://proxy' }, {}, /must be the address of a proxy, such as http/, 'wrong settings: Proxy'],
      [{ proxy: 'http://me:s3cret@proxy' }, {}, /"Proxy" holds a user name or password/, 'wrong settings: Proxy'],
      [{}, { token: 'Bearer s3cret' }, /the token must be one word/, 'wrong settings: Token'],
      [
        {},
        { headers: 'content-length: s3cret' },
        /content-length belongs to the connection or the content/,
        'wrong settings: Headers'
      ],
      [
        {},
        { token: 's3cret', headers: 'authorization: s3cret' },
        /only one of them was expected/,
        'wrong settings: Token'
      ],
      [{ tls: 'gone' }, {}, /the TLS configuration that this node names is not there/, 'no TLS node']
    ] as [object, object, RegExp, string][]) {
      const running = await flow(otlp as Record<string, unknown>, credentials);
      await until('the error', () => running.caught.length > 0);
      should(running.caught[0]).match({ code: 'OPENOT_CONFIG', message: text });
      await until('the status', () => lastStatus() === `red ring ${short}`);
      running.send('otlp', { payload: logsRequest(records(0, 1)) } as never);
      await settled();
      // Told when the node was made, and not once more for each message.
      should(running.caught.length).equal(1);
      should(JSON.stringify(running.caught)).not.match(/s3cret/);
      await helper.unload();
    }
    should(receiver.received).eql([]);
  });

  for (const [what, otlp, payload] of [
    ['wrong settings', { endpoint: 'collector:4318' }, logsRequest(records(0, 1))],
    ['what is no request', {}, { logs: [] }]
  ] as const)
    it(`with ${what} gives batches back to their reader: the next one does not cover them`, async () => {
      const settledOnes: number[] = [];
      const RED = {
        events: helper._events,
        nodes: { getNode: () => null, eachNode: () => undefined }
      } as unknown as NodeAPI;
      const running = await flow({ ...otlp });
      const reader = new DeliveryPort(RED, { id: 'r' } as never, { receives: false });
      const session = reader.openSession('b', {
        settled: (serial) => void settledOnes.push(serial),
        onLost: () => undefined,
        awaitsAck: true
      });
      session.begin(1);
      session.begin(2);
      running.send('otlp', { payload, openot: { commit: ['r/b/1'] } } as never);
      await until('the error', () =>
        running.caught.some(({ message }) => /OPENOT_CONFIG|OPENOT_OTLP_PAYLOAD/.test(String(message)))
      );
      await settled();
      reader.acknowledgements.acknowledge('r/b', 2);
      await settled();
      should(settledOnes).eql([]);
      session.close();
    });

  it('lets the answer of openot-otel about its metrics pass by, which is no telemetry', async () => {
    const running = await flow();
    running.send('otlp', { topic: 'registry', payload: [{ code: 'openot.laps' }] } as never);
    await until('its end', () => running.at('completed').length > 0);
    should([running.caught, running.at('out'), receiver.received.length]).eql([[], [], 0]);
  });

  it('says what is no request, and keeps what waits', async () => {
    const circular: Record<string, unknown> = { resourceLogs: [] };
    circular.self = circular;
    const running = await flow();
    const bad: [unknown, RegExp][] = [
      [undefined, /found nothing/],
      [7, /found 7/],
      ['{', /the text is no JSON/],
      [Buffer.from([0xff]), /no UTF-8/],
      [[], /must be an object/],
      [{ logs: [] }, /resourceLogs, resourceMetrics or resourceSpans was expected/],
      [{ resourceLogs: 1 }, /resourceLogs must be an array/],
      [circular, /circular/i]
    ];
    for (const [payload] of bad) running.send('otlp', { payload } as never);
    running.send('otlp', { payload: Buffer.from(JSON.stringify(logsRequest(records(0, 1)))) } as never);
    await until('the good one', () => running.at('out').length === 1);
    should(running.caught.map(({ code }) => code)).eql(bad.map(() => 'OPENOT_OTLP_PAYLOAD'));
    for (const [, text] of bad) should(running.caught.map(({ message }) => message)).matchAny(text);
    should(receiver.received.length).equal(1);
  });

  it('with best effort counts what it lets go of, tells it once, and the sums close', async () => {
    const running = await flow({ name: 'collector', whenAway: 'bestEffort', awayItems: '30', maxItems: '1' });
    await receiver.kill();
    for (let n = 0; n < 50; n += 10) running.send('otlp', { payload: logsRequest(records(n, 10)) } as never);
    await until('all messages to go on', () => running.at('out').length === 5, lastStatus);
    await until(
      'the status',
      () => /^red ring refused since \d\d:\d\d: 20 dropped, 30 wait$/.test(lastStatus()),
      lastStatus
    );
    const counts = running.at('out').map(({ otlp }) => otlp as { kept: number; dropped: number });
    should(counts.map(({ kept, dropped }) => kept + dropped)).eql([10, 10, 10, 10, 10]);
    receiver.script = (received, response) =>
      (uidsOf(JSON.parse(received.text)).includes('uid/49') ? say(422, { message: 'no' }) : accept)(received, response);
    await receiver.start();
    await until('the refusal', () => rejected(running).length > 0, lastStatus);
    await until('the others', () => receiver.received.length >= 30, lastStatus);
    await until('the status', () => /20 dropped/.test(lastStatus()) && !/since/.test(lastStatus()), lastStatus);
    const accepted = receiver.received
      .flatMap(({ text }) => uidsOf(JSON.parse(text)))
      .filter((uid) => uid !== 'uid/49');
    should(new Set(accepted).size).equal(accepted.length);
    const told = running.caught.filter(({ code }) => code === 'OPENOT_OTLP_AWAY_FULL');
    should(told).have.length(1);
    should(told[0].message).match(/the oldest items are let go of, \d+ so far/);
    const reported = rejected(running).reduce((sum, { count }) => sum + count, 0);
    should({ accepted: accepted.length, dropped: 20, reported }).eql({ accepted: 29, dropped: 20, reported: 1 });
  });

  it("speaks TLS with Node-RED's own configuration, and with certificates of the environment", async () => {
    const file = (name: string): string => join(place.userDir, name);
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        file('key.pem'),
        '-out',
        file('cert.pem'),
        '-subj',
        '/CN=collector',
        '-addext',
        'subjectAltName=IP:127.0.0.1'
      ],
      { stdio: 'ignore', env: { ...process.env, OPENSSL_CONF: undefined, RANDFILE: undefined } }
    );
    let requests = 0;
    const server: Server = createServer(
      { key: readFileSync(file('key.pem')), cert: readFileSync(file('cert.pem')) },
      (request, response) => {
        requests++;
        request.resume().on('end', () => response.end('{}'));
      }
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const untrusted = await flow({ endpoint });
      untrusted.send('otlp', { payload: logsRequest(records(0, 1)) } as never);
      await until('the refusal', () => untrusted.caught.length === 1);
      should(untrusted.caught[0]).match({ code: 'OPENOT_OTLP_UNREACHABLE', message: /self-signed certificate/ });
      await helper.unload();
      const trusted = await flow({ endpoint, tls: 'tls' }, {}, [
        {
          id: 'tls',
          type: 'tls-config',
          cert: '',
          key: '',
          ca: file('cert.pem'),
          certname: '',
          keyname: '',
          caname: '',
          servername: '',
          verifyservercert: true
        }
      ]);
      trusted.send('otlp', { payload: logsRequest(records(0, 1)) } as never);
      await until('the message', () => trusted.at('out').length === 1);
      await helper.unload();
      process.env.OTEL_EXPORTER_OTLP_CERTIFICATE = file('cert.pem');
      const byVariable = await flow({ endpoint });
      byVariable.send('otlp', { payload: logsRequest(records(0, 1)) } as never);
      await until('the message', () => byVariable.at('out').length === 1);
      should(requests).equal(2);
    } finally {
      delete process.env.OTEL_EXPORTER_OTLP_CERTIFICATE;
      server.closeAllConnections();
      server.close();
    }
  });

  describe('when it closes', () => {
    /** What the node says when the helper listens to its log no more. */
    const errorsOf = (): string[] => {
      const errors: string[] = [];
      helper.getNode('otlp').error = (error: unknown) => void errors.push(String(error));
      return errors;
    };

    it('sends what has no token, and says nothing', async () => {
      receiver.script = say(503);
      const running = await flow();
      running.send('otlp', { payload: logsRequest(records(0, 3)) } as never);
      await until('the outage', () => running.caught.length === 1);
      receiver.script = say(200);
      receiver.received.length = 0;
      const errors = errorsOf();
      await helper.unload();
      should(receiver.received.flatMap(({ text }) => uidsOf(JSON.parse(text)))).eql(['uid/0', 'uid/1', 'uid/2']);
      should(errors).eql([]);
    });

    it('says how much is gone where the collector does not take it, and only of what has no token', async () => {
      receiver.script = say(503);
      const running = await flow({ maxItems: '3' });
      running.send('otlp', { payload: logsRequest(records(0, 3)), openot: { stream: 'a' } } as never);
      const RED = {
        events: helper._events,
        nodes: { getNode: () => null, eachNode: () => undefined }
      } as unknown as NodeAPI;
      const session = new DeliveryPort(RED, { id: 'r' } as never, { receives: false }).openSession('b', {
        settled: () => undefined,
        onLost: () => undefined,
        awaitsAck: true
      });
      session.begin(1);
      running.send('otlp', { payload: logsRequest(records(3, 4)), openot: { stream: 'b' } } as never);
      running.send('otlp', {
        payload: logsRequest(records(7, 5)),
        openot: { stream: 'b', commit: ['r/b/1'] }
      } as never);
      // A token that no reader of this process gave brings nothing again.
      running.send('otlp', {
        payload: logsRequest(records(12, 6)),
        openot: { stream: 'c', commit: ['other/boot/1'] }
      } as never);
      await until('the outage', () => running.caught.length === 1);
      const errors = errorsOf();
      await helper.unload();
      session.close();
      should(errors).matchAny(
        /^OPENOT_OTLP_DROPPED: the collector had not accepted when this node closed: 9 items that no commit token brings again/
      );
    });

    it('lets go of its connections', async () => {
      const running = await flow();
      running.send('otlp', { payload: logsRequest(records(0, 3)) } as never);
      await until('the message', () => running.at('out').length === 1);
      await helper.unload();
      await until('no connection', () => receiver.open === 0);
    });
  });
});
