import { Role, Unit } from '../definitions/common';
import {
  Action,
  Cause,
  Condition,
  FillerState,
  FIRST_ORDER,
  LineMode,
  Material,
  operators,
  ORDERS,
  RECIPE,
  RECIPE_VERSION,
  Roles,
  Source,
  Template,
  Value
} from '../definitions/packaging';
import { Key, real, text, udint, uint } from '../slots';
import {
  Auth,
  batchEvent,
  BatchState,
  materialAddition,
  message,
  operatorAction,
  operatorLogin,
  operatorLogout,
  parameterChange,
  recipeLoaded,
  valueChanged
} from './events';
import { clearCapJam, guardDoor, starve, underfillSeries } from './packaging-faults';
import { PackagingScript, PackMl } from './packaging-script';
import { Part } from './scenario';

/** One order: so many bottles of the product that the line is set up for. */
export interface Order {
  readonly id: number;
  readonly number: number;
  readonly target: number;
  readonly firstProduced: number;
  readonly firstRejected: number;
}

const PANEL = 'OP-3';

/** Changeover, material, recipe, and off it goes. */
export function* setUp(script: PackagingScript, number: number): Part<Order> {
  const order = {
    id: FIRST_ORDER + (number % ORDERS),
    number,
    target: 1200 + 200 * script.random.below(6),
    firstProduced: script.produced,
    firstRejected: script.rejected
  };
  script.elapsed = script.running = 0;
  const next = operators[number % 2].actor;
  if (script.operator !== next) yield* script.log(operatorLogout(Source.panel, script.operator, PANEL));
  script.operator = next;
  yield* script.log(operatorLogin(Source.panel, next, Auth.Granted, PANEL, Roles.operator));
  yield* changeover(script, number);
  yield* script.log(recipeLoaded(Source.line, RECIPE, RECIPE_VERSION, order.id));
  yield* script.log(materialAddition(Source.filler, order.id, Material.bottle, order.target + 60, Unit.pieces));
  yield* script.log(materialAddition(Source.capper, order.id, Material.cap, order.target + 60, Unit.pieces));
  yield* script.log(operatorAction(Source.panel, Action.startLine, next, [order.id, RECIPE], PANEL));
  yield* script.log(
    valueChanged(Source.line, Value.order, text(Key.newValue, `Order ${order.id}`), { role: Role.Status })
  );
  yield* script.log(
    message(Source.line, Template.orderStarted, [udint(Key.arg, order.id), udint(Key.arg, order.target)], 100)
  );
  yield* script.to(PackMl.Resetting, PackMl.Idle, PackMl.Starting);
  yield* script.cycles(2, 0);
  yield* script.fillerState(FillerState.Rinsing, FillerState.Filling);
  yield* script.to(PackMl.Execute);
  yield* script.log(batchEvent(Source.line, order.id, BatchState.Started, RECIPE));
  return order;
}

function* changeover(script: PackagingScript, number: number): Part {
  yield* script.toMode(LineMode.Changeover);
  yield* script.log(operatorAction(Source.panel, Action.changeover, script.operator, [RECIPE], PANEL));
  yield* script.fillerState(FillerState.Draining, FillerState.Rinsing);
  yield* script.cycles(4, 0);
  yield* script.log(
    message(Source.line, Template.changeover, [text(Key.arg, script.operator), uint(Key.arg, 14 + (number % 9))])
  );
  yield* script.toMode(LineMode.Production);
}

/** Bottles until the order is filled, with what gets in the way. */
export function* produce(script: PackagingScript, order: Order): Part {
  const { random } = script;
  if (order.number % 3 === 1) yield* faster(script);
  while (script.produced - order.firstProduced < order.target) {
    yield* script.cycle(0.93 + 0.07 * random.next());
    if (script.labels < 300) yield* changeReel(script, order);
    const chance = random.next();
    if (chance < 0.025) yield* clearCapJam(script);
    else if (chance < 0.045) yield* starve(script);
    else if (chance < 0.055) yield* guardDoor(script, order.id);
    else if (chance < 0.075) yield* underfillSeries(script);
  }
}

function* faster(script: PackagingScript): Part {
  const next = script.setpoint === 240 ? 300 : 240;
  yield* script.log(
    parameterChange(
      Source.panel,
      Value.speedSetpoint,
      real(Key.previousValue, script.setpoint),
      real(Key.newValue, next),
      script.operator,
      next > 240 ? 'Order is late' : 'Back to nominal speed'
    )
  );
  script.setpoint = next;
  yield* script.log(message(Source.line, Template.speed, [real(Key.arg, next), real(Key.arg, 360)]));
}

/** The reel runs low, the line is suspended for the minute it takes to put on another. */
function* changeReel(script: PackagingScript, order: Order): Part {
  const low = yield* script.alarms.raise(Condition.labelLow, 0, { severity: 300, causes: [Cause.reel] });
  yield* script.to(PackMl.Suspending, PackMl.Suspended);
  yield* script.cycles(3, 0);
  yield* script.log(operatorAction(Source.panel, Action.changeReel, script.operator, [order.id], PANEL));
  yield* script.log(materialAddition(Source.labeller, order.id, Material.label, 4000, Unit.pieces));
  yield* script.newReel();
  yield* script.log(message(Source.labeller, Template.reel, [text(Key.arg, `R-${1000 + script.random.below(9000)}`)]));
  yield* script.alarms.clear(low);
  yield* script.to(PackMl.Unsuspending, PackMl.Execute);
}

/** The line runs empty, and the order is counted. */
export function* finishOrder(script: PackagingScript, order: Order): Part {
  yield* script.to(PackMl.Completing);
  yield* script.cycles(3, 0);
  yield* script.to(PackMl.Complete);
  yield* script.log(batchEvent(Source.line, order.id, BatchState.Completed, RECIPE));
  yield* script.fillerState(FillerState.Filling, FillerState.Draining);
  const availability = Number(((100 * script.running) / Math.max(1, script.elapsed)).toFixed(1));
  yield* script.log(
    valueChanged(Source.line, Value.availability, real(Key.newValue, availability), {
      role: Role.Actual,
      unit: Unit.percent
    })
  );
  const good = script.produced - order.firstProduced;
  yield* script.log(
    message(
      Source.line,
      Template.orderFinished,
      [udint(Key.arg, order.id), udint(Key.arg, good), udint(Key.arg, script.rejected - order.firstRejected)],
      100
    )
  );
}
