/** The two procedural models a state machine may name (docs/format.md 5). A state's value is its index. */

/** A model and the names of its states, in the order of their values. */
export interface ProceduralModel {
  readonly name: string;
  readonly states: readonly string[];
}

/** ISA-88 and PackML. */
export const proceduralModels: readonly ProceduralModel[] = [
  {
    name: 'ISA-88',
    states: [
      'Idle',
      'Running',
      'Complete',
      'Pausing',
      'Paused',
      'Holding',
      'Held',
      'Restarting',
      'Stopping',
      'Stopped',
      'Aborting',
      'Aborted'
    ]
  },
  {
    name: 'PackML',
    states: [
      'Idle',
      'Starting',
      'Execute',
      'Completing',
      'Complete',
      'Holding',
      'Held',
      'Unholding',
      'Suspending',
      'Suspended',
      'Unsuspending',
      'Stopping',
      'Stopped',
      'Aborting',
      'Aborted',
      'Clearing',
      'Resetting'
    ]
  }
];

const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** The model of that name, compared without regard to ASCII case, or undefined. */
export function proceduralModel(name: string): ProceduralModel | undefined {
  const wanted = asciiLower(name);
  return proceduralModels.find((model) => asciiLower(model.name) === wanted);
}
