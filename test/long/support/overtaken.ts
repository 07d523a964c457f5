import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSimulator,
  Simulator,
  SimulatorModbusServer,
  SimulatorOpcuaServer,
  startModbusServer,
  startOpcuaServer,
  TruthRecord
} from '../../../lib/simulator';
import { createModbusConnection, createModbusTransport } from '../../../lib/transport/modbus';
import { createOpcuaConnection, createOpcuaTransport } from '../../../lib/transport/opcua';
import { until } from '../../e2e/support/process';
import { seeded } from '../../support/seeded';
import { TcpProxy } from '../../support/tcp-proxy';
import { Way } from './followed-reader';
import { MortalReader, mortalReader } from './mortal-reader';

/**
 * Why nobody reads while the power is cut. stop: the reader is stopped in order and started again. kill: it is killed,
 * and another one begins with its state. closed: the server is gone, and comes back on the same port. pulled: the link
 * is down.
 */
export type Absence = 'stop' | 'kill' | 'closed' | 'pulled';

/** One controller that is power-cycled while nobody reads, and overtakes the place where reading ended. */
export interface Overtaking {
  readonly ringBytes: number;
  readonly rate: number;
  readonly absence: Absence;
  readonly seed: number;
}

/** What became of the records of the controller's second life, of one carriage. */
export interface OvertakenSums {
  readonly name: string;
  /** By the first life: all of it is read before the power is cut. */
  readonly before: { readonly produced: number; readonly delivered: number };
  readonly produced: number;
  readonly delivered: number;
  /** Seqs that losses name, and records that laps count. */
  readonly lost: number;
  readonly lapped: number;
  /** Produced, and neither handed on nor named by a loss. */
  readonly silent: readonly string[];
  /** Handed on or named under the number of the life before. */
  readonly misnumbered: number;
  readonly duplicates: number;
  readonly invented: readonly string[];
  /** The notices of new incarnations, as text. */
  readonly incarnations: readonly string[];
  readonly errors: readonly string[];
}

/** Positions, as parts of the ring's size: up to where is read before, and where head stands at the return. */
const READ_UNTIL = [0.04, 0.12] as const;
const AWAY_UNTIL = [0.7, 0.85] as const;

/**
 * Polls that see the ring at the return, before it goes on. Few and quick: the old place has to be overwritten before
 * `rereadMs` (5 s) is over, which the ring does in some 3 s.
 */
const LOOKS = 3;
const INTERVAL_MS = 100;

const CARRIAGES = ['OPC UA', 'Modbus TCP'] as const;

/** Servers of one controller, which can be closed and opened again on the same ports. */
class Servers {
  opcua!: SimulatorOpcuaServer;
  modbus!: SimulatorModbusServer;

  constructor(
    private readonly simulator: Simulator,
    private readonly pkiFolder: string
  ) {}

  async open(): Promise<void> {
    const { producer } = this.simulator;
    const { pkiFolder } = this;
    this.opcua = await startOpcuaServer({ producer, pkiFolder, port: this.opcua?.port ?? 0 });
    this.modbus = await startModbusServer({ producer, port: this.modbus?.port ?? 0 });
  }

  async close(): Promise<void> {
    await Promise.all([this.opcua.stop(), this.modbus.stop()]);
  }

  /** A way of its own for each life of a reader. */
  way(carriage: (typeof CARRIAGES)[number], port: number): Way {
    if (carriage === 'OPC UA') {
      const { controlNodeId: controlNode, ringNodeIds: ringNodes } = this.opcua;
      const endpoint = `opc.tcp://127.0.0.1:${port}/openot`;
      const connection = createOpcuaConnection({ endpoint, pkiFolder: this.pkiFolder });
      const transport = createOpcuaTransport(connection, { controlNode, ringNodes });
      return { transport, end: () => connection.destroy() };
    }
    const { controlAddress, ringAddress } = this.modbus;
    const connection = createModbusConnection({ host: '127.0.0.1', port });
    const ring = { registerType: 'holding', controlAddress, ringAddress, byteOrder: 'big' } as const;
    return { transport: createModbusTransport(connection, ring), end: () => connection.destroy() };
  }
}

