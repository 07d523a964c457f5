/** Documents of logs of OPC UA (docs/format.md 28) as log records (docs/format.md 21). */
export { deviceLogOf, isDeviceLogKind } from './read';
export type { DeviceGap, DeviceLog, DeviceLogDocument } from './document';
export { logRecordOf } from './log-record';
