import { Action, packagingDefinitions, Source, sources } from '../definitions/packaging';
import { SeededRandom } from '../random';
import { programDownload } from './events';
import { PackagingScript } from './packaging-script';
import { finishOrder, produce, setUp } from './packaging-order';
import { Scenario, ScenarioRun } from './scenario';

/**
 * A bottling line that works off orders: counters, jams, starving, label reels, and a changeover for every new product.
 */
export const packaging: Scenario = {
  name: 'packaging',
  sources,
  definitionFiles: ['packaging-1.json', 'packaging-2.json', 'packaging-3.json'],
  definitions: packagingDefinitions,
  run,
  download: (definitionHash) => programDownload(Source.panel, definitionHash, Action.downloadProgram, 'k.haruki')
};

function* run(random: SeededRandom): ScenarioRun {
  const script = new PackagingScript(random);
  for (let number = 0; ; number++) {
    const order = yield* setUp(script, number);
    yield* produce(script, order);
    yield* finishOrder(script, order);
  }
}
