import { CompiledDefinition, CompiledEvent } from '../definition';
import { ShapeStore } from './shape-store';

/** One event type of a definition, ready to be written. */
export interface EventProgram {
  readonly event: CompiledEvent;
  /** JSON text between provenance and seq. */
  readonly head: string;
}

/** A definition compiled for documents of one profile. */
export interface Program {
  readonly compiled: CompiledDefinition;
  readonly shapes: ShapeStore;
  /** By event type id. */
  readonly events: ReadonlyMap<number, EventProgram>;
}

/** The programs of one profile: each made at the first record of its definition, and kept as long as that. */
export class Programs {
  private readonly made = new WeakMap<CompiledDefinition, Program>();

  constructor(private readonly enriched: boolean) {}

  of(compiled: CompiledDefinition): Program {
    let program = this.made.get(compiled);
    if (program === undefined) this.made.set(compiled, (program = makeProgram(compiled, this.enriched)));
    return program;
  }
}

function makeProgram(compiled: CompiledDefinition, enriched: boolean): Program {
  const events = new Map<number, EventProgram>();
  for (const [id, event] of compiled.eventTypes) {
    events.set(id, { event, head: `,"eventName":${JSON.stringify(event.name)},"eventTypeId":${id},"seq":` });
  }
  return { compiled, shapes: new ShapeStore(compiled, enriched), events };
}
