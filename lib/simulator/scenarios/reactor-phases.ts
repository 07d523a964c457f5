import { Unit } from '../definitions/common';
import { Cause, Condition, Material, Mode, Source, Template } from '../definitions/reactor';
import {
  conditionCommented,
  conditionShelved,
  conditionSuppressed,
  conditionUnshelved,
  conditionUnsuppressed,
  materialAddition,
  message,
  Occurrence
} from './events';
import { Batch, ReactorScript } from './reactor-script';
import { Part } from './scenario';
import { holdAndResume, takeSample } from './reactor-people';
import { Key, real, text, uint } from '../slots';

const materialNames: Readonly<Record<number, string>> = {
  [Material.water]: 'demineralised water',
  [Material.monomer]: 'monomer'
};
/** Kilograms per litre of monomer. */
const MONOMER_DENSITY = 0.9;
const FULL = 1190;

/** Charges that many litres of one material through the inlet valve. */
export function* chargeReactor(script: ReactorScript, batch: Batch, material: number, litres: number): Part {
  const { process, random } = script;
  const target = process.level + litres;
  yield* script.log(
    message(Source.level, Template.charging, [
      text(Key.arg, materialNames[material] ?? 'material'),
      real(Key.arg, litres)
    ])
  );
  yield* script.inlet(true);
  process.commands.inflow = 4 + 0.2 * random.noise();
  process.commands.agitator = process.level > 300;
  while (process.level < target) yield* script.cycle();
  process.commands.inflow = 0;
  yield* script.inlet(false);
  if (process.level > FULL + 15 && batch.number % 2 === 0) yield* highLevel(script);
  const weighed = Number((material === Material.monomer ? litres * MONOMER_DENSITY : litres).toFixed(1));
  const unit = material === Material.monomer ? Unit.kg : Unit.litre;
  const seq = yield* script.log(materialAddition(Source.level, batch.id, material, weighed + 2.4, unit));
  // The scale's tare was wrong: the correction names the record it corrects.
  if (random.chance(0.3)) yield* script.log(materialAddition(Source.level, batch.id, material, weighed, unit, seq));
}

/** The level switch trembles on the waves of the agitator: shelved until the surface is calm. */
function* highLevel(script: ReactorScript): Part {
  const { alarms } = script;
  let occurrence: Occurrence | undefined;
  for (let i = 0; i < 3; i++) {
    occurrence = yield* alarms.raise(Condition.highLevel, 1, { severity: 900, causes: [Cause.level] });
    yield* script.cycle();
    if (i < 2) yield* alarms.clear(occurrence);
  }
  if (occurrence === undefined) return;
  yield* script.log(conditionShelved(Source.alarms, occurrence, 600, script.operator));
  yield* script.log(
    conditionCommented(
      Source.alarms,
      occurrence,
      'Chattering on waves, level checked at the sight glass',
      script.operator
    )
  );
  yield* script.cycles(4);
  yield* script.log(conditionUnshelved(Source.alarms, occurrence));
  yield* alarms.handle('ConditionAcknowledged', occurrence, script.operator);
  yield* alarms.clear(occurrence);
  yield* alarms.handle('ConditionReset', occurrence, script.operator);
}

/** Heats up to reaction temperature. */
export function* heatReactor(script: ReactorScript, setpoint: number): Part {
  const { process } = script;
  script.setpoint = setpoint;
  process.commands.agitator = true;
  process.commands.setpoint = setpoint;
  process.conversion = 0;
  yield* script.toMode(Mode.Cascade);
  let cycles = 0;
  for (; process.temperature < setpoint - 1 && cycles < 400; cycles++) yield* script.cycle();
  // The jacket is still far hotter than the contents: wait for it, or the reaction runs away.
  yield* script.cycles(12);
  yield* script.log(
    message(Source.temperature, Template.atTemperature, [
      real(Key.arg, Number(process.temperature.toFixed(1))),
      uint(Key.arg, Math.round(cycles / 6))
    ])
  );
}

