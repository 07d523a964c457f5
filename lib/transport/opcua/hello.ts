const DEFAULT_PORT = 4840;

/** Host and port of an endpoint, an IPv6 address without its brackets; undefined where it is no endpoint. */
export function addressOf(endpoint: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^opc\.tcp:\/\/(?:\[([^\]]+)\]|([^/:]+))(?::(\d+))?/i.exec(endpoint);
  return match === null ? undefined : { host: match[1] ?? match[2], port: Number(match[3] ?? DEFAULT_PORT) };
}

/** The message that a client begins with (OPC UA part 6, 7.1.2.3). */
export function hello(endpoint: string): Buffer {
  const url = Buffer.from(endpoint);
  const message = Buffer.alloc(32 + url.length);
  message.write('HELF');
  // Size, version 0, 64 KiB each way, no limit of a message's size or chunks.
  [message.length, 0, 65_536, 65_536, 0, 0, url.length].forEach((word, i) => message.writeUInt32LE(word, 4 + 4 * i));
  url.copy(message, 32);
  return message;
}
