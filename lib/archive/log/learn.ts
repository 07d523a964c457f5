import { decodeRecord } from '../../wire';
import type { NoticeItem } from '../../stream';
import type { Composer } from './compose';
import { Entry, recordPath } from './entry';
import { ArchiveFiles } from '../ports';
import { readEntry } from './read-entry';

/** Learns from entries that were written what the composer knew when it wrote them. */
export class Learner {
  why = '';

  constructor(
    private readonly composer: Composer,
    private readonly files: Pick<ArchiveFiles, 'read'>
  ) {}

  /** The entries from index `first` on. False, with `why`, where one is none. */
  async all(entries: readonly Uint8Array[], first: number): Promise<boolean> {
    for (let i = 0; i < entries.length; i++) {
      const read = readEntry(entries[i]);
      if (read.ok) await this.one(read.entry, first + i);
      else this.why = `entry ${first + i} is none: ${read.message}`;
      if (!read.ok) return false;
    }
    return true;
  }

  private async one(entry: Entry, index: number): Promise<void> {
    const { composer } = this;
    switch (entry.kind) {
      case 'begin-stream':
        return composer.trackerOf(entry.stream).began(entry);
      case 'definition':
        return void composer.entered.set(entry.hash, entry);
      case 'record': {
        const { bytes: base64, sha256 = '' } = entry;
        if (base64 === undefined) composer.contents.set(sha256, index);
        const bytes = base64 === undefined ? await this.files.read(recordPath(sha256)) : Buffer.from(base64, 'base64');
        const record = decodeRecord(bytes ?? new Uint8Array(0));
        if (record.ok) composer.trackerOf(entry.stream).recorded(record, entry.abs, index);
        return;
      }
      case 'loss':
      case 'lap':
      case 'incarnation':
      case 'skipped': {
        const { stream, ...notice } = entry;
        return composer.trackerOf(stream).noticed(notice as NoticeItem);
      }
      case 'document':
        if (entry.sha256 !== undefined) composer.contents.set(entry.sha256, index);
        return void composer.trackerOf(entry.stream).isKnownDocument(entry.uid);
      case 'note':
        if (entry.code === 'definition-missing') composer.missing.add(/[0-9a-f]{16}/.exec(entry.text)?.[0] ?? '');
        return;
      case 'begin':
        return;
    }
  }
}
