import { transportError } from '../link';
import { TransportError } from '../transport';

/** What a bad status of one node means. */
export function statusError(text: string, status: string): TransportError {
  switch (status) {
    case 'BadNodeIdUnknown':
    case 'BadNodeIdInvalid':
      return transportError(
        'OPENOT_OPCUA_NODE_UNKNOWN',
        `the server has no node ${text} (${status}): copy the NodeId from an OPC UA browser, with its ` +
          'quotes, and check that the variable is visible to OPC UA',
        'refused'
      );
    case 'BadUserAccessDenied':
    case 'BadNotReadable':
      return transportError(
        'OPENOT_OPCUA_NODE_DENIED',
        `${text} may not be read (${status}): give this user the right to read it`,
        'refused'
      );
    case 'BadAttributeIdInvalid':
      return transportError(
        'OPENOT_OPCUA_NODE_NOT_VARIABLE',
        `${text} has no value (${status}): copy the NodeId of the array itself`,
        'refused'
      );
    default:
      return transportError('OPENOT_OPCUA_NODE_BAD', `${text} has no good value now (${status})`, 'retry');
  }
}

/** Why a value holds no bytes, as `bytesOf` tells it. */
export function kindError(
  text: string,
  kind: 'empty' | 'scalar' | 'structure' | 'type',
  found: string
): TransportError {
  const expected = 'expected an array of Byte, SByte, UInt16, Int16, UInt32, Int32, UInt64 or Int64, or a ByteString';
  switch (kind) {
    case 'empty':
      return transportError('OPENOT_OPCUA_NODE_EMPTY', `${text} has no value yet: ${expected}`, 'retry');
    case 'scalar':
      return transportError(
        'OPENOT_OPCUA_NODE_SCALAR',
        `${text} is ${found}: ${expected}. Copy the NodeId of the whole array, not of one element`,
        'refused'
      );
    case 'structure':
      return transportError(
        'OPENOT_OPCUA_NODE_STRUCTURE',
        `${text} is ${found}: ${expected}. Servers do not deliver structures consistently: put the bytes into an array`,
        'refused'
      );
    case 'type':
      return transportError('OPENOT_OPCUA_NODE_TYPE', `${text} is ${found}: ${expected}`, 'refused');
  }
}
