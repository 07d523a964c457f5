import type { Node, NodeMessage, NodeMessageInFlow } from 'node-red';
import { codedErrorOf } from './coded-error';

export type Send = (message: NodeMessage | Array<NodeMessage | NodeMessage[] | null>) => void;
export type InputHandler = (message: NodeMessageInFlow, send: Send) => void | Promise<void>;

/**
 * Registers the input handler of a node. Whatever it throws or rejects with becomes `done(error)`, and `done` is
 * called exactly once: a promise that rejects in a Node-RED handler would kill the whole runtime.
 */
export function handle(node: Node, handler: InputHandler): void {
  node.on('input', (message, send, done) => {
    let finished = false;
    const finish = (...failure: [] | [unknown]): void => {
      if (finished) return;
      finished = true;
      // Catch and Complete nodes are called from within done: what they throw must not become a rejection here.
      try {
        if (failure.length === 0) done();
        else done(codedErrorOf(failure[0]));
      } catch (thrown) {
        node.error(codedErrorOf(thrown));
      }
    };
    try {
      const result = handler(message, send);
      if (result === undefined) finish();
      else
        result.then(
          () => finish(),
          (thrown: unknown) => finish(thrown)
        );
    } catch (thrown) {
      finish(thrown);
    }
  });
}

/** Longest time that a node's close may take; Node-RED itself gives up at 15 s and logs "Close timed out". */
export const CLOSE_LIMIT_MS = 5000;

/** Registers an asynchronous close handler: its end, failure or time limit lets Node-RED go on. */
export function closeWith(node: Node, handler: (removed: boolean) => Promise<void>, limitMs = CLOSE_LIMIT_MS): void {
  node.on('close', (removed: boolean, done: () => void) => {
    const timer = setTimeout(() => {
      node.warn(`OPENOT_CLOSE_TIMEOUT: closing took longer than ${limitMs} ms and was given up`);
      done();
    }, limitMs);
    const finish = (): void => {
      clearTimeout(timer);
      done();
    };
    handler(removed).then(finish, (thrown: unknown) => {
      node.error(codedErrorOf(thrown));
      finish();
    });
  });
}
