import { errorText } from '../base';
import { systemNowNs } from '../base/system';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandResult, eventCount, isCommand, MAX_COUNT, simulatorCommands } from './commands';
import { Quirks } from './opcua/quirks';
import { ModbusQuirks } from './modbus/quirks';
import {
  ModbusServerCounters,
  ModbusServerOptions,
  SimulatorModbusServer,
  startModbusServer
} from './modbus/modbus-server';
import { PlantLog } from './plant-log';
import { OpcuaServerOptions, SimulatorOpcuaServer, startOpcuaServer } from './opcua/opcua-server';
import { Player, PlayerState } from './player';
import { Producer } from './producer';
import { SeededRandom } from './random';
import { ScenarioName, scenarios } from './scenarios';
import { TruthRecord } from './truth';

/** What is simulated, and how it is shown. */
export interface SimulatorOptions extends Pick<
  OpcuaServerOptions,
  'allowAnonymous' | 'users' | 'acceptUnknownCertificates'
> {
  readonly scenario: ScenarioName;
  /** Events per second; 0 (the default) = the scenario's own pace. */
  readonly rate?: number;
  /** Ring capacity: a multiple of 8, from 1,024 to 16 MiB. Default 65,536. */
  readonly ringBytes?: number;
  /** TCP port of the OPC UA server; 0 (the default) = no server, `any` = a free port. */
  readonly opcuaPort?: number | 'any';
  /** Address to listen on. Default 127.0.0.1. */
  readonly opcuaHost?: string;
  /** TCP port of the Modbus server; 0 (the default) = no server, `any` = a free port. */
  readonly modbusPort?: number | 'any';
  /** Address to listen on. Default 127.0.0.1. */
  readonly modbusHost?: string;
  /** First register of the control block and of the ring, from 0. Defaults 0 and 100. */
  readonly modbusRegisters?: Pick<ModbusServerOptions, 'controlAddress' | 'ringAddress'>;
  /** Bad habits of the Modbus server; the object may be changed while it runs. */
  readonly modbusQuirks?: ModbusQuirks;
  /** Folder for the server's key and trust list; needed with a server. */
  readonly pkiFolder?: string;
  /** Bad habits of the server; the object may be changed while it runs. */
  readonly quirks?: Quirks;
  /** One number from which the whole plant follows. Default 1. */
  readonly seed?: number;
  readonly bufferId?: number;
  readonly runId?: bigint;
  /** Position of the ring's first byte. Default 0. */
  readonly startAbs?: number;
  /** Milliseconds between heartbeats, and between checkpoints of all sources; 0 = never. Defaults 5,000 and 30,000. */
  readonly heartbeatInterval?: number;
  readonly highWaterInterval?: number;
  /** Records that `truth()` keeps; default 0. */
  readonly truthLimit?: number;
  /** The controller's clock, nanoseconds since the Unix epoch. Default the system's. */
  readonly clock?: () => bigint;
  /** False: time passes only when `tick()` is called. Default true. */
  readonly timer?: boolean;
}

/** Plain numbers and text, fit for a message. */
export interface SimulatorStatistics {
  readonly scenario: ScenarioName;
  readonly state: PlayerState;
  /** Records logged since the start, by source id; dropped ones included. */
  readonly produced: Readonly<Record<string, number>>;
  readonly written: number;
  readonly dropped: number;
  readonly bytes: number;
  readonly headAbs: number;
  readonly oldestAbs: number;
  readonly lostCount: number;
  /** Decimal text. */
  readonly runId: string;
  readonly epochId: number;
  readonly incarnation: number;
  readonly definitionHash: string;
  readonly prevDefinitionHash: string;
  readonly clockSynced: boolean;
  /** What was asked of the Modbus server; absent without one. */
  readonly modbus?: Pick<ModbusServerCounters, 'requests' | 'exceptions' | 'registers' | 'connections'> & {
    readonly open: number;
  };
}

/** Whether the simulator runs; only its servers can fail to. */
export type StartResult =
  { readonly ok: true } | { readonly ok: false; readonly code: 'OPENOT_SIMULATOR_SERVER'; readonly message: string };

/** A PLC in a process. */
export interface Simulator {
  /** Starts the servers that are wanted, and the clock. */
  start(): Promise<StartResult>;
  stop(): Promise<void>;
  /** `topic` is one of `simulatorCommands`; burst and drop take a count as payload. */
  command(topic: unknown, payload?: unknown): CommandResult;
  /** Logs what is due; called by the simulator's own timer, or by a test that has none. */
  tick(): void;
  statistics(): SimulatorStatistics;
  /** The newest records and where they went, oldest first; empty without `truthLimit`. */
  truth(): readonly TruthRecord[];
  /** Text of the definition file in force, or of the one that the next definition change brings. */
  definitionText(which?: 'current' | 'next'): string;
  readonly producer: Producer;
  readonly quirks: Quirks;
  /** Undefined without a server, or before it is started. */
  readonly server: SimulatorOpcuaServer | undefined;
  readonly endpointUrl: string | undefined;
  readonly controlNodeId: string | undefined;
  readonly ringNodeIds: readonly string[];
  /** Undefined without a Modbus server, or before it is started. */
  readonly modbus: SimulatorModbusServer | undefined;
}

