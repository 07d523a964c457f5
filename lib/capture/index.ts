/** Capture files: their format, recording what is read of a ring, and replaying it where the fault is looked into. */
export type { CaptureClock } from './clock';
export { diskFiles } from './files';
export type { CaptureFiles, CaptureHandle } from './files';
export { DEFAULT_RECORDING, recordingTransport } from './record/recording';
export type { RecordingSettings, RecordingTransport } from './record/recording';
export { createCaptureTransport } from './replay/replay';
export type { CaptureSettings, CaptureSpeed, CaptureTransport } from './replay/replay';
export type { CaptureTold } from './record/sink';
export * from './format';
