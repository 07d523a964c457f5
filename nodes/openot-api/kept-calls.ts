import { dirname } from 'node:path';
import { counted, errorText } from '../../lib/base';
import { checksummedJson, openJson } from '../../lib/state';
import { fileStore, systemFiles } from '../../lib/state/files';
import type { ApiDocument } from '../../lib/telemetry';
import { CodedError } from '../runtime/coded-error';
import type { Emit, OpenCalls } from './open-calls';

const FORMAT = { magic: 'openot-api-calls', version: 1 };

const notTold = (text: string): CodedError => new CodedError('OPENOT_API_NOT_TOLD', text);

/**
 * The calls of one node that are open when it closes. A node cannot know whether it is made anew (then the calls go on,
 * and its successor tells them) or whether Node-RED stops: so they are written to a file as failed, and only another
 * process tells them from there.
 */
export class KeptCalls {
  private readonly store;
  private reporting: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly nodeId: string,
    private readonly calls: OpenCalls
  ) {
    this.store = fileStore(path);
  }

  /**
   * The node closes. Rejects where calls will be told by nobody: `isRemoved`, it was deleted or disabled; or the file
   * cannot be written.
   */
  async close(isRemoved: boolean): Promise<void> {
    await this.reporting.catch(() => undefined);
    if (isRemoved) return this.giveUp();
    const documents = this.calls.asStopped(this.nodeId);
    if (documents.length === 0) return;
    try {
      await systemFiles.makeFolder(dirname(this.path));
      await this.store.save(checksummedJson(FORMAT, documents));
      this.calls.keptHere.add(this.nodeId);
    } catch (thrown) {
      throw notTold(
        `${counted(documents.length, 'open call', 'open calls')} could not be saved (${errorText(thrown)}): if ` +
          'Node-RED stops now, no API event tells them. Check space and rights of the folder openot under the user ' +
          'directory'
      );
    }
  }

  private async giveUp(): Promise<void> {
    const count = this.calls.drop(this.nodeId);
    await systemFiles.remove(this.path);
    if (count > 0)
      throw notTold(
        `${counted(count, 'call was', 'calls were')} open when this node was deleted or disabled: no API event tells ` +
          'them. Deploy such a change while no call is open'
      );
  }

  /** Reports what was open when Node-RED stopped. Rejects where the file cannot be read; it is gone then. */
  report(emit: Emit): Promise<void> {
    return (this.reporting = this.reportAll(emit));
  }

  private async reportAll(emit: Emit): Promise<void> {
    const isOwn = this.calls.keptHere.delete(this.nodeId);
    const bytes = isOwn ? undefined : await this.load();
    const opened = bytes === undefined ? undefined : openJson(FORMAT, bytes);
    if (opened?.ok) for (const document of opened.value as ApiDocument[]) emit(document);
    await systemFiles.remove(this.path);
    if (opened?.ok === false) throw this.unreadable(opened.why);
  }

  private load(): Promise<Uint8Array | undefined> {
    return this.store.load().catch((thrown: unknown) => {
      throw this.unreadable(errorText(thrown));
    });
  }

  private unreadable(why: string): CodedError {
    return notTold(
      `the calls that were open when Node-RED stopped cannot be read from ${this.path} (${why}): no API event tells ` +
        'them. Nothing is to be done: the file is made anew'
    );
  }
}
