import type { OpenotCode } from '../../lib/base';
import { dirname } from 'node:path';
import {
  bind,
  Binding,
  compileDefinition,
  CompileResult,
  DefinitionStore,
  definitionWarnings,
  WhenUnadvertised
} from '../../lib/definition';
import type { LooseFacts } from '../../lib/stream';
import type { DefinitionAuthority, DefinitionFile, DefinitionState } from '../runtime/definition-node';
import { CodedError } from '../runtime/coded-error';
import { FoundFile, listDefinitionFiles, MAX_FILE_BYTES, readDefinitionFile } from './definition-files';
import { watchFolder } from './file-watch';

export interface DefinitionSettings {
  readonly source: 'json' | 'file' | 'folder';
  readonly json: string;
  /** Absolute. */
  readonly path: string;
  readonly watch: boolean;
  readonly pollMs?: number;
}

export interface DefinitionReports {
  /** A file or text was refused; what was held before stays in force. Once for each state of the file. */
  error(error: CodedError): void;
  /** It was taken, but something in it makes records placeholders. */
  warn(code: OpenotCode, message: string): void;
  log(message: string): void;
}

/** Origin of a definition that stands in the node itself. */
const OWN_TEXT = 'node';

/** Holds every definition of one `openot-definition` node and keeps up with its files. Knows nothing of Node-RED. */
export class DefinitionController implements DefinitionAuthority {
  readonly store = new DefinitionStore();
  readonly ready: Promise<void>;
  isReady = false;
  private readonly stamps = new Map<string, string>();
  /** By origin, the file that is in force, as it was loaded. */
  private readonly files = new Map<string, { readonly hash: string; readonly bytes: Uint8Array }>();
  private readonly refused = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private listingError = '';
  private missingTold = false;
  /** The file or folder itself is not there. */
  private isMissing = false;
  private endWatch: (() => void) | undefined;
  private closed = false;

  constructor(
    private readonly settings: DefinitionSettings,
    private readonly reports: DefinitionReports
  ) {
    this.store.onChange(() => this.changed());
    this.ready = this.begin();
  }

  bind(facts: LooseFacts, whenUnadvertised: WhenUnadvertised): Binding {
    return bind(this.store, {
      stream: facts.stream ?? '',
      snapshot: facts.snapshot,
      epochs: facts.epochs,
      whenUnadvertised
    });
  }

  state(): DefinitionState {
    const isRefused = this.listingError !== '' && !this.isMissing;
    return {
      held: this.store.all().length,
      refused: this.refused.size + (isRefused ? 1 : 0),
      ...(this.isMissing ? { missing: true } : {})
    };
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.closed = true;
    this.endWatch?.();
    this.listeners.clear();
  }

  private async begin(): Promise<void> {
    const { source, path, watch, pollMs } = this.settings;
    // The nodes that use this one are made later in the same turn, and with them the Catch nodes that hear of its
    // errors.
    await new Promise<void>((resolve) => setImmediate(resolve));
    try {
      if (this.closed) return;
      if (source === 'json') this.takeOwnText();
      else {
        await this.look();
        if (watch && !this.closed)
          this.endWatch = watchFolder(
            source === 'file' ? dirname(path) : path,
            () => this.look().catch((thrown: unknown) => this.failed(thrown)),
            pollMs
          );
      }
    } catch (thrown) {
      this.failed(thrown);
    }
    this.isReady = true;
    this.changed();
  }

  /** Every look ends here when something throws: a rejection that nobody takes would end the runtime. */
  private failed(thrown: unknown): void {
    this.reports.error(
      new CodedError('OPENOT_DEFINITION_UNREADABLE', `the definition could not be loaded: ${String(thrown)}`)
    );
  }

