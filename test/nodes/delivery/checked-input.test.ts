import should from 'should';
import { EventEmitter } from 'node:events';
import { DeliveryPort, itemsOf, trustItems } from '../../../nodes/delivery';
import type { Item } from '../../../lib/stream';

/** Items that no check would let pass: whether one ran is seen by that. */
const wrong = (): Item[] => [{ kind: 'nonsense' }] as never;
const running = new Map<string, unknown>();
const RED = {
  events: new EventEmitter(),
  nodes: { getNode: (id: string) => running.get(id), eachNode: () => undefined }
} as never;
const port = (id: string, to: string[]): DeliveryPort => {
  const node = { id, wires: [to] } as never;
  running.set(id, node);
  return new DeliveryPort(RED, node);
};

describe('items that a node of ours has checked', () => {
  it('are not checked again by the next node that gets this very array', () => {
    const items = trustItems(wrong());
    port('next', []);
    port('decoder', ['next']).send({ payload: items }, () => undefined);
    should(itemsOf(items)).equal(items);
  });

  it('are checked where Node-RED made a clone of them', () => {
    const items = trustItems(wrong());
    (() => itemsOf(structuredClone(items))).should.throw(/kind/);
  });

  it('are checked once they went to a node of somebody else, which may change them where they are', () => {
    const items = trustItems(wrong());
    port('next', []);
    port('decoder', ['next', 'function']).send({ payload: items }, () => undefined);
    (() => itemsOf(items)).should.throw(/kind/);
  });
});
