/**
 * The 59 core value keys (docs/format.md 3). Ids may still be renumbered by the working group: this
 * folder is the only place that spells them.
 */
import { TlvType } from './tlv-types';

/** How the registry fixes the type of a key's slots: one TLV type, any ("valuePayload"), or never to be used. */
export type KeyTypeRule =
  | { readonly kind: 'fixed'; readonly type: TlvType }
  | { readonly kind: 'valuePayload' }
  | { readonly kind: 'reserved' };

/** One core key of the registry. */
export interface ValueKey {
  readonly key: number;
  readonly name: string;
  readonly rule: KeyTypeRule;
  /** What the registry says of repetition. Informative: only a definition's maxOccurs governs it. */
  readonly repeatable: boolean;
}

const fixed = (key: number, name: string, type: TlvType, repeatable = false): ValueKey => ({
  key,
  name,
  rule: { kind: 'fixed', type },
  repeatable
});
const valuePayload = (key: number, name: string, repeatable = false): ValueKey => ({
  key,
  name,
  rule: { kind: 'valuePayload' },
  repeatable
});
const reserved = (key: number, name: string): ValueKey => ({
  key,
  name,
  rule: { kind: 'reserved' },
  repeatable: false
});

/** Ids of the core keys, by their registry names. */
export const Key = {
  stateMachineId: 0x0001,
  category: 0x0002,
  previousState: 0x0003,
  newState: 0x0004,
  conditionId: 0x0005,
  conditionClass: 0x0006,
  correlationId: 0x0007,
  severity: 0x0008,
  causeOperand: 0x0009,
  actionId: 0x000a,
  actor: 0x000b,
  contextRef: 0x000c,
  valueId: 0x000d,
  dataType: 0x000e,
  previousValue: 0x000f,
  newValue: 0x0010,
  quality: 0x0011,
  semanticRole: 0x0012,
  unit: 0x0013,
  messageTemplateId: 0x0014,
  arg: 0x0015,
  count: 0x0016,
  firstLostSeq: 0x0017,
  lastLostSeq: 0x0018,
  windowStart: 0x0019,
  windowEnd: 0x001a,
  sourcePath: 0x001b,
  defHashNew: 0x001c,
  ackBy: 0x001d,
  shelveSecs: 0x001e,
  reason: 0x001f,
  authResult: 0x0020,
  workstation: 0x0021,
  signatureMeaning: 0x0022,
  recipeId: 0x0023,
  recipeVersion: 0x0024,
  batchId: 0x0025,
  materialId: 0x0026,
  quantity: 0x0027,
  programId: 0x0028,
  registeredSourceId: 0x0029,
  intervalMs: 0x002a,
  seqBase: 0x002b,
  newPriority: 0x002c,
  reserved002D: 0x002d,
  previousPriority: 0x002e,
  signedEventSeq: 0x002f,
  effectiveTime: 0x0030,
  correctionOf: 0x0031,
  clockQuality: 0x0032,
  role: 0x0033,
  refreshId: 0x0034,
  groupId: 0x0035,
  firstInGroup: 0x0036,
  comment: 0x0037,
  producedCount: 0x0038,
  defHashOld: 0x0039,
  epochId: 0x003a,
  coldStart: 0x003b
} as const;

