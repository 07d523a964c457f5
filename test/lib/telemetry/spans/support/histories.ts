import { DocumentObject } from '../../../../../lib/document';
import {
  batchEvent,
  conditionActive,
  conditionCleared,
  conditionHandled,
  conditionPriorityChanged,
  conditionSuppressed,
  materialAddition,
  message,
  recipeLoaded,
  refreshStart,
  stateTransition
} from '../../../../../lib/simulator/scenarios/events';
import { Key, udint } from '../../../../../lib/simulator/slots';
import { Seeded } from '../../../../support/seeded';
import { Plant, Plc } from './plc';

/**
 * What a controller may log, in any order: few conditions, occurrences, batches and machines, so that everything meets
 * everything; losses, placeholders, clocks that jump, cold starts and power cycles in between.
 */
export function randomHistory(random: Seeded, plant: Plant, length: number): DocumentObject[] {
  const plc = new Plc(plant.compiled);
  const history: DocumentObject[] = [];
  const occurrence = (): { conditionId: number; conditionClass: number; correlationId: number } => {
    const conditionId = 9 + random.below(3);
    return { conditionId, conditionClass: [0, 1, 44][conditionId - 9], correlationId: random.below(4) };
  };
  const source = (): number => random.below(3);
  const batch = (): number => 40 + random.below(2);
  const makers: (() => DocumentObject)[] = [
    () => plc.log(conditionActive(source(), occurrence(), { severity: [100, 600, 900][random.below(3)] })),
    () => {
      const active = conditionActive(source(), occurrence());
      return plc.log({ ...active, slots: [...active.slots, udint(Key.batchId, batch())] });
    },
    () => plc.log(conditionActive(source(), occurrence(), { refreshId: 1 })),
    () => plc.log(conditionCleared(source(), occurrence())),
    () => plc.log(conditionCleared(source(), occurrence())),
    () => plc.log(conditionHandled(source(), 'ConditionAcknowledged', occurrence(), 'jdoe')),
    () => plc.log(conditionSuppressed(source(), 9 + random.below(3), 'x')),
    () => plc.log(conditionPriorityChanged(source(), 9 + random.below(3), 1, 2, 'jdoe')),
    () => plc.log(refreshStart(source(), 1)),
    () => plc.log(batchEvent(source(), batch(), random.below(7), 30)),
    () => plc.log(batchEvent(source(), batch(), random.below(2), 30)),
    () => plc.log(materialAddition(source(), batch(), 50, 1, 8)),
    () => plc.log(recipeLoaded(source(), 30, '1', batch())),
    () => plc.log(stateTransition(source(), 7 + random.below(2), 2, random.below(3), random.below(3))),
    () => plc.log(message(source(), 102, [])),
    () => plc.placeholder(source()),
    () => plc.loss(source(), 1 + random.below(3))
  ];
  while (history.length < length) {
    const chance = random.below(200);
    if (chance === 0) plc.coldStart();
    else if (chance === 1) plc.powerCycle();
    else if (chance < 5) plc.pass(random.below(100) - 50);
    history.push(makers[random.below(makers.length)]());
  }
  return history;
}
