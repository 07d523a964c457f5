import { connect } from 'node:net';
import { addressOf, hello } from './hello';

/**
 * What a server says first: `opcua` = it goes on as an OPC UA server does; `busy` = it is one, and has no connection
 * or memory left; `closed` = it ended the connection without a word; `other` = it speaks something else; `silent` =
 * nothing came, or nothing is there.
 */
export type FirstAnswer = 'opcua' | 'busy' | 'closed' | 'other' | 'silent';

/** BadTcpServerTooBusy, BadTcpNotEnoughResources, BadMaxConnectionsReached, BadTooManySessions. */
const BUSY = new Set([0x807d_0000, 0x8081_0000, 0x80b7_0000, 0x8056_0000]);
/** Bytes of an error message up to its status (OPC UA part 6, 7.1.2.5). */
const ERROR_HEAD = 12;

/** Says hello on a connection of its own, and what was answered within `ms`. Never rejects. */
export function firstAnswer(endpoint: string, ms: number): Promise<FirstAnswer> {
  const address = addressOf(endpoint);
  if (address === undefined) return Promise.resolve('silent');
  return new Promise((resolve) => {
    const socket = connect(address);
    let isOpen = false;
    let heard = Buffer.alloc(0);
    const end = (answer: FirstAnswer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end('silent'), ms);
    socket.once('connect', () => {
      isOpen = true;
      socket.write(hello(endpoint));
    });
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      const answer = answerIn(heard);
      if (answer !== undefined) end(answer);
    });
    // An error is followed by close; without a listener it would end the process.
    socket.on('error', () => undefined);
    socket.once('close', () => end(!isOpen ? 'silent' : heard.length === 0 ? 'closed' : 'other'));
  });
}

function answerIn(heard: Buffer): FirstAnswer | undefined {
  const kind = heard.toString('latin1', 0, 3);
  if (kind === 'ACK') return 'opcua';
  if (kind === 'ERR') return heard.length < ERROR_HEAD ? undefined : BUSY.has(heard.readUInt32LE(8)) ? 'busy' : 'opcua';
  return heard.length < 3 ? undefined : 'other';
}