/** Milliseconds between two ticks: short against the poll of any reader. */
const TICK = 20;

/**
 * @throws RangeError when an option is out of its range, saying which.
 *
 * @example
 * ```ts
 * import { createSimulator } from '@openot/node-red/simulator';
 *
 * const controller = createSimulator({ scenario: 'reactor', modbusPort: 5020 });
 * const started = await controller.start();
 * if (!started.ok) throw new Error(started.message);
 * controller.command('burst', 100);
 * console.log(controller.statistics());
 * await controller.stop();
 * ```
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  return new PlcSimulator(options);
}

class PlcSimulator implements Simulator {
  readonly producer: Producer;
  readonly quirks: Quirks;
  private readonly modbusQuirks: ModbusQuirks;
  server: SimulatorOpcuaServer | undefined;
  modbus: SimulatorModbusServer | undefined;
  private readonly player: Player;
  private readonly files: readonly string[];
  private timer: NodeJS.Timeout | undefined;
  private readonly log = new PlantLog();

  constructor(private readonly options: SimulatorOptions) {
    if (!Object.hasOwn(scenarios, options.scenario))
      throw new RangeError(
        `scenario: expected one of ${Object.keys(scenarios).join(', ')}, found ${JSON.stringify(options.scenario)}`
      );
    const rate = options.rate ?? 0;
    if (!(rate >= 0 && rate <= 100_000))
      throw new RangeError(`rate: expected 0 to 100000 events per second, found ${rate}`);
    const ringBytes = options.ringBytes ?? 65_536;
    // Not below twice the largest record that the definitions allow.
    if (!(ringBytes >= 1024 && ringBytes <= 1 << 24 && ringBytes % 8 === 0))
      throw new RangeError(`ringBytes: expected a multiple of 8 from 1024 to 16777216, found ${ringBytes}`);
    const scenario = scenarios[options.scenario];
    this.quirks = options.quirks ?? {};
    this.modbusQuirks = options.modbusQuirks ?? {};
    this.files = scenario.definitionFiles.map((file) => readFileSync(join(__dirname, 'definitions', file), 'utf8'));
    const definitionHashes = this.files.map(carriageHashOf);
    const clock = options.clock ?? systemClock();
    this.producer = new Producer({
      ringBytes,
      clock,
      definitionHash: definitionHashes[0],
      bufferId: options.bufferId,
      runId: options.runId,
      startAbs: options.startAbs,
      truthLimit: options.truthLimit
    });
    this.player = new Player({
      producer: this.producer,
      scenario,
      run: scenario.run(new SeededRandom(options.seed ?? 1)),
      definitionHashes,
      rate,
      heartbeatInterval: options.heartbeatInterval ?? 5000,
      highWaterInterval: options.highWaterInterval ?? 30_000,
      now: () => Number(clock() / 1000n) / 1000
    });
  }

  get endpointUrl(): string | undefined {
    return this.server?.endpointUrl;
  }
  get controlNodeId(): string | undefined {
    return this.server?.controlNodeId;
  }
  get ringNodeIds(): readonly string[] {
    return this.server?.ringNodeIds ?? [];
  }

  async start(): Promise<StartResult> {
    const failed = (await this.startOpcua()) ?? (await this.startModbus());
    if (failed !== undefined) {
      await this.stop();
      return failed;
    }
    if (this.options.timer !== false)
      this.timer = setInterval(() => {
        this.tick();
        this.log.tick(Date.now());
      }, TICK);
    return { ok: true };
  }

  private async startOpcua(): Promise<StartResult | undefined> {
    const { opcuaPort, pkiFolder } = this.options;
    if (!opcuaPort) return undefined;
    if (pkiFolder === undefined) throw new RangeError('pkiFolder: needed with an OPC UA server');
    const { allowAnonymous, users, acceptUnknownCertificates, opcuaHost: host, seed } = this.options;
    try {
      this.server = await startOpcuaServer({
        producer: this.producer,
        port: opcuaPort === 'any' ? 0 : opcuaPort,
        host,
        pkiFolder,
        quirks: this.quirks,
        logs: [{ name: 'ServerLog', store: this.log.store }],
        allowAnonymous,
        users,
        acceptUnknownCertificates,
        seed
      });
      return undefined;
    } catch (error) {
      return notListening('OPC UA', opcuaPort, error);
    }
  }

  private async startModbus(): Promise<StartResult | undefined> {
    const { modbusPort, modbusHost: host, modbusRegisters, seed } = this.options;
    if (!modbusPort) return undefined;
    try {
      this.modbus = await startModbusServer({
        producer: this.producer,
        port: modbusPort === 'any' ? 0 : modbusPort,
        host,
        ...modbusRegisters,
        quirks: this.modbusQuirks,
        seed
      });
      return undefined;
    } catch (error) {
      return notListening('Modbus', modbusPort, error);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    const { server, modbus } = this;
    this.server = this.modbus = undefined;
    await Promise.all([server?.stop(), modbus?.stop()]);
  }

  tick(): void {
    // Whether updates are done store by store may be changed while running: nothing is half done between two ticks.
    if (this.player.state !== 'frozen') {
      this.producer.flush();
      this.producer.stepped = needsStores(this.quirks) || needsStores(this.modbusQuirks);
    }
    this.player.tick();
  }

  command(topic: unknown, payload?: unknown): CommandResult {
    if (!isCommand(topic))
      return refuse(
        'OPENOT_SIMULATOR_COMMAND',
        `Expected a command in msg.topic, one of ${simulatorCommands.join(', ')}; found ${JSON.stringify(topic)}.`
      );
    const { player } = this;
    if (topic === 'burst' || topic === 'drop') return this.counted(topic, payload);
    if (topic === 'definition-change') player.changeDefinition((player.definition + 1) % this.files.length, false);
    else if (topic === 'cold-start') player.changeDefinition(player.definition, true);
    else if (topic === 'power-cycle') player.powerCycle();
    else if (topic === 'stop-producer') player.stop();
    else if (topic === 'start-producer') player.resume();
    else if (topic === 'stop-mid-update') player.freeze();
    else if (player.state === 'frozen')
      return refuse(
        'OPENOT_SIMULATOR_STATE',
        `The simulated controller stands still inside an update and cannot do ${topic}; send start-producer first.`
      );
    else if (topic === 'high-water') player.highWater();
    else player.clock(topic === 'clock-synced');
    return { ok: true };
  }

  statistics(): SimulatorStatistics {
    const { producer } = this;
    return {
      scenario: this.options.scenario,
      state: this.player.state,
      produced: Object.fromEntries(producer.produced),
      ...producer.counters,
      headAbs: producer.headAbs,
      oldestAbs: producer.oldestAbs,
      lostCount: producer.lostCount,
      runId: String(producer.runId),
      epochId: Number(producer.epochId),
      incarnation: producer.incarnation,
      definitionHash: producer.definitionHash,
      prevDefinitionHash: producer.prevDefinitionHash,
      clockSynced: producer.clockSynced,
      ...this.modbusStatistics()
    };
  }

  private modbusStatistics(): Pick<SimulatorStatistics, 'modbus'> {
    if (this.modbus === undefined) return {};
    const { requests, exceptions, registers, connections } = this.modbus.counters();
    return { modbus: { requests, exceptions, registers, connections, open: this.modbus.connections() } };
  }

  truth(): readonly TruthRecord[] {
    return this.producer.truth.all();
  }

  definitionText(which: 'current' | 'next' = 'current'): string {
    return this.files[(this.player.definition + (which === 'next' ? 1 : 0)) % this.files.length];
  }

  private counted(topic: 'burst' | 'drop', payload: unknown): CommandResult {
    const count = eventCount(payload, topic === 'burst' ? 1000 : 10);
    if (count === undefined)
      return refuse(
        'OPENOT_SIMULATOR_COUNT',
        `Expected a whole number from 1 to ${MAX_COUNT} in msg.payload for ${topic}, found ${JSON.stringify(payload)}.`
      );
    if (this.player.state !== 'running')
      return refuse(
        'OPENOT_SIMULATOR_STATE',
        `The simulated controller is ${this.player.state} and cannot do ${topic}; send start-producer first.`
      );
    if (topic === 'burst') this.player.burst(count);
    else this.player.drop(count);
    return { ok: true };
  }
}

/** Whether updates have to be done store by store, so that something can fall between two of them. */
const needsStores = (quirks: ModbusQuirks): boolean =>
  quirks.torn !== undefined || Boolean(quirks.midUpdate) || Boolean(quirks.storesBetween);

function notListening(what: string, port: number | 'any', error: unknown): StartResult {
  const found = errorText(error);
  if (error instanceof RangeError)
    return {
      ok: false,
      code: 'OPENOT_SIMULATOR_SERVER',
      message:
        `The simulator's ${what} server cannot show this controller: ${found}. Choose a smaller ring or other ` +
        'addresses.'
    };
  return {
    ok: false,
    code: 'OPENOT_SIMULATOR_SERVER',
    message:
      `The simulator's ${what} server could not listen on port ${port}: ${found}. Choose another port, or end what ` +
      'uses this one.'
  };
}

function refuse(code: (CommandResult & { ok: false })['code'], message: string): CommandResult {
  return { ok: false, code, message };
}

/** The first 8 bytes of the hash that a definition file names; that it is the true one is tested. */
function carriageHashOf(text: string): string {
  const { header } = JSON.parse(text) as { header: { contentHash: string } };
  return header.contentHash.slice(0, 16);
}

/** The system's clock with the resolution of the monotonic one: two records in a row differ in time. */
function systemClock(): () => bigint {
  const offset = systemNowNs() - process.hrtime.bigint();
  return () => offset + process.hrtime.bigint();
}
