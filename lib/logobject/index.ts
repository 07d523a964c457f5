/**
 * Logs of OPC UA Part 26: records and their bytes, reading them without loss, merging those of several servers. Pure.
 */
export { measureClock, standsStill } from './clock';
export type { ClockOffset, ClockReading } from './clock';
export { contentOf, keyOf, logUid } from './content';
export type { JsonValue, LogContent, LogData, LogTrace } from './content';
export { decodeLogRecords } from './decode';
export type { DecodedLogRecords, LogFault, LogFaultDetail, LogLayout } from './decode';
export { gapDocument, logDocument } from './document';
export type { LogDocument, LogGapDocument, LogProvenance } from './document';
export { encodeLogRecords } from './encode';
export type { LogEncoding } from './encode';
export type { LogError, LogFacts, LogPage, LogPort, LogRemedy, LogRequest } from './log-port';
export { logQueryFilter } from './query-filter';
export type { LogQueryFilter } from './query-filter';
export { LogMerge } from './merge';
export type { Merged, Timed } from './merge';
export * from './model';
export { createPoll } from './poll';
export type { NewRecord, Poll, Polled, PollFacts, PollNotice, PollOutcome, PollSettings } from './poll-types';
export { positionOf, savedPosition } from './position';
export type { LogPosition, Seen } from './position';
export { runPoll } from './run-poll';
export type { CollectSettings, PollRun } from './run-poll';
export { logSeverity } from '../base';
export * from './time';
export type { LogGap, Verdict } from './verdict';