/** Initiator goes in and the heat of reaction has to be carried away; sometimes the coolant is not up to it. */
export function* react(script: ReactorScript, batch: Batch): Part {
  const { process, alarms, random } = script;
  yield* script.log(
    materialAddition(
      Source.level,
      batch.id,
      Material.initiator,
      Number((3.2 + 0.05 * random.noise()).toFixed(3)),
      Unit.kg
    )
  );
  process.initiated = true;
  process.fouling = batch.number % 3 === 0 ? 0.8 : 0;
  let hot: readonly Occurrence[] | undefined;
  let sampled = 0;
  for (let cycles = 0; process.conversion < 92 && cycles < 400; cycles++) {
    yield* script.cycle();
    const tooHot = process.temperature > script.setpoint + 4.5;
    if (tooHot && hot === undefined) {
      hot = yield* tooHotAlarms(script);
      yield* holdAndResume(script, batch, hot[0]);
      process.fouling = 0;
    }
    if (process.conversion > 50 * (sampled + 1) - 10 && sampled < 2) yield* takeSample(script, batch, ++sampled);
  }
  process.fouling = 0;
  process.initiated = false;
  yield* alarms.refresh();
  if (hot !== undefined) yield* settle(script, hot);
  yield* script.log(materialAddition(Source.level, batch.id, Material.neutraliser, 6.5, Unit.kg));
}

/** Low flow comes first and explains the rest: one group. */
function* tooHotAlarms(script: ReactorScript): Part<readonly Occurrence[]> {
  const { alarms } = script;
  return yield* alarms.raiseGroup([
    { conditionId: Condition.lowCoolant, conditionClass: 0, detail: { severity: 400, causes: [Cause.flow] } },
    {
      conditionId: Condition.highTemperature,
      conditionClass: 0,
      detail: { severity: 800, causes: [Cause.temperature, Cause.jacket] }
    },
    {
      conditionId: Condition.highPressure,
      conditionClass: 0,
      detail: { severity: 500, causes: [Cause.pressure, Cause.temperature] }
    }
  ]);
}

/** The group clears, is confirmed and reset. */
function* settle(script: ReactorScript, occurrences: readonly Occurrence[]): Part {
  for (const occurrence of occurrences) {
    yield* script.alarms.handle('ConditionAcknowledged', occurrence, script.operator);
    yield* script.cycle();
    yield* script.alarms.clear(occurrence);
    yield* script.alarms.handle('ConditionConfirmed', occurrence, script.operator);
    yield* script.alarms.handle('ConditionReset', occurrence);
  }
}

/** Cools down to a temperature in degrees Celsius. */
export function* coolReactor(script: ReactorScript, to: number): Part {
  const { process } = script;
  process.commands.setpoint = 10;
  for (let cycles = 0; process.temperature > to && cycles < 200; cycles++) yield* script.cycle();
  process.commands.setpoint = undefined;
  yield* script.toMode(Mode.Automatic);
}

/** Empties the vessel; the agitator stops when little is left. */
export function* dischargeReactor(script: ReactorScript): Part {
  const { process } = script;
  process.commands.inflow = -6;
  while (process.level > 0) {
    yield* script.cycle();
    if (process.level < 300) process.commands.agitator = false;
  }
  process.commands.inflow = 0;
}

/** No coolant flows while the jacket is drained for cleaning: its alarm is suppressed meanwhile. */
export function* cleanReactor(script: ReactorScript, number: number, suppressed: number): Part {
  yield* script.log(conditionSuppressed(Source.alarms, suppressed, 'Cleaning in place'));
  const { process } = script;
  for (let rinse = 0; rinse < 3; rinse++) {
    process.commands.inflow = 10;
    yield* script.cycles(3);
    process.commands.inflow = -10;
    yield* script.cycles(3);
  }
  process.commands.inflow = 0;
  const conductivity = Number((4.5 + Math.abs(script.random.noise())).toFixed(1));
  yield* script.log(
    message(Source.batch, Template.cleaned, [uint(Key.arg, 1 + (number % 3)), real(Key.arg, conductivity)])
  );
  yield* script.log(conditionUnsuppressed(Source.alarms, suppressed));
}
