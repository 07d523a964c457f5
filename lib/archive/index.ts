/**
 * The archive: an append-only log of original bytes that anyone can check (C2SP tlog-tiles). Its folder, key and clock
 * are given to it; `files/` are the real ones.
 */
export * from './archive';
export { documentEntry, entryBytes, MAX_ENTRY_BYTES, NOTE_CODES, BEGIN_CAUSES } from './log/entry';
export type * from './log/entry';
export type { GivenDocument } from './log/compose';
export { readEntry } from './log/read-entry';
export { bundleOf, entriesOfBundle } from './log/bundle';
export { definitionPath, recordPath } from './log/entry';
export { framesOf, readJournal } from './log/journal';
export * from './note';
export * from './ports';
export * from './tree';
export * from './verify';
