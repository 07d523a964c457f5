import {
  ActiveDetail,
  conditionActive,
  conditionCleared,
  conditionHandled,
  Occurrence,
  refreshEnd,
  refreshStart
} from './events';
import { Part, Script } from './scenario';

/** The standing alarms of a plant: gives out correlation ids and can list what is active. */
export class AlarmList {
  private readonly active = new Map<number, { of: Occurrence; detail: ActiveDetail }>();
  private correlation = 0;
  private refreshes = 0;
  private groups = 0;

  constructor(
    private readonly script: Script,
    private readonly sourceId: number
  ) {}

  /** The condition becomes active; a new occurrence with its own correlation id. */
  *raise(conditionId: number, conditionClass: number, detail: ActiveDetail): Part<Occurrence> {
    const of = { conditionId, conditionClass, correlationId: ++this.correlation };
    this.active.set(conditionId, { of, detail });
    yield* this.script.log(conditionActive(this.sourceId, of, detail));
    return of;
  }

  /** Several that come together: one group, the first one marked. */
  *raiseGroup(
    members: readonly { conditionId: number; conditionClass: number; detail: ActiveDetail }[]
  ): Part<Occurrence[]> {
    const groupId = ++this.groups;
    const raised: Occurrence[] = [];
    for (const { conditionId, conditionClass, detail } of members) {
      raised.push(
        yield* this.raise(conditionId, conditionClass, { ...detail, groupId, firstInGroup: raised.length === 0 })
      );
    }
    return raised;
  }

  *clear(of: Occurrence): Part {
    this.active.delete(of.conditionId);
    yield* this.script.log(conditionCleared(this.sourceId, of));
  }

  *handle(what: 'ConditionAcknowledged' | 'ConditionConfirmed' | 'ConditionReset', of: Occurrence, by?: string): Part {
    yield* this.script.log(conditionHandled(this.sourceId, what, of, by));
  }

  /** All that is active, once more, between RefreshStart and RefreshEnd: a panel was switched on. */
  *refresh(): Part {
    const refreshId = ++this.refreshes;
    yield* this.script.log(refreshStart(this.sourceId, refreshId));
    for (const { of, detail } of this.active.values())
      yield* this.script.log(conditionActive(this.sourceId, of, { ...detail, refreshId }));
    yield* this.script.log(refreshEnd(this.sourceId, refreshId));
  }
}
