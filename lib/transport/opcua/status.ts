import type { StatusCode } from 'node-opcua';

/**
 * True when a status is Good by its severity, the two highest bits (OPC UA part 4, 7.39.1). Sub-codes (GoodClamped,
 * GoodLocalOverride), limits, overflow and SemanticsChanged are remarks: the value is there. node-opcua's own `isGood`
 * wants all 32 bits to be zero.
 */
export const isGood = ({ value }: Pick<StatusCode, 'value'>): boolean => value >>> 30 === 0;

/** The name of a status without its remarks: `BadOutOfMemory` also of `BadOutOfMemory#LimitLow`. */
export const statusName = ({ name }: Pick<StatusCode, 'name'>): string => name.split('#')[0];

/** Statuses that a smaller Read may not meet. */
const TOO_LARGE = new Set([
  'BadResponseTooLarge',
  'BadRequestTooLarge',
  'BadEncodingLimitsExceeded',
  'BadTcpMessageTooLarge',
  'BadOutOfMemory',
  'BadTcpNotEnoughResources',
  'BadResourceUnavailable',
  // node-opcua's name for an answer that the server began and broke off.
  'BadOperationAbandoned'
]);

/** True for a status that says that an answer would be too large. */
export const isTooLarge = (status: string): boolean => TOO_LARGE.has(status);

/** Statuses that say something of the node, the user or the device, and nothing of the range that was asked for. */
const NOT_OF_THE_RANGE = new Set([
  'BadNodeIdUnknown',
  'BadNodeIdInvalid',
  'BadNotReadable',
  'BadUserAccessDenied',
  'BadSecurityModeInsufficient',
  'BadTimeout',
  'BadWaitingForInitialData',
  'BadNoData',
  'BadNoCommunication',
  'BadCommunicationError',
  'BadNotConnected',
  'BadOutOfService',
  'BadDeviceFailure',
  'BadSensorFailure'
]);

/**
 * True for a status with which a server may refuse a range, so that the whole value is worth a try: the standard has
 * BadIndexRange… for it, real servers answer BadNotSupported, BadInvalidArgument, BadInternalError and others.
 */
export const mayRefuseRanges = (status: string): boolean =>
  status.startsWith('Bad') && !isTooLarge(status) && !NOT_OF_THE_RANGE.has(status);
