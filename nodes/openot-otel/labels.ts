/** The labels of the dialog, for errors: whoever reads one looks for the field by its label. */
export const labels = {
  signals: 'Signals',
  profile: 'Profile',
  encoding: 'Encoding',
  producer: 'Producer',
  domain: 'Domain',
  scopeName: 'Scope',
  scopeVersion: 'Version',
  checksum: 'Checksum',
  scopeUuid: 'Scope uuid',
  count: 'Count',
  schemaUrl: 'Schema',
  senderId: 'Sender id',
  recipientId: 'Recipient id',
  recordSpans: 'Record spans',
  stateSpans: 'State spans',
  boolMetrics: 'Bool metrics',
  maxItems: 'Max. items',
  maxBytes: 'Max. bytes',
  maxAge: 'Max. age',
  resource: 'Resource attributes',
  severityOverrides: 'Severity of events'
} as const;
