import should from 'should';
import { md5 } from '../../../lib/base/hashes';
import { otlpJson } from '../../../lib/telemetry/json';
import { createNetworkProfile, networkSettings } from '../../../lib/telemetry/network';
import { answer, cut, FakeSender, sizes } from './support/fake-sender';
import { logsRequest, records, uidsOf } from './support/requests';

describe('the OTLP sender: a batch with a checksum', () => {
  const checksummed = (items: object[]): string =>
    JSON.stringify(
      logsRequest(items, 'x', { name: 's', attributes: [{ key: 'checksum', value: { stringValue: 'AB' } }] }),
      undefined,
      2
    );

  it('is sent as it came, at once, alone, in its order', async () => {
    const fake = new FakeSender({ maxItems: 2, maxInFlight: 1 });
    fake.offer('a', logsRequest(records(0, 1)));
    fake.offer('b', checksummed(records(1, 5)));
    fake.offer('c', checksummed(records(6, 1)));
    fake.offer('d', logsRequest(records(7, 1)));
    await fake.pass(0);
    should(fake.got.slice(1, 3).map(({ text }) => text)).eql([checksummed(records(1, 5)), checksummed(records(6, 1))]);
    should(sizes(fake)).eql([1, 5, 1, 1]);
    should(fake.left.map(({ name }) => name)).eql(['a', 'b', 'c', 'd']);
  });

  it('is sent again as it came, and halved only where it is refused or too large', async () => {
    const fake = new FakeSender({ maxBytes: 2500 });
    fake.reply = ({ body, atMs }) => (atMs < 3000 ? cut : uidsOf(body).includes('uid/1') ? answer(400) : answer(200));
    fake.offer('a', checksummed(records(0, 4)));
    await fake.passReal(10_000, () => fake.sender.status().pending === 0);
    should(fake.got[0].text).equal(checksummed(records(0, 4)));
    should(new Set(fake.got.filter(({ atMs }) => atMs < 3000).map(({ text }) => text)).size).equal(1);
    should(fake.rejected).match([{ count: 1, uids: ['uid/1'] }]);
    fake.got.length = 0;
    fake.offer('b', checksummed(records(10, 40)));
    await fake.passReal(500, () => fake.sender.status().pending === 0);
    should(fake.got.length).be.above(2);
    // A checksum that nobody here made stays as it was.
    should(fake.got.every(({ text }) => Buffer.byteLength(text) <= 2500 && text.includes('"AB"'))).be.true();
    should(fake.got.flatMap(({ body }) => uidsOf(body)).sort()).eql(
      records(10, 40)
        .map((_, i) => `uid/${i + 10}`)
        .sort()
    );
    fake.offer('c', checksummed(records(50, 1, 'x'.repeat(3000))));
    await fake.passReal(500, () => fake.sender.status().pending === 0);
    should(fake.rejected.at(-1)).match({ code: 'OPENOT_OTLP_TOO_LARGE', count: 1, uids: ['uid/50'] });
  });

  it('of the open networks is taken apart with checksum, count and scope_uuid made anew', async () => {
    const settings = networkSettings({
      encoding: 'otlp',
      producer: 'plant',
      domain: 'example',
      resource: [],
      checksum: 'md5'
    });
    if (!settings.ok) throw new Error(settings.message);
    const whole = createNetworkProfile().request('logs', { logs: records(0, 8) as never }, settings.settings);
    const fake = new FakeSender();
    fake.reply = ({ body }) => (uidsOf(body).includes('uid/5') ? answer(400) : answer(200));
    fake.offer('a', otlpJson(whole));
    await fake.passReal(500, () => fake.sender.status().pending === 0);
    should(sizes(fake).sort()).eql([1, 1, 1, 1, 1, 1, 1, 1, 8]);
    for (const { body } of fake.got) {
      const [
        {
          scopeLogs: [{ scope, logRecords }]
        }
      ] = (
        body as {
          resourceLogs: {
            scopeLogs: {
              scope: { attributes: { key: string; value: { stringValue?: string; intValue?: string } }[] };
              logRecords: unknown[];
            }[];
          }[];
        }
      ).resourceLogs;
      const of = (name: string) => scope.attributes.find(({ key }) => key === name)!.value;
      should(of('count').intValue).equal(String(logRecords.length));
      should(of('checksum').stringValue).equal(
        Buffer.from(md5(Buffer.from(JSON.stringify(logRecords))))
          .toString('hex')
          .toUpperCase()
      );
    }
    should(fake.rejected).match([{ count: 1, uids: ['uid/5'] }]);
  });

  it('gives parts of the points of one metric a checksum, a count and an id of their own', async () => {
    const settings = networkSettings({ producer: 'plant', domain: 'example' });
    if (!settings.ok) throw new Error(settings.message);
    const network = createNetworkProfile();
    const of = (values: number[]): object =>
      network.request(
        'metrics',
        {
          metrics: values.map((value) => ({
            name: 'a',
            unit: '',
            kind: 'gauge',
            point: { attributes: [], timeUnixNano: '1780000000000000000', asDouble: value }
          }))
        },
        settings.settings
      );
    const fake = new FakeSender();
    fake.reply = ({ text }) => (text.includes('"asDouble":3') ? answer(400) : answer(200));
    fake.offer('a', otlpJson(of([1, 2, 3, 4])));
    await fake.passReal(500, () => fake.sender.status().pending === 0);
    const sent = [[1, 2, 3, 4], [1], [2], [3], [4]];
    should(fake.got.map(({ text }) => text).sort()).eql(sent.map((values) => otlpJson(of(values))).sort());
    should(fake.rejected).match([{ count: 1 }]);
  });
});
