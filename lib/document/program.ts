import { CompiledDefinition, CompiledEvent } from '../definition';
import { ShapeBook } from './shape-book';

/** One event type of a definition, ready to be written. */
export interface EventProgram {
  readonly event: CompiledEvent;
  /** JSON text between provenance and seq. */
  readonly head: string;
}

/** A definition compiled for documents of one profile. */
export interface Program {
  readonly compiled: CompiledDefinition;
  readonly book: ShapeBook;
  /** By event type id. */
  readonly events: ReadonlyMap<number, EventProgram>;
}

const strictPrograms = new WeakMap<CompiledDefinition, Program>();
const enrichedPrograms = new WeakMap<CompiledDefinition, Program>();

/** The program of a definition: made at its first record, kept as long as the definition itself. */
export function programOf(compiled: CompiledDefinition, enriched: boolean): Program {
  const programs = enriched ? enrichedPrograms : strictPrograms;
  let program = programs.get(compiled);
  if (program === undefined) programs.set(compiled, (program = makeProgram(compiled, enriched)));
  return program;
}

function makeProgram(compiled: CompiledDefinition, enriched: boolean): Program {
  const events = new Map<number, EventProgram>();
  for (const [id, event] of compiled.eventTypes) {
    events.set(id, { event, head: `,"eventName":${JSON.stringify(event.name)},"eventTypeId":${id},"seq":` });
  }
  return { compiled, book: new ShapeBook(compiled, enriched), events };
}
