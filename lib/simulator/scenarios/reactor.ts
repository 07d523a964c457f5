import {
  Action,
  BATCHES,
  Condition,
  FIRST_BATCH,
  Material,
  Phase,
  reactorDefinitions,
  recipes,
  Source,
  sources
} from '../definitions/reactor';
import { programDownload } from './events';
import { ReactorScript } from './reactor-script';
import { Scenario, ScenarioRun } from './scenario';
import { SeededRandom } from '../random';
import { chargeReactor, cleanReactor, coolReactor, dischargeReactor, heatReactor, react } from './reactor-phases';
import { approveRecipe, beginShift, closeBatch, openBatch } from './reactor-people';

/**
 * One batch after the other in a reactor for dispersions: some twenty events a second at first sight, with all that
 * people do around it.
 */
export const reactor: Scenario = {
  name: 'reactor',
  sources,
  definitionFiles: ['reactor-1.json', 'reactor-2.json'],
  definitions: reactorDefinitions,
  run,
  download: (definitionHash) => programDownload(Source.station, definitionHash, Action.downloadProgram, 'p.moreau')
};

function* run(random: SeededRandom): ScenarioRun {
  const script = new ReactorScript(random);
  for (let number = 0; ; number++) {
    const batch = { id: FIRST_BATCH + (number % BATCHES), number, recipe: recipes[number % recipes.length] };
    yield* beginShift(script, number);
    yield* approveRecipe(script, batch);
    yield* openBatch(script, batch);
    yield* script.phase(Phase.Charging);
    yield* chargeReactor(script, batch, Material.water, 700);
    yield* chargeReactor(script, batch, Material.monomer, 500);
    yield* script.phase(Phase.Heating);
    yield* heatReactor(script, 80);
    yield* script.phase(Phase.Reacting);
    yield* react(script, batch);
    yield* script.phase(Phase.Cooling);
    yield* coolReactor(script, 35);
    yield* script.phase(Phase.Discharging);
    yield* dischargeReactor(script);
    yield* closeBatch(script, batch);
    yield* script.phase(Phase.Cleaning);
    yield* cleanReactor(script, number, Condition.lowCoolant);
    yield* script.phase(Phase.Idle);
    yield* script.cycles(6);
  }
}
