import type { ClientSubscription, NodeId } from 'node-opcua';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { SharedOpcuaConnection } from './connection';
import { CLOSE_MS } from './discard';
import { withDeadline } from '../../base/deadline';
import { loadClient } from './load';

/** A subscription that wakes the reader; `stop` ends it. */
export interface Watching {
  readonly ok: true;
  stop(): Promise<void>;
}

const LIFETIME_COUNT = 600;
const KEEP_ALIVE_COUNT = 20;

/**
 * Calls `onChange` when the node's value changes, by a subscription with a queue of one: a wake-up call, never a
 * source of data. It ends with its session; whoever reconnects watches anew.
 */
export async function watchNode(
  connection: SharedOpcuaConnection,
  nodeId: NodeId,
  intervalMs: number,
  onChange: () => void
): Promise<Watching | TransportError> {
  const { AttributeIds, TimestampsToReturn } = loadClient();
  let subscription: ClientSubscription | undefined;
  let givenUp = false;
  const made = await connection.call(async (session) => {
    subscription = await session.createSubscription2({
      requestedPublishingInterval: intervalMs,
      requestedLifetimeCount: LIFETIME_COUNT,
      requestedMaxKeepAliveCount: KEEP_ALIVE_COUNT,
      maxNotificationsPerPublish: 1,
      publishingEnabled: true,
      priority: 1
    });
    // It came after its time-out: nobody knows of it any more, and a controller has few subscriptions.
    if (givenUp) {
      await end(subscription);
      throw new Error('the subscription came too late');
    }
    const item = await subscription.monitor(
      { nodeId, attributeId: AttributeIds.Value },
      { samplingInterval: intervalMs, queueSize: 1, discardOldest: true },
      TimestampsToReturn.Neither
    );
    item.on('changed', onChange);
    return subscription;
  }, 'a subscription');
  if (!made.ok) {
    givenUp = true;
    // Half made is as good as leaked.
    if (subscription !== undefined) await end(subscription);
    return made.code === 'OPENOT_OPCUA_READ_FAILED' ? noSubscription(made) : made;
  }
  return { ok: true, stop: () => end(made.value) };
}

/** A refusal says nothing against the session: what the reader asks for at its interval brings everything too. */
const noSubscription = ({ message }: TransportError): TransportError =>
  transportError(
    'OPENOT_OPCUA_NO_SUBSCRIPTION',
    `${message}: records are read at the interval instead. Close other clients' subscriptions, or choose mode poll`,
    'retry'
  );

async function end(subscription: ClientSubscription): Promise<void> {
  const terminate = async (): Promise<void> => subscription.terminate();
  await withDeadline('the subscription', CLOSE_MS, terminate()).catch(() => undefined);
}
