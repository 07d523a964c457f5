import { Scenario } from './scenario';
import { packaging } from './packaging';
import { reactor } from './reactor';

/** The plants that can be played. */
export const scenarios = { reactor, packaging } as const satisfies Record<string, Scenario>;
/** The name of a plant that can be played. */
export type ScenarioName = keyof typeof scenarios;
