/*
 * Logs of OPC UA Part 26: a page of 500 records to records, beside node-opcua's own decoder, which reads the flat form
 * only (without EncodingMask) and gets the same records in it; then a whole log read over OPC UA from a server in
 * another process.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from './measure.mjs';
import { rate, ratio } from './rows.mjs';

const require = createRequire(import.meta.url);
const { decodeLogRecords, encodeLogRecords, runPoll, ticksOfUnixMs } = require('../dist/lib/logobject');

const PAGE = 500;
const LOG = 100_000;
/** Server and reader share a machine: the best of these says what the reader can do. */
const READINGS = 3;

/** What a controller's log is like: a source, a text, two values; every fourth record belongs to a trace. */
const recordOf = (i, firstMs) => ({
  ticks: ticksOfUnixMs(firstMs + i),
  severity: 1 + (i % 400),
  eventType: { namespace: 0, kind: 'i', id: 2041 },
  sourceNode: { namespace: 1, kind: 's', id: `Line1.Motor${i % 20}` },
  sourceName: `Line1/Motor ${i % 20}`,
  message: { locale: 'en', text: `winding hot, ${i} degrees` },
  traceContext: {
    traceId: i % 4 === 0 ? '0af76519-16cd-43dd-8448-eb211c80319c' : '00000000-0000-0000-0000-000000000000',
    spanId: i % 4 === 0 ? BigInt(i) : 0n,
    parentSpanId: 0n,
    parentIdentifier: null
  },
  additionalData: [
    { name: 'speed', value: { type: 'Int32', value: i } },
    { name: 'temperature', value: { type: 'Double', value: i / 7 } }
  ]
});
const records = Array.from({ length: PAGE }, (_, i) => recordOf(i, 1_796_076_573_000));

function decodeLines() {
  const { BinaryStream } = createRequire(require.resolve('node-opcua'))('node-opcua-binary-stream');
  const { LogRecordsDataType } = createRequire(require.resolve('node-opcua'))('node-opcua-types');
  const part6 = encodeLogRecords(records, { layout: 'part6', requestMask: 0x1f });
  const flat = encodeLogRecords(records, { layout: 'flat', requestMask: 0x1f });
  const theirs = () => {
    const page = new LogRecordsDataType();
    page.decode(new BinaryStream(flat));
    return page.logRecordArray;
  };
  const ours = (bytes) => {
    const decoded = decodeLogRecords(bytes);
    if (!decoded.ok) throw new Error(decoded.message);
    return decoded.records;
  };
  // The same records, else the comparison means nothing.
  const said = (list, dataOf) =>
    JSON.stringify(
      list.map((one) => [one.severity, one.sourceName, one.message.text, one.additionalData.map((d) => dataOf(d))])
    );
  const plain = ({ name, value }) => [name, value.value];
  for (const list of [ours(part6), ours(flat), theirs()])
    if (said(list, plain) !== said(records, plain)) throw new Error('a decoder makes other records of the page');
  let kept;
  const { ns, ratio: times } = measure(
    {
      part6: () => (kept = ours(part6)),
      flat: () => (kept = ours(flat)),
      nodeOpcua: () => (kept = theirs())
    },
    PAGE
  );
  if (kept.length !== PAGE) throw new Error('nothing was made');
  return [
    `pages of ${PAGE} records, ${part6.length} bytes (flat ${flat.length}), Node ${process.version}`,
    rate('this decoder, with EncodingMask', ns.part6),
    rate('this decoder, flat', ns.flat),
    rate("node-opcua's decoder, flat", ns.nodeOpcua),
    ratio('this decoder with EncodingMask / node-opcua, flat', times('part6', 'nodeOpcua'), 1),
    ratio('this decoder, flat / node-opcua, flat', times('flat', 'nodeOpcua'), 1)
  ];
}

async function serve() {
  const { LogStore, Producer, startOpcuaServer } = require('../dist/lib/simulator');
  const store = new LogStore({ maxRecords: LOG });
  const firstMs = Date.now() - LOG - 1000;
  for (let i = 0; i < LOG; i++) store.add(recordOf(i, firstMs));
  const pkiFolder = mkdtempSync(join(tmpdir(), 'openot-bench-'));
  const server = await startOpcuaServer({
    producer: new Producer({ ringBytes: 4096, clock: () => 1n, definitionHash: '00112233445566aa' }),
    port: 0,
    pkiFolder,
    logs: [{ name: 'ServerLog', store }]
  });
  process.stdout.write(`${server.endpointUrl}\n`);
  process.stdin
    .on('end', () => void server.stop().then(() => rmSync(pkiFolder, { recursive: true, force: true })))
    .resume();
}

async function collectLines() {
  const { createOpcuaConnection, createOpcuaLogs } = require('../dist/lib/transport/opcua');
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'serve'], {
    stdio: ['pipe', 'pipe', 'inherit']
  });
  const pkiFolder = mkdtempSync(join(tmpdir(), 'openot-bench-'));
  try {
    const endpoint = await new Promise((resolve, reject) => {
      child.stdout.once('data', (line) => resolve(String(line).trim()));
      child.once('exit', () => reject(new Error('the server did not start')));
    });
    const connection = createOpcuaConnection({ endpoint, pkiFolder });
    const logs = createOpcuaLogs(connection);
    const opened = await logs.open([], () => undefined);
    if (!opened.ok) throw new Error(opened.message);
    const settings = { overlapMs: 10_000, startFrom: 'oldest', minimumSeverity: 1, pageSize: PAGE, user: '' };
    const [{ port }] = opened.logs;
    let best = Infinity;
    for (let reading = 0; reading < READINGS; reading++) {
      let count = 0;
      const begun = performance.now();
      const run = await runPoll(port, undefined, { ...settings, takeAfter: 5_000 }, async (part) => {
        count += part.records.length;
      });
      if (!run.ok) throw new Error(run.message);
      count += run.outcome.records.length;
      if (count !== LOG) throw new Error(`${count} of ${LOG} records came`);
      best = Math.min(best, (performance.now() - begun) / LOG);
    }
    await logs.close();
    await connection.destroy();
    return [rate(`a log of ${LOG.toLocaleString('en-US')} collected over OPC UA, best of ${READINGS}`, best * 1e6)];
  } finally {
    child.stdin.end();
    rmSync(pkiFolder, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'serve') await serve();
else {
  for (const line of decodeLines()) console.log(line);
  for (const line of await collectLines()) console.log(line);
}
