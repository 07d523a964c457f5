import type { NodeAPI } from 'node-red';
import { statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { systemClock } from '../../lib/base/system';
import { volatileStore } from '../../lib/state';
import type { Clock, Store } from '../../lib/reader';
import {
  CaptureSpeed,
  createCaptureTransport,
  DEFAULT_RECORDING,
  RecordingTransport,
  recordingTransport
} from '../../lib/capture';
import type { Transport } from '../../lib/transport/transport';
import { CodedError } from '../runtime/coded-error';
import { choiceOf, numberOf } from '../runtime/numbers';
import { softwareName } from '../runtime/software';
import { fileNameOf, userPath } from '../runtime/user-directory';

/**
 * The dialog's properties of recording and replaying, as they stand in a flow file; a flow of version 0.1 has none of
 * them.
 */
export interface CaptureProperties {
  capturePath?: unknown;
  captureSpeed?: unknown;
  /** Empty = nothing is recorded. */
  recordPath?: unknown;
  recordBytes?: unknown;
  recordFiles?: unknown;
}

/** A way to the ring, and what else the reader needs when it is a replay. */
export interface Replay {
  readonly transport: () => Transport;
  readonly host: string;
  readonly identity: string;
  readonly clock: Clock;
  /** Nothing of a replay is kept: it begins at its beginning at every start. */
  readonly store: Store;
}

/** What replays the capture of a dialog. Throws OPENOT_CONFIG. */
export function replayOf(RED: NodeAPI, properties: CaptureProperties): Replay {
  const given = String(properties.capturePath ?? '').trim();
  if (given === '')
    throw new CodedError(
      'OPENOT_CONFIG',
      'the field "Capture" is empty: the file that was recorded is expected, or its path without number and extension',
      'Capture'
    );
  const path = userPath(RED, given);
  const speed = choiceOf<CaptureSpeed>(properties.captureSpeed, 'Replays', ['once', 'original']);
  // One for all sessions of the reader: a session that is begun anew goes on where the capture stands, as at a real
  // ring.
  const transport = createCaptureTransport({ path, speed, clock: systemClock() });
  return {
    transport: () => transport,
    host: basename(path),
    identity: JSON.stringify(['capture', path]),
    clock: transport.clock,
    store: volatileStore()
  };
}

/** Series that are being recorded, by path. */
const recording = new Map<string, string>();

/** A way to the ring that is recorded. */
export interface Recorded {
  /** Something is recorded. */
  readonly isOn: boolean;
  readonly transport: () => Transport;
  /** The reader closes: nothing that happens from now on is recorded. */
  readonly end: () => void;
}

/**
 * What wraps a reader's transport so that its reads are recorded; `transport` as it is where nothing is to be recorded.
 * Throws OPENOT_CONFIG.
 */
export function recorded(
  RED: NodeAPI,
  reader: {
    readonly id: string;
    readonly about: { readonly transport: string; readonly stream: string; readonly ring: string };
  },
  properties: CaptureProperties,
  transport: () => Transport,
  onError: (error: Error) => void
): Recorded {
  const given = String(properties.recordPath ?? '').trim();
  if (given === '') return { transport, isOn: false, end: () => undefined };
  const maxBytes = numberOf(properties.recordBytes, {
    name: 'File size',
    fallback: DEFAULT_RECORDING.maxBytes,
    min: 16_384,
    max: 268_435_456
  });
  const maxFiles = numberOf(properties.recordFiles, {
    name: 'Files kept',
    fallback: DEFAULT_RECORDING.maxFiles,
    min: 1,
    max: 1000
  });
  const base = userPath(RED, given);
  // In a folder each reader has a series of its own name.
  const isFolder = /[\\/]$/.test(given) || isDirectory(base);
  const path = isFolder ? join(base, fileNameOf(reader.id)) : base;
  const other = recording.get(path);
  if (other !== undefined && other !== reader.id)
    throw new CodedError(
      'OPENOT_CONFIG',
      `the reader ${other} records to ${path} already: give each reader a path of its own, or a folder (ending ` +
        `in ${sep})`
    );
  recording.set(path, reader.id);
  const about = { software: softwareName(), ...reader.about };
  let current: RecordingTransport | undefined;
  return {
    isOn: true,
    transport: () =>
      (current = recordingTransport(transport(), {
        path,
        maxBytes,
        maxFiles,
        clock: systemClock(),
        about,
        onError: ({ code, message }) => onError(new CodedError(code, message))
      })),
    end: () => {
      current?.endRecording();
      if (recording.get(path) === reader.id) recording.delete(path);
    }
  };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Not there, or not to be seen: writing there says what is wrong.
    return false;
  }
}