  private takeOwnText(): void {
    if (this.settings.json.trim() === '') {
      this.refused.add(OWN_TEXT);
      return this.reports.error(
        new CodedError(
          'OPENOT_DEFINITION_EMPTY',
          'the node holds no definition: paste one, or choose a file or a folder'
        )
      );
    }
    this.take(
      OWN_TEXT,
      'the definition in the node',
      compileDefinition(this.settings.json, { maxBytes: MAX_FILE_BYTES }),
      Buffer.from(this.settings.json, 'utf8')
    );
  }

  /** The file of the definition with this carriage hash, exactly as it was loaded; undefined where none is held. */
  fileOf(hash: string): DefinitionFile | undefined {
    const compiled = this.store.get(hash);
    const file = [...this.files.values()].find((one) => one.hash === hash);
    if (compiled === undefined || file === undefined) return undefined;
    return { semanticVersion: compiled.semanticVersion, bytes: file.bytes };
  }

  /** Takes what is new or changed, lets go of what was removed from a folder. Never rejects. */
  private async look(): Promise<void> {
    if (this.settings.source === 'json' || this.closed) return;
    const listing = await listDefinitionFiles(this.settings.source, this.settings.path);
    if (this.closed) return;
    if (!listing.ok) {
      // A file that is gone for a moment (a save in two steps, a network drive) takes no definition out of force, and
      // one
      // that a flow is about to write is no trouble: it is one when it is missing at the next look too.
      const isNew = this.listingError !== listing.error.message;
      this.listingError = listing.error.message;
      this.isMissing = listing.error.code === 'OPENOT_DEFINITION_NOT_FOUND';
      const isPatient = this.settings.watch && this.isMissing;
      if (isPatient ? !isNew && !this.missingTold : isNew) this.reports.error(listing.error);
      if (isPatient && !isNew) this.missingTold = true;
      // What is still away changes nothing: users that read again at each look would do so for ever.
      return isNew ? this.changed() : undefined;
    }
    const recovered = this.listingError !== '';
    this.listingError = '';
    this.missingTold = false;
    this.isMissing = false;
    for (const file of listing.files) await this.lookAt(file);
    this.letGo(new Set(listing.files.map(({ path }) => path)));
    if (recovered) this.changed();
  }

  private async lookAt({ path, stamp }: FoundFile): Promise<void> {
    if (this.stamps.get(path) === stamp) return;
    const text = await readDefinitionFile(path);
    const result = text.ok ? compileDefinition(text.bytes, { maxBytes: MAX_FILE_BYTES }) : undefined;
    if (this.closed) return;
    this.stamps.set(path, stamp);
    if (text.ok) return this.take(path, path, result!, text.bytes);
    this.refused.add(path);
    this.reports.error(text.error);
    this.changed();
  }

  private letGo(present: ReadonlySet<string>): void {
    for (const path of [...this.stamps.keys()]) {
      if (present.has(path)) continue;
      this.stamps.delete(path);
      this.refused.delete(path);
      this.reports.log(`definition file ${path} is gone`);
      this.files.delete(path);
      if (!this.store.remove(path)) this.changed();
    }
  }

  private take(origin: string, name: string, result: CompileResult, bytes: Uint8Array): void {
    if (!result.ok) {
      this.refused.add(origin);
      const { code, message, rule } = result;
      this.reports.error(
        new CodedError(
          code,
          `${name}: ${message} (rule: ${rule}). The file is refused as a whole${this.inForce(origin)}`
        )
      );
      return this.changed();
    }
    const wasRefused = this.refused.delete(origin);
    this.files.set(origin, { hash: result.compiled.carriageHash, bytes });
    for (const warning of definitionWarnings(result.compiled))
      this.reports.warn(warning.code, `${name}: ${warning.message}`);
    const { carriageHash, semanticVersion } = result.compiled;
    if (this.store.add(result.compiled, origin))
      this.reports.log(`definition ${carriageHash} (${semanticVersion}) taken from ${name}`);
    else if (wasRefused) this.changed();
  }

  private inForce(origin: string): string {
    const before = this.store.origins().find((held) => held.origin === origin);
    return before === undefined ? '' : `; the definition ${before.carriageHash} that it held before stays in force`;
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
