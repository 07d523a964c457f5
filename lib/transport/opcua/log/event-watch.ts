import type { ClientMonitoredItem, ClientSubscription, ContentFilterElement, EventFilter, Variant } from 'node-opcua';
import { withDeadline } from '../../../base/deadline';
import { transportError } from '../../link';
import type { TransportError } from '../../transport';
import type { SharedOpcuaConnection } from '../connection';
import { CLOSE_MS } from '../discard';
import { loadClient } from '../load';
import type { EventFilterName } from './api';
import { EVENT_FIELDS, eventOf, type LogEvent } from './event-record';

/** Events that come until it is stopped. */
export interface EventWatch {
  readonly ok: true;
  /** False once the server, or the connection, has ended it: events go by unheard then. */
  readonly isAlive: boolean;
  stop(): Promise<void>;
}

const SERVER = 2253;
const BASE_LOG_EVENT = 19362;
const LOG_ENTRY_CLASS = 19370;
const PUBLISHING_MS = 500;
const QUEUE_SIZE = 10_000;

/** Listens to the events of a server's Server object, which hands on those of all its devices. */
export async function watchEvents(
  connection: SharedOpcuaConnection,
  filter: EventFilterName,
  onEvent: (event: LogEvent) => void
): Promise<EventWatch | TransportError> {
  const { AttributeIds, NodeId, NodeIdType, TimestampsToReturn } = loadClient();
  let subscription: ClientSubscription | undefined;
  let isAlive = true;
  const made = await connection.call(async (session) => {
    subscription = await session.createSubscription2({
      requestedPublishingInterval: PUBLISHING_MS,
      requestedLifetimeCount: 600,
      requestedMaxKeepAliveCount: 20,
      maxNotificationsPerPublish: 0,
      publishingEnabled: true,
      priority: 1
    });
    const item = (await subscription.monitor(
      { nodeId: new NodeId(NodeIdType.NUMERIC, SERVER, 0), attributeId: AttributeIds.EventNotifier },
      { samplingInterval: 0, queueSize: QUEUE_SIZE, discardOldest: true, filter: eventFilter(filter) },
      TimestampsToReturn.Neither
    )) as ClientMonitoredItem;
    const { statusCode } = item;
    if (statusCode !== undefined && !statusCode.isGoodish()) throw new Error(statusCode.name);
    item.on('changed', (fields: unknown) => {
      const event = Array.isArray(fields) ? eventOf(fields as Variant[]) : undefined;
      if (event !== undefined) onEvent(event);
    });
    subscription.on('terminated', () => (isAlive = false));
    return subscription;
  }, 'a subscription to events');
  if (made.ok)
    return {
      ok: true,
      get isAlive() {
        return isAlive;
      },
      stop: () => end(made.value)
    };
  // Half made is as good as leaked.
  if (subscription !== undefined) await end(subscription);
  if (made.code !== 'OPENOT_OPCUA_READ_FAILED') return made;
  return transportError('OPENOT_LOG_EVENTS', made.message, 'retry');
}

async function end(subscription: ClientSubscription): Promise<void> {
  const terminate = async (): Promise<void> => subscription.terminate();
  await withDeadline('the subscription', CLOSE_MS, terminate()).catch(() => undefined);
}

function eventFilter(filter: EventFilterName): EventFilter {
  const { constructEventFilter } = loadClient();
  const fields = [...EVENT_FIELDS] as string[];
  return filter === 'all' ? constructEventFilter(fields) : constructEventFilter(fields, { elements: logEntries() });
}

/** Events of BaseLogEventType, or conditions of the class LogEntryConditionClassType (Part 26). */
function logEntries(): ContentFilterElement[] {
  const opcua = loadClient();
  const { ContentFilterElement, ElementOperand, FilterOperator, LiteralOperand, SimpleAttributeOperand } = opcua;
  const { AttributeIds, DataType, NodeId, NodeIdType, ofType } = opcua;
  const numeric = (id: number) => new NodeId(NodeIdType.NUMERIC, id, 0);
  const literal = (id: number) => new LiteralOperand({ value: { dataType: DataType.NodeId, value: numeric(id) } });
  const classId = new SimpleAttributeOperand({
    typeDefinitionId: numeric(2041),
    browsePath: [{ namespaceIndex: 0, name: 'ConditionClassId' }],
    attributeId: AttributeIds.Value
  });
  return [
    new ContentFilterElement({
      filterOperator: FilterOperator.Or,
      filterOperands: [new ElementOperand({ index: 1 }), new ElementOperand({ index: 2 })]
    }),
    ofType(numeric(BASE_LOG_EVENT)),
    new ContentFilterElement({
      filterOperator: FilterOperator.Equals,
      filterOperands: [classId, literal(LOG_ENTRY_CLASS)]
    })
  ];
}
