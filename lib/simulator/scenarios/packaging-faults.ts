import { Action, Cause, Condition, RECIPE, Source, Template } from '../definitions/packaging';
import { Key, text, uint } from '../slots';
import {
  batchEvent,
  BatchState,
  conditionCommented,
  conditionShelved,
  conditionUnshelved,
  message,
  operatorAction
} from './events';
import { PackagingScript, PackMl } from './packaging-script';
import { Part } from './scenario';

const PANEL = 'OP-3';

/** Caps jam in the chute: the line holds until somebody has cleared it. */
export function* clearCapJam(script: PackagingScript): Part {
  const { alarms } = script;
  const jam = yield* alarms.raise(Condition.capJam, 0, { severity: 700, causes: [Cause.chute] });
  yield* script.to(PackMl.Holding, PackMl.Held);
  const cycles = 4 + script.random.below(8);
  yield* script.cycles(2, 0);
  yield* alarms.handle('ConditionAcknowledged', jam, script.operator);
  yield* script.cycles(cycles, 0);
  if (cycles > 8)
    yield* script.log(
      conditionCommented(Source.line, jam, 'Deformed cap taken out, chute guide readjusted', 'k.haruki')
    );
  yield* alarms.clear(jam);
  yield* alarms.handle('ConditionReset', jam, script.operator);
  yield* script.log(operatorAction(Source.panel, Action.clearFault, script.operator, [Condition.capJam], PANEL));
  yield* script.log(
    message(Source.capper, Template.jam, [text(Key.arg, 'capper'), uint(Key.arg, 10 * (cycles + 2))], 500)
  );
  yield* script.to(PackMl.Unholding, PackMl.Execute);
}

/** The blow moulder does not keep up: the line is suspended, nobody has to do anything. */
export function* starve(script: PackagingScript): Part {
  const empty = yield* script.alarms.raise(Condition.starved, 0, { severity: 200, causes: [Cause.infeed] });
  yield* script.to(PackMl.Suspending, PackMl.Suspended);
  yield* script.cycles(3 + script.random.below(4), 0);
  yield* script.alarms.clear(empty);
  yield* script.to(PackMl.Unsuspending, PackMl.Execute);
}

/** A guard door opens: everything stops at once, and has to be cleared, reset and started. */
export function* guardDoor(script: PackagingScript, orderId: number): Part {
  const { alarms } = script;
  const raised = yield* alarms.raiseGroup([
    { conditionId: Condition.guardOpen, conditionClass: 1, detail: { severity: 950, causes: [Cause.door] } },
    { conditionId: Condition.caseJam, conditionClass: 0, detail: { severity: 650 } }
  ]);
  yield* script.to(PackMl.Aborting, PackMl.Aborted);
  yield* script.log(batchEvent(Source.line, orderId, BatchState.Held, RECIPE));
  yield* script.cycles(6, 0);
  yield* alarms.refresh();
  for (const occurrence of raised) {
    yield* alarms.handle('ConditionAcknowledged', occurrence, script.operator);
    yield* alarms.clear(occurrence);
    yield* alarms.handle('ConditionConfirmed', occurrence, script.operator);
  }
  yield* script.to(PackMl.Clearing, PackMl.Stopped, PackMl.Resetting, PackMl.Idle, PackMl.Starting, PackMl.Execute);
  yield* script.log(batchEvent(Source.line, orderId, BatchState.Resumed, RECIPE));
}

/** A few bottles in a row are too light: the alarm comes and goes, and is shelved while the valve is looked at. */
export function* underfillSeries(script: PackagingScript): Part {
  const { alarms } = script;
  const underfill = yield* alarms.raise(Condition.underfill, 0, { severity: 450, causes: [Cause.checkweigher] });
  yield* script.log(conditionShelved(Source.line, underfill, 300, script.operator));
  yield* script.cycles(3, 0.8);
  yield* script.log(conditionUnshelved(Source.line, underfill));
  yield* alarms.clear(underfill);
  yield* alarms.handle('ConditionAcknowledged', underfill, script.operator);
}
