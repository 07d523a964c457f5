import type { Message, OPCUAServer, ReadRequest, ServerSecureChannelLayer, StatusCode } from 'node-opcua';
import { FaultOptions, Quirks } from './quirks';

type NodeOpcua = typeof import('node-opcua');

/** The gate before the Read service. */
export interface ReadFaults {
  /** The status that a single value is to be answered with, given the bytes asked for. */
  itemFault(bytes: number): StatusCode | undefined;
}

/** The one protected method of node-opcua's server that a service-wide fault needs. */
interface ReadHandler {
  _on_ReadRequest(message: Message, channel: ServerSecureChannelLayer): void;
}

/**
 * Puts a gate before the server's Read service: it delays, answers with a service fault, or lets pass, as
 * `quirks` says at that moment. A limit in bytes can only be judged once a value's range is known, so those
 * faults are answered per item.
 */
export function installReadFaults(
  opcua: NodeOpcua,
  server: OPCUAServer,
  quirks: Quirks,
  onMemoryRead: () => void
): ReadFaults {
  let left = { fault: undefined as FaultOptions | undefined, times: 0 };
  const due = (): FaultOptions | undefined => {
    const fault = quirks.fault;
    if (fault !== left.fault) left = { fault, times: fault?.times ?? Number.POSITIVE_INFINITY };
    return fault !== undefined && left.times > 0 ? fault : undefined;
  };
  const handler = server as unknown as ReadHandler;
  const read = handler._on_ReadRequest.bind(server);
  handler._on_ReadRequest = (message, channel) => {
    const memory = asksMemory(opcua, message.request as ReadRequest);
    if (memory) onMemoryRead();
    const fault = due();
    if (!memory || fault === undefined || fault.aboveBytes !== undefined) {
      if (quirks.delay && memory) setTimeout(() => read(message, channel), quirks.delay);
      else read(message, channel);
      return;
    }
    left.times--;
    const answer = (): void => {
      const response = new opcua.ServiceFault({ responseHeader: { serviceResult: opcua.StatusCodes[fault.status] } });
      channel.send_response('MSG', response, message, () => undefined);
    };
    if (fault.delay) setTimeout(answer, fault.delay);
    else answer();
  };
  return {
    itemFault: (bytes) => {
      const fault = due();
      if (fault?.aboveBytes === undefined || bytes <= fault.aboveBytes) return undefined;
      left.times--;
      return opcua.StatusCodes[fault.status];
    }
  };
}

/** True when the request reads the value of one of the simulator's own nodes (namespace 2, after the server's own). */
function asksMemory(opcua: NodeOpcua, request: ReadRequest): boolean {
  return (request.nodesToRead ?? []).some(
    (node) => node.attributeId === opcua.AttributeIds.Value && node.nodeId.namespace >= 2
  );
}
