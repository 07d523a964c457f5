/** Recording what is read of a ring into files, and replaying them: the way a fault in the field comes to a desk. */
export type { CaptureClock } from './clock';
export { diskFiles } from './files';
export type { CaptureFiles, CaptureHandle } from './files';
export { DEFAULT_RECORDING, recordingTransport } from './recording';
export type { RecordingSettings, RecordingTransport } from './recording';
export { createCaptureTransport } from './replay';
export type { CaptureSettings, CaptureSpeed, CaptureTransport } from './replay';
export type { CaptureTold } from './sink';
