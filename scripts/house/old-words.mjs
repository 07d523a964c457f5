/*
 * Names that this project used to have for things that the field has a word for: [name, what is looked for, the name
 * now, files where it is looked for (all, if left out)]. Words of everyday English are looked for as names only: a
 * type, a member or a function, never prose.
 */
const type = (name) => new RegExp(`(?<![\\w'"\`-])${name}(?![\\w'-])(?!\\s[a-z])`);
const definition = (name) =>
  new RegExp(`^\\s*(?:(?:export|private|public|readonly|async|static|const|function)\\s+)*${name}\\s*[(=:<]`);
const word = (name) => new RegExp(`(?<!\\w)${name}`, 'i');

export const OLD_WORDS = [
  ['Look, LookKeeper', /\bLook(?:Keeper)?\b(?!\s[a-z])/, 'ControlSample, SeqlockReader', /^lib\/|^nodes\//],
  ['sandwiched', word('sandwiched'), 'bracketed'],
  ['Patience', word('patience'), 'Streak, TransitEstimate'],
  ['Standing', type('Standing'), 'AnchorCheck, AckStatus'],
  ['Memory', type('Memory'), 'RingPosition, MapperState', /^lib\/(?:reader|telemetry)|^nodes\//],
  ['harvest', word('harvest'), 'acceptRecords'],
  ['TroubleJudge', word('troubleJudge'), 'BadRecordPolicy'],
  ['stranger, strange', word('strange'), 'anchorMismatch', /^lib\/|^nodes\/|^test\//],
  ['unprovenSince, doubtUntil', /\b(?:unprovenSince|doubtUntil)/, 'trustPendingSince, maybeDeliveredBelow'],
  ['Heads, landing', /\bHeads\b|\blanding\b/, 'HeadHistory, overwrittenRecords'],
  ['passage', word('passage'), 'delivery'],
  ['Hop', /\bHop\b/, 'DeliveryPort'],
  ['Ledger', word('ledger'), 'DeliveryTracker'],
  ['Passing', type('Passing'), 'InFlightBatch'],
  ['Account', type('Account'), 'ReaderSession', /^nodes\//],
  ['Consignment', word('consignment'), 'PendingMessage'],
  // A packaging line has lanes of its own.
  ['Lane', /\b[Ll]anes?\b/, 'SignalQueue', /^(?!lib\/simulator\/)/],
  ['Desk, Shelf', /\b(?:desk|shelf|shelves)\b/i, 'SpanTracker, UnsettledSpans'],
  ['Book', /\b\w*Book\b/, 'SpanStore, LogThrottle', /^lib\/|^nodes\//],
  ['Openings', /\bOpenings\b/, 'IdentityUses'],
  ['Said', /\bSaid\b/, 'CollectorReport', /^lib\/|^nodes\//],
  ['WaitingRoom, Guest, Seat', /\b(?:WaitingRoom|Guest|Seat)\b/, 'BackpressureQueue, QueuedMessage, Slot'],
  ['Misfit', word('misfit'), 'DocumentError'],
  ['sealed, reseal', /\b(?:re)?seal(?:ed)?\b/i, 'checksummed, recompute'],
  ['Endable', /\bEndable\b/, 'CancelScope'],
  ['CallLine, RegisterLine', /\b(?:CallLine|RegisterLine)\b/, 'SerialQueue, ModbusClient'],
  ['knock', word('knock'), 'reachability probe'],
  ['tell, stir, well', definition('(?:tell|stir|well)'), 'report, wake, setHealthy', /^lib\/|^nodes\//]
];