/** The core keys in ascending order. */
export const valueKeys: readonly ValueKey[] = [
  fixed(Key.stateMachineId, 'stateMachineId', TlvType.UDInt),
  fixed(Key.category, 'category', TlvType.UInt),
  fixed(Key.previousState, 'previousState', TlvType.UInt),
  fixed(Key.newState, 'newState', TlvType.UInt),
  fixed(Key.conditionId, 'conditionId', TlvType.UDInt),
  fixed(Key.conditionClass, 'conditionClass', TlvType.UInt),
  fixed(Key.correlationId, 'correlationId', TlvType.UDInt),
  fixed(Key.severity, 'severity', TlvType.UInt),
  fixed(Key.causeOperand, 'causeOperand', TlvType.UDInt, true),
  fixed(Key.actionId, 'actionId', TlvType.UDInt),
  fixed(Key.actor, 'actor', TlvType.String),
  fixed(Key.contextRef, 'contextRef', TlvType.UDInt, true),
  fixed(Key.valueId, 'valueId', TlvType.UDInt),
  reserved(Key.dataType, 'dataType'),
  valuePayload(Key.previousValue, 'previousValue'),
  valuePayload(Key.newValue, 'newValue'),
  fixed(Key.quality, 'quality', TlvType.UInt),
  fixed(Key.semanticRole, 'semanticRole', TlvType.UInt),
  fixed(Key.unit, 'unit', TlvType.UInt),
  fixed(Key.messageTemplateId, 'messageTemplateId', TlvType.UDInt),
  valuePayload(Key.arg, 'arg', true),
  fixed(Key.count, 'count', TlvType.UDInt),
  fixed(Key.firstLostSeq, 'firstLostSeq', TlvType.ULInt),
  fixed(Key.lastLostSeq, 'lastLostSeq', TlvType.ULInt),
  fixed(Key.windowStart, 'windowStart', TlvType.DateTime),
  fixed(Key.windowEnd, 'windowEnd', TlvType.DateTime),
  fixed(Key.sourcePath, 'sourcePath', TlvType.String),
  fixed(Key.defHashNew, 'defHashNew', TlvType.Bytes),
  fixed(Key.ackBy, 'ackBy', TlvType.String),
  fixed(Key.shelveSecs, 'shelveSecs', TlvType.UDInt),
  fixed(Key.reason, 'reason', TlvType.String),
  fixed(Key.authResult, 'authResult', TlvType.UInt),
  fixed(Key.workstation, 'workstation', TlvType.String),
  fixed(Key.signatureMeaning, 'signatureMeaning', TlvType.UInt),
  fixed(Key.recipeId, 'recipeId', TlvType.UDInt),
  fixed(Key.recipeVersion, 'recipeVersion', TlvType.String),
  fixed(Key.batchId, 'batchId', TlvType.UDInt),
  fixed(Key.materialId, 'materialId', TlvType.UDInt),
  fixed(Key.quantity, 'quantity', TlvType.LReal),
  fixed(Key.programId, 'programId', TlvType.UDInt),
  fixed(Key.registeredSourceId, 'registeredSourceId', TlvType.UDInt),
  fixed(Key.intervalMs, 'intervalMs', TlvType.UDInt),
  fixed(Key.seqBase, 'seqBase', TlvType.ULInt),
  fixed(Key.newPriority, 'newPriority', TlvType.UInt),
  reserved(Key.reserved002D, 'reserved002D'),
  fixed(Key.previousPriority, 'previousPriority', TlvType.UInt),
  fixed(Key.signedEventSeq, 'signedEventSeq', TlvType.ULInt),
  fixed(Key.effectiveTime, 'effectiveTime', TlvType.DateTime),
  fixed(Key.correctionOf, 'correctionOf', TlvType.ULInt),
  fixed(Key.clockQuality, 'clockQuality', TlvType.UInt),
  fixed(Key.role, 'role', TlvType.UInt),
  fixed(Key.refreshId, 'refreshId', TlvType.UDInt),
  fixed(Key.groupId, 'groupId', TlvType.UDInt),
  fixed(Key.firstInGroup, 'firstInGroup', TlvType.Bool),
  fixed(Key.comment, 'comment', TlvType.String),
  fixed(Key.producedCount, 'producedCount', TlvType.ULInt),
  fixed(Key.defHashOld, 'defHashOld', TlvType.Bytes),
  fixed(Key.epochId, 'epochId', TlvType.ULInt),
  fixed(Key.coldStart, 'coldStart', TlvType.Bool)
];

const byKey: ReadonlyMap<number, ValueKey> = new Map(valueKeys.map((entry) => [entry.key, entry]));

/** The registry's entry for a core key, or undefined for key 0, private keys and unassigned core keys. */
export function valueKey(key: number): ValueKey | undefined {
  return byKey.get(key);
}

/** First key of the private range; `0x0001` to `0x7fff` are core, `0x0000` is neither. */
export const FIRST_PRIVATE_KEY = 0x8000;
