/*
 * Log records for the JavaScript SDK's serialiser (ReadableLogRecord): once made of finished OTLP log records, so that
 * they need
 * no more work, once mapped from documents as anyone would write it, with attributes as a plain object.
 */
const hrTime = (nanoseconds) => [Number(nanoseconds.slice(0, -9)), Number(nanoseconds.slice(-9))];

/** The attribute value that the SDK would write as this AnyValue. */
function plainValue(value) {
  if ('stringValue' in value) return value.stringValue;
  if ('boolValue' in value) return value.boolValue;
  if ('intValue' in value) return Number(value.intValue);
  if ('doubleValue' in value) return value.doubleValue;
  if ('bytesValue' in value) return new Uint8Array(Buffer.from(value.bytesValue, 'base64'));
  return value.arrayValue.values.map(plainValue);
}

/** Attributes as the SDK has them. */
export const plainAttributes = (attributes) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));

/** A finished record of ours as the SDK would have it before it serialises. */
export function readyRecord(record, resource, instrumentationScope) {
  return {
    hrTime: hrTime(record.timeUnixNano),
    hrTimeObserved: hrTime(record.observedTimeUnixNano),
    severityNumber: record.severityNumber,
    severityText: record.severityText,
    eventName: record.eventName,
    body: record.body.stringValue,
    attributes: plainAttributes(record.attributes),
    droppedAttributesCount: 0,
    resource,
    instrumentationScope
  };
}

const severities = { Low: 9, Medium: 13, High: 17 };
const repeating = new Set(['arg', 'causeOperand', 'contextRef']);
const anyType = new Set(['newValue', 'previousValue']);
const snakeCase = (name) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** A document mapped for the SDK without any checks. The SDK takes records of one resource object together. */
export function plainRecord(document, stream, resource, instrumentationScope) {
  const { provenance } = document;
  const { source, epoch, flags } = provenance;
  const severity = document.fields.find(({ name }) => name === 'severity');
  const band = severity === undefined ? undefined : (severity.label ?? severity.enumLabel);
  const attributes = {
    'log.record.uid': `${stream}/${provenance.incarnation}/${provenance.runId}/${source.id}/${document.seq}`,
    'openot.kind': document.kind,
    'openot.stream': stream,
    'openot.buffer.id': provenance.bufferId,
    'openot.source.id': source.id,
    'openot.source.name': source.name,
    'openot.source.path': source.path,
    'openot.run.id': Number(provenance.runId),
    'openot.seq': document.seq,
    'openot.epoch.id': epoch.id,
    'openot.epoch.relation': epoch.relation,
    'openot.definition.hash': epoch.definitionHash,
    'openot.definition.version': epoch.semanticVersion,
    'openot.event.type_id': document.eventTypeId,
    'openot.flags.time_unsynced': flags.timeUnsynced,
    'openot.flags.synthetic_record': flags.syntheticRecord,
    'openot.flags.partial_payload': flags.partialPayload
  };
  for (const field of document.fields) {
    const key = `openot.field.${field.name}`;
    const put = (name, value) => (attributes[name] = repeating.has(field.name) ? [value] : value);
    put(anyType.has(field.name) ? `${key}_${typeof field.value}` : key, field.value);
    if (field.unit !== undefined) put(`${key}_unit`, field.unit);
    const label = field.label ?? field.enumLabel;
    if (label !== null) put(`${key}_label`, label);
    if (field.raw !== undefined) put(`${key}_raw`, field.raw);
  }
  return {
    hrTime: hrTime(provenance.sourceTimeNs),
    hrTimeObserved: hrTime(provenance.receiveTimeNs),
    severityNumber: severities[band] ?? 9,
    severityText: severities[band] === undefined ? 'INFO' : band,
    eventName: `openot.${snakeCase(document.eventName)}`,
    body: document.text,
    attributes,
    droppedAttributesCount: 0,
    resource,
    instrumentationScope
  };
}
