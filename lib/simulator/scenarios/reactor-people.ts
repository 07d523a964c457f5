import { Action, Condition, Mode, operators, Roles, Source, Template, Value } from '../definitions/reactor';
import {
  Auth,
  batchEvent,
  BatchState,
  conditionCommented,
  conditionInService,
  conditionOutOfService,
  conditionPriorityChanged,
  eSignature,
  message,
  Occurrence,
  operatorAction,
  operatorLogin,
  operatorLogout,
  parameterChange,
  recipeApproved,
  recipeLoaded,
  securityAccessFailure
} from './events';
import { Key, real, text, udint } from '../slots';
import { Batch, ReactorScript } from './reactor-script';
import { Part } from './scenario';

const STATION = 'OS-1';
/** ISA-88 states of the procedure (docs/format.md 5). */
const Isa88 = { Idle: 0, Running: 1, Complete: 2, Holding: 5, Held: 6, Restarting: 7 } as const;
/** Values of key signatureMeaning (docs/format.md 5). */
const Signature = { Reviewed: 1, Approved: 2, Verified: 3, Performed: 4 } as const;

/** The next shift logs in; now and then somebody mistypes, and something is repaired while the vessel is empty. */
export function* beginShift(script: ReactorScript, number: number): Part {
  const next = operators[number % 2].actor;
  if (script.operator !== next) yield* script.log(operatorLogout(Source.station, script.operator, STATION));
  script.operator = next;
  if (number % 4 === 2) {
    yield* script.log(securityAccessFailure(Source.station, next, STATION, 'Wrong password'));
    yield* script.log(operatorLogin(Source.station, next, Auth.Denied, STATION));
    yield* script.cycles(2);
  }
  yield* script.log(operatorLogin(Source.station, next, Auth.Granted, STATION, Roles.operator));
  if (number % 3 === 2) {
    yield* script.log(conditionOutOfService(Source.alarms, Condition.agitator, 'p.moreau'));
    yield* script.cycles(3);
    yield* script.log(conditionInService(Source.alarms, Condition.agitator));
  }
  if (number % 5 === 1) {
    yield* script.log(conditionPriorityChanged(Source.alarms, Condition.highPressure, 500, 700, 's.lindqvist'));
  }
}

/** The recipe is loaded and approved, and the approval signed: the signature names the record it signs. */
export function* approveRecipe(script: ReactorScript, batch: Batch): Part {
  const { recipe } = batch;
  yield* script.log(recipeLoaded(Source.batch, recipe.recipeId, recipe.version, batch.id));
  yield* script.cycle();
  const seq = yield* script.log(recipeApproved(Source.batch, recipe.recipeId, recipe.version, 's.lindqvist'));
  yield* script.log(eSignature(Source.batch, Action.startBatch, 's.lindqvist', Signature.Approved, seq));
}

/** The operator starts the batch. */
export function* openBatch(script: ReactorScript, batch: Batch): Part {
  const { recipe } = batch;
  yield* script.log(
    operatorAction(Source.station, Action.startBatch, script.operator, [batch.id, recipe.recipeId], STATION)
  );
  yield* script.log(batchEvent(Source.batch, batch.id, BatchState.Started, recipe.recipeId));
  yield* script.log(
    message(Source.batch, Template.batchStarted, [udint(Key.arg, batch.id), text(Key.arg, recipe.name)], 100)
  );
  yield* script.toProcedure(Isa88.Running);
  yield* script.product(recipe.name);
}

/** The batch is held while the temperature is brought down by hand, then goes on. */
export function* holdAndResume(script: ReactorScript, batch: Batch, first: Occurrence): Part {
  const { recipe } = batch;
  yield* script.toProcedure(Isa88.Holding);
  yield* script.toProcedure(Isa88.Held);
  yield* script.log(batchEvent(Source.batch, batch.id, BatchState.Held, recipe.recipeId));
  yield* script.log(
    conditionCommented(Source.alarms, first, 'Strainer of the coolant pump blocked, cleaning it', script.operator)
  );
  yield* script.toMode(Mode.Manual);
  const lower = script.setpoint - 2;
  yield* script.log(
    parameterChange(
      Source.station,
      Value.setpoint,
      real(Key.previousValue, script.setpoint),
      real(Key.newValue, lower),
      script.operator,
      'Exotherm stronger than expected'
    )
  );
  yield* script.log(
    message(
      Source.batch,
      Template.deviation,
      [text(Key.arg, `DEV-${batch.id}`), text(Key.arg, 'temperature above range during reaction')],
      700
    )
  );
  script.process.fouling = 0;
  script.setpoint = lower;
  script.process.commands.setpoint = lower;
  yield* script.cycles(8);
  yield* script.toMode(Mode.Cascade);
  yield* script.log(operatorAction(Source.station, Action.resumeBatch, script.operator, [batch.id], STATION));
  yield* script.toProcedure(Isa88.Restarting);
  yield* script.toProcedure(Isa88.Running);
  yield* script.log(batchEvent(Source.batch, batch.id, BatchState.Resumed, recipe.recipeId));
}

/** The operator takes a sample and signs for it. */
export function* takeSample(script: ReactorScript, batch: Batch, sample: number): Part {
  const label = `${batch.id}-S${sample}`;
  const seq = yield* script.log(
    operatorAction(Source.station, Action.takeSample, script.operator, [batch.id], STATION)
  );
  yield* script.log(eSignature(Source.station, Action.takeSample, script.operator, Signature.Performed, seq));
  yield* script.log(message(Source.station, Template.sample, [text(Key.arg, label), text(Key.arg, script.operator)]));
}

/** Quality assurance reviews and releases the batch. */
export function* closeBatch(script: ReactorScript, batch: Batch): Part {
  yield* script.toProcedure(Isa88.Complete);
  yield* script.log(batchEvent(Source.batch, batch.id, BatchState.Completed, batch.recipe.recipeId));
  yield* script.countBatch();
  const seq = yield* script.log(operatorAction(Source.station, Action.releaseBatch, 't.nguyen', [batch.id], 'QA-2'));
  yield* script.log(eSignature(Source.station, Action.releaseBatch, 't.nguyen', Signature.Reviewed, seq));
  yield* script.log(eSignature(Source.station, Action.releaseBatch, 's.lindqvist', Signature.Verified, seq));
  yield* script.toProcedure(Isa88.Idle);
  yield* script.product('empty');
}
