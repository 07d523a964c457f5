import type { NodeMessage } from 'node-red';
import { Archive, ArchiveEvents, ArchiveStatus, RETRY_MS } from '../../lib/archive';
import { Clock, Failure, shownValue } from '../../lib/base';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import { inputOf } from './input';

/** What an archive node is made of. */
export interface ArchiveNodePorts {
  /** Makes an archive of the settings, with its key. Rejects with OPENOT_ARCHIVE_KEY. */
  make(events: ArchiveEvents): Promise<Archive>;
  readonly clock: Clock;
  /** A checkpoint was signed: its note, and how many entries it covers. */
  onCheckpoint(note: string, size: number): void;
  /** For Catch nodes, and the log. */
  onError(error: Error): void;
  onWarning(text: string): void;
  /** The status may read otherwise. */
  onChange(): void;
}

/** What the node shows. */
export type ArchiveState =
  | { readonly kind: 'opening'; readonly why?: Failure }
  | { readonly kind: 'open'; readonly status: ArchiveStatus }
  | { readonly kind: 'blocked'; readonly why: { readonly code: string; readonly message: string } };

/** What passes by itself, and is tried again. */
const PASSES: readonly string[] = ['OPENOT_STATE_LOCKED', 'OPENOT_ARCHIVE_DISK'];
const COMMANDS = ['checkpoint', 'begin'];

/**
 * Runs an archive for a node: opens it, again where that failed for a while, and hands messages on once they are
 * durable.
 */
export class ArchiveController {
  private archive: Archive | undefined;
  private why: Failure | undefined;
  private blocked: CodedError | undefined;
  private readonly ended = new AbortController();
  private opening: Promise<void>;

  constructor(private readonly ports: ArchiveNodePorts) {
    this.opening = this.open(false);
  }

  /** The promise resolves once the message was passed on, or was a command that is done. */
  async take(message: NodeMessage, pass: (message: NodeMessage) => void): Promise<void> {
    const input = inputOf(message);
    if (input.kind === 'command') return this.command(input.topic);
    await this.opening;
    // Closed, or never open: what was not passed on comes again.
    if (this.blocked !== undefined) throw this.blocked;
    if (this.archive === undefined) return new Promise<void>(() => undefined);
    if (input.kind === 'documents') await this.archive.takeDocuments(input.documents);
    else {
      const error = await this.archive.takeBatch(input.payload, input.facts);
      if (error !== undefined) throw new CodedError(error.code, error.message);
    }
    pass(message);
    this.ports.onChange();
  }

  state(): ArchiveState {
    if (this.blocked !== undefined) return { kind: 'blocked', why: this.blocked };
    if (this.archive === undefined) return { kind: 'opening', ...(this.why === undefined ? {} : { why: this.why }) };
    return { kind: 'open', status: this.archive.status() };
  }

  /** Writes what waits, signs a last checkpoint, and lets others have the folder. */
  async close(): Promise<void> {
    this.ended.abort();
    await this.opening;
    await this.archive?.close();
  }

  private async command(topic: unknown): Promise<void> {
    if (topic === 'checkpoint') {
      await this.opening;
      return this.archive?.checkpoint();
    }
    if (topic === 'begin') {
      await this.opening;
      if (this.blocked === undefined)
        throw new CodedError(
          'OPENOT_ARCHIVE_COMMAND',
          'the archive is open and in order: a new log is begun only where the old one cannot go on'
        );
      this.blocked = undefined;
      this.opening = this.open(true);
      return this.opening;
    }
    throw new CodedError(
      'OPENOT_ARCHIVE_COMMAND',
      `msg.topic must be one of ${COMMANDS.join(', ')}, found ${shownValue(topic)}`
    );
  }

  private async open(beginAnew: boolean): Promise<void> {
    const { ports, ended } = this;
    while (!ended.signal.aborted) {
      try {
        const archive = await ports.make(this.events());
        const outcome = await archive.open(beginAnew);
        if (outcome.ok) {
          this.why = undefined;
          this.archive = archive;
          return ports.onChange();
        }
        if (!PASSES.includes(outcome.code)) return this.block(new CodedError(outcome.code, outcome.message));
        if (this.why?.message !== outcome.message) ports.onError(new CodedError(outcome.code, outcome.message));
        this.why = outcome;
        ports.onChange();
      } catch (thrown) {
        return this.block(codedErrorOf(thrown) as CodedError);
      }
      await ports.clock.sleep(RETRY_MS, ended.signal);
    }
  }

  private block(error: CodedError): void {
    this.blocked = error;
    this.ports.onError(error);
    this.ports.onChange();
  }

  private events(): ArchiveEvents {
    const { ports } = this;
    return {
      onCheckpoint: (note, size) => ports.onCheckpoint(note, size),
      onWarning: (text) => ports.onWarning(text),
      onTrouble: (trouble) => {
        if (trouble !== undefined) ports.onError(new CodedError(trouble.code, trouble.message));
        ports.onChange();
      },
      onLost: (lost) => this.block(new CodedError(lost.code, lost.message))
    };
  }
}
