import { shownValue } from '../../lib/base';
import { createSimulator, ScenarioName, Simulator, simulatorCommands, SimulatorStatistics } from '../../lib/simulator';
import { CodedError } from '../runtime/coded-error';

export interface SimulatorSettings {
  readonly scenario: ScenarioName;
  /** Events per second; 0 = the scenario's own pace. */
  readonly rate: number;
  readonly ringBytes: number;
  /** 0 = no server. */
  readonly opcuaPort: number;
  /** 0 = no server. */
  readonly modbusPort: number;
  readonly pkiFolder: string;
  /** A start of the simulator is a cold start of the controller: a higher run id each time. */
  readonly runId: bigint;
  /** A path as a user writes it, made absolute. */
  absolute(path: string): string;
}

/** Where the ring shows over Modbus: right behind the control block, as programs usually lay it. */
export const MODBUS_REGISTERS = { controlAddress: 0, ringAddress: 44 };

/** Questions that a flow may ask beside the commands. */
export const questions = ['definition', 'next-definition', 'statistics'] as const;

export interface CommandAnswer {
  topic: string;
  ok: true;
  statistics: SimulatorStatistics;
  endpoint: string | null;
  controlNode: string | null;
  ringNodes: string[];
  /** Without a Modbus server null. Addresses count from 0; holding and input registers show the same. */
  modbus: { host: string; port: number; controlAddress: number; ringAddress: number } | null;
}

/**
 * What one message brings: the text of a definition file with its hash and, where the question named a path, the
 * absolute one for a file node; or the answer to a command.
 */
export type SimulatorAnswer =
  | { readonly payload: string; readonly definitionHash: string; readonly filename?: string }
  | { readonly payload: CommandAnswer };

/** A simulated controller as a node runs it. Knows nothing of Node-RED. */
export class SimulatorController {
  private readonly simulator: Simulator;
  private starting: Promise<void> | undefined;
  private failure: CodedError | undefined;
  private running = false;
  private counted = { written: 0, at: 0, rate: 0 };

  constructor(
    private readonly settings: SimulatorSettings,
    private readonly nowMs: () => number
  ) {
    const { scenario, rate, ringBytes, opcuaPort, modbusPort, pkiFolder, runId } = settings;
    try {
      this.simulator = createSimulator({
        scenario,
        rate,
        ringBytes,
        opcuaPort,
        modbusPort,
        modbusRegisters: MODBUS_REGISTERS,
        pkiFolder,
        runId
      });
    } catch (thrown) {
      if (thrown instanceof RangeError) throw new CodedError('OPENOT_CONFIG', thrown.message);
      throw thrown;
    }
  }

  /** Resolves when it runs; rejects with a coded error when the server's port cannot be had. */
  start(): Promise<void> {
    this.starting ??= this.begin();
    return this.starting;
  }

  /** Waits for a start under way, so that no server is left behind. */
  async stop(): Promise<void> {
    await this.starting?.catch(() => undefined);
    this.running = false;
    await this.simulator.stop();
  }

  /** Throws a coded error when the command is none, or cannot be obeyed now. */
  command(topic: unknown, payload: unknown): SimulatorAnswer {
    if (this.failure !== undefined) throw this.failure;
    if (typeof topic !== 'string' || topic === '') {
      throw new CodedError(
        'OPENOT_SIMULATOR_COMMAND',
        `msg.topic must be a command (${simulatorCommands.join(', ')}) or a question (${questions.join(', ')}), ` +
          `found ${shownValue(topic)}`
      );
    }
    if (topic === 'definition' || topic === 'next-definition') {
      const text = this.simulator.definitionText(topic === 'definition' ? 'current' : 'next');
      const { header } = JSON.parse(text) as { header: { contentHash: string } };
      const filename =
        typeof payload === 'string' && payload !== '' ? { filename: this.settings.absolute(payload) } : {};
      return { payload: text, definitionHash: header.contentHash.slice(0, 16), ...filename };
    }
    if (topic !== 'statistics') {
      const result = this.simulator.command(
        topic,
        typeof payload === 'number' || typeof payload === 'string' ? payload : undefined
      );
      if (!result.ok) throw new CodedError(result.code, result.message);
    }
    return { payload: this.answer(topic) };
  }

  /** For the status: records written per second since it was last asked, and what stands behind it. */
  state(): {
    running: boolean;
    failure: CodedError | undefined;
    rate: number;
    state: string;
    endpoint: string | undefined;
    modbus: string | undefined;
  } {
    const { written, state } = this.simulator.statistics();
    const now = this.nowMs();
    if (now - this.counted.at >= 1000) {
      const rate = this.counted.at === 0 ? 0 : ((written - this.counted.written) * 1000) / (now - this.counted.at);
      this.counted = { written, at: now, rate };
    }
    const { endpointUrl, modbus } = this.simulator;
    return {
      running: this.running,
      failure: this.failure,
      rate: this.counted.rate,
      state,
      endpoint: endpointUrl,
      modbus: modbus && `Modbus ${modbus.host}:${modbus.port}`
    };
  }

  private async begin(): Promise<void> {
    const result = await this.simulator.start();
    if (!result.ok) {
      this.failure = new CodedError(result.code, result.message);
      throw this.failure;
    }
    this.running = true;
  }

  private answer(topic: string): CommandAnswer {
    const { simulator } = this;
    const { modbus } = simulator;
    return {
      topic,
      ok: true,
      statistics: simulator.statistics(),
      endpoint: simulator.endpointUrl ?? null,
      controlNode: simulator.controlNodeId ?? null,
      ringNodes: [...simulator.ringNodeIds],
      modbus:
        modbus === undefined
          ? null
          : {
              host: modbus.host,
              port: modbus.port,
              controlAddress: modbus.controlAddress,
              ringAddress: modbus.ringAddress
            }
    };
  }
}