/** Plays it, read over both carriages at once; `pkiFolder` is shared, since making a key takes a second. */
export async function overtake(
  { ringBytes, rate, absence, seed }: Overtaking,
  pkiFolder: string
): Promise<OvertakenSums[]> {
  const random = seeded(seed);
  const within = ([min, max]: readonly [number, number]): number => (min + (max - min) * random.next()) * ringBytes;
  const folder = mkdtempSync(join(tmpdir(), 'openot-overtaken-'));
  const simulator = createSimulator({ scenario: 'reactor', rate, ringBytes, truthLimit: 1_000_000, seed });
  const servers = new Servers(simulator, pkiFolder);
  const open: TcpProxy[] = [];
  try {
    await servers.open();
    await simulator.start();
    const stateAt = (i: number): string => join(folder, `${i}.state`);
    const proxies = [
      await TcpProxy.open(servers.opcua.port, seed),
      await TcpProxy.open(servers.modbus.port, seed)
    ] as const;
    open.push(...proxies);
    const begin = (): MortalReader[] =>
      CARRIAGES.map((carriage, i) =>
        mortalReader(servers.way(carriage, proxies[i].port), stateAt(i), { intervalMs: INTERVAL_MS })
      );
    const head = (): number => simulator.statistics().headAbs;
    const atHead = (readers: readonly MortalReader[]) => (): boolean =>
      readers.every((reader) => {
        const { cursorAbs, state, inFlight } = reader.status();
        // The cursor is beyond what is still to be handed on.
        return cursorAbs === head() && state === 'idle' && inFlight === 0;
      });
    const states = (readers: readonly MortalReader[]) => (): string =>
      JSON.stringify([head(), ...readers.map((reader) => [reader.status(), reader.errors.slice(-2)])]);

    let readers = begin();
    const toRead = within(READ_UNTIL);
    await until('the first records', () => head() >= toRead);
    simulator.command('stop-producer');
    await until('the end of the first life', atHead(readers), states(readers));
    const readUntil = head();

    if (absence === 'stop') await Promise.all(readers.map((reader) => reader.stop()));
    if (absence === 'kill') await Promise.all(readers.map((reader) => reader.kill()));
    if (absence === 'closed') await servers.close();
    if (absence === 'pulled') await Promise.all(proxies.map((proxy) => proxy.down('refused')));
    simulator.command('power-cycle');
    simulator.command('start-producer');
    // On a machine that has much else to do the first life may have come further than it should.
    const toWrite = Math.max(within(AWAY_UNTIL), readUntil + ringBytes / 16);
    await until('the ring beyond the old place', () => head() >= toWrite);
    // It goes on when the reader is back and has looked: the sizing rule of docs/reader.md grants that.
    simulator.command('stop-producer');
    const { oldestAbs } = simulator.statistics();
    if (oldestAbs !== 0 || head() <= readUntil)
      throw new Error(`the ring was to overtake ${readUntil} and keep 0: it holds ${oldestAbs} to ${head()}`);
    const first = readers;
    if (absence === 'closed') await servers.open();
    if (absence === 'pulled') await Promise.all(proxies.map((proxy) => proxy.up('forgotten')));
    if (absence === 'stop' || absence === 'kill') readers = begin();
    await until('readers that are back', () => readers.every(isReading), states(readers));
    const looks = readers.map((reader) => reader.status().looks.polls);
    const looked = (): boolean => readers.every((reader, i) => reader.status().looks.polls >= looks[i] + LOOKS);
    await until('the first looks', looked, states(readers));
    simulator.command('start-producer');
    // Until the old place is overwritten, and for as long again as an old copy may be old.
    await until('the old place overwritten', () => simulator.statistics().oldestAbs > readUntil + ringBytes / 8);
    simulator.command('stop-producer');
    // A last word of every source, the logger's own too: what follows nothing cannot show as missing.
    simulator.command('clock-unsynced');
    simulator.command('high-water');
    await until('the rest', atHead(readers), states(readers));
    await Promise.all(readers.map((reader) => reader.stop()));
    const truth = simulator.truth();
    return CARRIAGES.map((name, i) => {
      const all = first === readers ? first[i].items : [...first[i].items, ...readers[i].items];
      return sumsOf(name, truth, all, [...first[i].errors, ...readers[i].errors]);
    });
  } finally {
    await simulator.stop();
    await Promise.all(open.map((proxy) => proxy.close()));
    await servers.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const isReading = (reader: MortalReader): boolean => /^(reading|idle|waiting)$/.test(reader.status().state);

type Heard = MortalReader['items'][number];

/** The records of both lives have the same names; of the first one all were handed on before the second one began. */
function sumsOf(
  name: string,
  truth: readonly TruthRecord[],
  items: readonly Heard[],
  errors: MortalReader['errors']
): OvertakenSums {
  const idOf = ({ runId, sourceId, seq }: Pick<TruthRecord, 'sourceId' | 'seq'> & { runId: unknown }): string =>
    `${String(runId)}/${sourceId}/${seq}`;
  const lives = [0, 1].map(
    (life) => new Map(truth.filter(({ incarnation }) => incarnation === life).map((record) => [idOf(record), record]))
  );
  const [former, present] = lives;
  let firstOfPresent = 0;
  const came = new Set<string>();
  for (; firstOfPresent < items.length && came.size < former.size; firstOfPresent++) {
    const item = items[firstOfPresent];
    if (item.kind === 'record') came.add(idOf(item));
  }
  const delivered = new Set<string>();
  const lost = new Set<string>();
  const invented: string[] = [];
  let [lapped, misnumbered, duplicates] = [0, 0, 0];
  for (const item of items.slice(firstOfPresent)) {
    if (item.incarnation === 0 && item.kind !== 'incarnation') misnumbered++;
    if (item.kind === 'record') {
      const id = idOf(item);
      if (present.get(id)?.abs !== item.abs) invented.push(id);
      if (delivered.has(id)) duplicates++;
      delivered.add(id);
    } else if (item.kind === 'lap') lapped += item.lostCountDelta;
    else if (item.kind === 'loss' && item.upgrade !== true)
      for (let seq = item.firstSeq; seq <= item.lastSeq; seq++) lost.add(idOf({ ...item, seq }));
  }
  return {
    name,
    before: { produced: former.size, delivered: came.size },
    produced: present.size,
    delivered: delivered.size,
    lost: lost.size,
    lapped,
    silent: [...present.keys()].filter((id) => !delivered.has(id) && !lost.has(id)),
    misnumbered,
    duplicates,
    invented: [...invented, ...[...lost].filter((id) => !present.has(id) || delivered.has(id))],
    incarnations: items.flatMap((item) =>
      item.kind === 'incarnation' ? [`${item.from} to ${item.to} (${item.reason})`] : []
    ),
    errors: [...new Set(errors.map(({ code }) => code))]
  };
}
