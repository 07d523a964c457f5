import should from 'should';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Span, TracesRequest } from '../../lib/telemetry/otlp-types';
import { missingOf } from '../support/network/missing-of';
import { requirementsOfCalls } from '../support/network/requirements';
import { Autotel } from '../support/otlp/receivers/autotel';
import { Rotel } from '../support/otlp/receivers/rotel';
import { until } from './support/process';
import { FlowNode, Runtime } from './support/runtime';
import { makeUserDirectory, removeUserDirectory } from './support/user-directory';

const SERVER = 2;
const CLIENT = 3;

describe('two Node-REDs, of which one calls the other', function () {
  let rotel: Rotel;
  let autotel: Autotel;
  let serving: Runtime;
  let calling: Runtime;
  const folders: string[] = [];

  const at = (x: number, y = 80): object => ({ z: 'tab', x: 150 + 200 * x, y });
  const tab = { id: 'tab', type: 'tab', label: 'test', disabled: false };
  const api = (id: string, direction: string, more: object): FlowNode => ({
    ...{ id, type: 'openot-api', name: 'orders', direction, senderId: 'bap-1', recipientId: 'plant-4711', told: [] },
    ...{ ...at(1), timeout: '60000', ...more }
  });
  /** What makes spans of API documents, and sends them to both receivers. */
  const telemetry = (producer: string): FlowNode[] => [
    {
      ...{ id: 'otel', type: 'openot-otel', ...at(1, 200), profile: 'network', encoding: 'otlp', producer },
      ...{ domain: 'Manufacturing', maxAge: '50', wires: [[], [], ['rotel', 'autotel']] }
    },
    { id: 'rotel', type: 'openot-otlp', ...at(2, 200), endpoint: rotel.endpoint, wires: [[], []] },
    {
      ...{ id: 'autotel', type: 'openot-otlp', ...at(2, 260), endpoint: autotel.endpoint, compression: 'none' },
      wires: [[], []]
    }
  ];
  const answering = (): FlowNode[] => [
    tab,
    { id: 'in', type: 'http in', ...at(0), url: '/orders/:id', method: 'get', wires: [['api']] },
    api('api', 'served', { wires: [['late'], ['otel']] }),
    // What is asked for as `never` gets no answer.
    {
      ...{ id: 'late', type: 'switch', ...at(2), property: 'req.params.id', propertyType: 'msg', outputs: 1 },
      ...{ rules: [{ t: 'neq', v: 'never', vt: 'str' }], wires: [['out']] }
    },
    { id: 'out', type: 'http response', ...at(3), statusCode: '', headers: {}, wires: [] },
    ...telemetry('plant-4711')
  ];
  const asking = (): FlowNode[] => [
    tab,
    ...['7', 'never'].map((id) => ({
      ...{ id: `ask ${id}`, type: 'inject', ...at(0, id === '7' ? 80 : 120), repeat: '', once: false },
      props: [{ p: 'url', v: `${serving.url}/orders/${id}?token=S3CRET`, vt: 'str' }],
      wires: [['begin']]
    })),
    api('begin', 'called', { wires: [['request'], ['otel']] }),
    { id: 'request', type: 'http request', ...at(2), method: 'GET', ret: 'txt', url: '', wires: [['end']] },
    api('end', 'called', { ...at(3), wires: [[], []] }),
    ...telemetry('bap-1')
  ];

  const started = async (flows: FlowNode[]): Promise<Runtime> => {
    const folder = await makeUserDirectory();
    folders.push(folder);
    writeFileSync(join(folder, 'flows.json'), JSON.stringify(flows));
    return Runtime.start(folder);
  };
  const requests = (): TracesRequest[] => rotel.passedOn.traces as unknown as TracesRequest[];
  const spans = (): Span[] =>
    requests().flatMap(({ resourceSpans }) => resourceSpans.flatMap((one) => one.scopeSpans.flatMap((s) => s.spans)));
  const spansCome = async (count: number): Promise<Span[]> => {
    await until(
      `${count} spans`,
      () => spans().length >= count,
      () => `${spans().length}\n${calling.log}\n${serving.log}`
    );
    return spans();
  };
  const attribute = ({ attributes }: Pick<Span, 'attributes'>, key: string): unknown =>
    Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0];

  before(async () => {
    rotel = await Rotel.start();
    autotel = await Autotel.start();
    serving = await started(answering());
    calling = await started(asking());
  });
  after(async () => {
    calling?.kill();
    serving?.kill();
    await rotel?.stop();
    await autotel?.stop();
    for (const folder of folders) await removeUserDirectory(folder);
  });

  it('is one trace: the call that was served is the child of the one that was made', async () => {
    await calling.inject('ask 7');
    const all = await spansCome(2);
    const made = all.find(({ kind }) => kind === CLIENT)!;
    const served = all.find(({ kind }) => kind === SERVER)!;
    should(served).containEql({ traceId: made.traceId, parentSpanId: made.spanId });
    should(made.parentSpanId || undefined).equal(undefined);
    should(BigInt(made.startTimeUnixNano) <= BigInt(served.startTimeUnixNano)).equal(true);
    should(
      [made, served].map((span) => [attribute(span, 'http.route'), Number(attribute(span, 'http.status.code'))])
    ).eql([
      ['/orders/7', 200],
      ['/orders/:id', 200]
    ]);
    // The receiver gives back what it understood: nothing that the open networks require is missing in it. Neither call
    // has an event; that fields of events are there is asked elsewhere.
    for (const request of requests())
      should(
        missingOf(
          'traces',
          'otlp',
          request,
          ['scope schema_url'],
          requirementsOfCalls('otlp').filter(({ place }) => place !== 'event')
        )
      ).eql([]);
    should(JSON.stringify(requests())).not.containEql('S3CRET');
  });

  it('is shown as that trace by a receiver with pages, too', async () => {
    const shown = await until('both spans', async () => {
      const found = await autotel.spans();
      return found.length >= 2 && found;
    });
    const [made, served] = [spans().find(({ kind }) => kind === CLIENT)!, spans().find(({ kind }) => kind === SERVER)!];
    should(shown.map(({ traceId, spanId, parentSpanId }) => [traceId, spanId, parentSpanId || undefined]).sort()).eql(
      [
        [made.traceId, made.spanId, undefined],
        [made.traceId, served.spanId, made.spanId]
      ].sort()
    );
  });

  it('tells a call that was open when Node-RED stopped at its next start, and the other one that the caller went', async () => {
    const says = (text: string): Promise<unknown> =>
      until(
        text,
        () => serving.comms.status.get('api')?.text === text,
        () => serving.comms.status.get('api')?.text ?? ''
      );
    await says('1 call');
    await calling.inject('ask never');
    await says('1 call, 1 open');
    await calling.stop();
    should(readdirSync(join(folders[1], 'openot', 'api'))).eql(['begin.calls']);
    const served = (await spansCome(3))[2];
    calling = await Runtime.start(folders[1]);
    const made = (await spansCome(4))[3];
    should([made.kind, served.kind]).eql([CLIENT, SERVER]);
    should(served).containEql({ traceId: made.traceId, parentSpanId: made.spanId });
    for (const span of [made, served]) {
      should(span.status.code).equal(2);
      should(Number(attribute(span, 'http.status.code'))).equal(0);
      should(span.events.map((event) => [event.name, attribute(event, 'type')])).eql([['error', 'aborted']]);
    }
    should(attribute(made.events[0], 'msg')).equal('Node-RED stopped before the call ended');
    should(attribute(served.events[0], 'msg')).equal('the caller went away');
    should(readdirSync(join(folders[1], 'openot', 'api'))).eql([]);
  });

  it('complains of nothing but of what one of the receivers adds to its answers', () => {
    const complaints = [calling, serving].flatMap((runtime) => runtime.complaints());
    should(complaints.filter((line) => !line.includes('acceptedTraces'))).eql([]);
  });
});
