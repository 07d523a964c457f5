import { pause } from '../../base/system';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { RegisterRequest, RequestError, RequestOutcome } from './answer';
import { RegisterAsk } from './api';
import { shownDevice, shownRegister } from './errors';
import { ModbusSettings } from './settings';

/** What is tried where a device refuses a longer request; 10, 63, 100, 120 and 123 are limits of real ones. */
const SHORTER = [120, 100, 64, 60, 32, 16, 10, 8, 4, 2, 1] as const;
/** What passes: the device is busy, or a gateway does not reach it at the moment. */
export const PASSING = new Set([5, 6, 10, 11]);
/** A request that is too long is refused as a wrong address by some, as a wrong value or a failure by others. */
const TOO_LONG = new Set([2, 3, 4]);
/** Milliseconds before a device that said so is asked again; the last one holds on. */
export const PASSING_PAUSES_MS = [20, 50, 100, 200, 500];
const ADDRESSES = 65_536;

interface Chunk extends RegisterRequest {
  /** Where its bytes go. */
  readonly into: Uint8Array;
  readonly at: number;
}

/**
 * Reads of any length, cut into requests: as few as the device allows. What it allows is learned where it refuses a
 * request and answers a shorter one at the same place as well as the rest behind it, and remembered as long as the
 * connection's settings live; without that proof a refused address is told as what it is.
 */
export class RegisterReads {
  /** Registers in one request, at most. */
  maxRegisters: number;
  private learning: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly settings: ModbusSettings,
    private readonly ask: (request: RegisterRequest) => Promise<RequestOutcome>
  ) {
    this.maxRegisters = settings.maxRegisters;
  }

  /** Requests leave in the order of `asks`, `pipeline` of them at a time; after the first failure no more. */
  async read(
    asks: readonly RegisterAsk[]
  ): Promise<{ readonly ok: true; readonly blocks: Uint8Array[] } | TransportError> {
    const wrong = asks.map((ask) => this.rangeError(ask)).find((error) => error !== undefined);
    if (wrong !== undefined) return wrong;
    const blocks = asks.map(({ count }) => new Uint8Array(count * 2));
    const chunks = asks.flatMap((ask, i) => this.chunksOf({ ...ask, into: blocks[i], at: 0 }));
    let failed: RequestError | undefined;
    const work = async (): Promise<void> => {
      for (let next = chunks.shift(); next !== undefined && failed === undefined; next = chunks.shift()) {
        const error = await this.readChunk(next);
        failed ??= error;
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.settings.pipeline, chunks.length) }, work));
    if (failed === undefined) return { ok: true, blocks };
    const { code, message, remedy } = failed;
    return { ok: false, code, message, remedy };
  }

  private chunksOf(whole: Chunk, limit = this.maxRegisters): Chunk[] {
    const chunks: Chunk[] = [];
    for (let done = 0; done < whole.count; done += limit) {
      chunks.push({
        ...whole,
        address: whole.address + done,
        count: Math.min(limit, whole.count - done),
        at: whole.at + done * 2
      });
    }
    return chunks;
  }

  private async readChunk(chunk: Chunk): Promise<RequestError | undefined> {
    // Less is allowed than when it was cut.
    if (chunk.count > this.maxRegisters) return this.readAll(this.chunksOf(chunk));
    const error = await this.readOne(chunk);
    if (error === undefined || !isTooLong(error, chunk)) return error;
    const turn = this.learning.then(() => this.learn(chunk, error));
    this.learning = turn.catch(() => undefined);
    return turn;
  }

  private async readAll(chunks: readonly Chunk[]): Promise<RequestError | undefined> {
    for (const chunk of chunks) {
      const error = await this.readOne(chunk);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  /** The chunk in shorter requests, or the error of the place that is wrong. */
  private async learn(chunk: Chunk, refused: RequestError): Promise<RequestError | undefined> {
    // Somebody else has learned it meanwhile.
    if (chunk.count > this.maxRegisters) return this.readAll(this.chunksOf(chunk));
    for (const limit of SHORTER.filter((shorter) => shorter < chunk.count)) {
      const [first, ...rest] = this.chunksOf(chunk, limit);
      const error = await this.readOne(first);
      if (error !== undefined && !TOO_LONG.has(error.exception ?? 0)) return error;
      if (error !== undefined) continue;
      const behind = await this.readAll(rest);
      // The registers end inside the chunk: that says nothing of how long a request may be.
      if (behind === undefined) this.maxRegisters = limit;
      return behind;
    }
    return refused;
  }

  private async readOne(chunk: Chunk): Promise<RequestError | undefined> {
    const { registerType, address, count } = chunk;
    const begunMs = performance.now();
    for (let times = 0; ; times++) {
      const outcome = await this.ask({ registerType, address, count });
      if (outcome.ok) {
        chunk.into.set(outcome.bytes, chunk.at);
        return undefined;
      }
      const pauseMs = PASSING_PAUSES_MS[Math.min(times, PASSING_PAUSES_MS.length - 1)];
      if (
        !PASSING.has(outcome.exception ?? 0) ||
        performance.now() - begunMs + pauseMs > this.settings.requestTimeoutMs
      )
        return outcome;
      await pause(pauseMs);
    }
  }

  private rangeError({ registerType, address, count }: RegisterAsk): TransportError | undefined {
    if (
      Number.isInteger(address) &&
      Number.isInteger(count) &&
      address >= 0 &&
      count >= 1 &&
      address + count <= ADDRESSES
    )
      return undefined;
    const where =
      Number.isInteger(address) && address >= 0
        ? shownRegister(registerType, address)
        : `${registerType} register ${address}`;
    const message =
      `${count} registers from ${where} of ${shownDevice(this.settings)} were asked for: there are addresses 0 to ` +
      `${ADDRESSES - 1} only. Check the address, counted from 0`;
    return transportError('OPENOT_MODBUS_ADDRESS_RANGE', message, 'refused');
  }
}

const isTooLong = (error: RequestError, chunk: Chunk): boolean =>
  TOO_LONG.has(error.exception ?? 0) && chunk.count > SHORTER[SHORTER.length - 1];
