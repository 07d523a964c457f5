import { CompiledDefinition } from '../definition/compiled';
import { conditionClasses } from '../wire/registry/enumerations';
import { Key } from '../wire/registry/value-keys';
import { Resolution } from './resolution';

/** What the words of a readable line are made from: one resolved record and its source's name. */
export class LineFacts {
  constructor(
    private readonly resolution: Resolution,
    private readonly compiled: CompiledDefinition,
    /** The source's name, or `source 7` where the definition does not know it. */
    readonly source: string
  ) {}

  /** The first field with this key as a person would write it, or undefined when the record has none. */
  say(key: number): string | undefined {
    const n = this.find(key);
    return n < 0 ? undefined : this.resolution.display(n);
  }

  /** The first field with this key, or a stand-in for a slot that the definition made optional. */
  must(key: number): string {
    return this.say(key) ?? '?';
  }

  /** `before` + field + `after`, or nothing when the record has no such field. */
  maybe(before: string, key: number, after = ''): string {
    const said = this.say(key);
    return said === undefined ? '' : before + said + after;
  }

  /** A reference by its name, or `what 7` where the definition does not know it. */
  named(what: string, key: number): string {
    const n = this.find(key);
    if (n < 0) return what;
    const shape = this.resolution.shapes[n];
    const said = this.resolution.display(n);
    return shape.raw === undefined && shape.label === undefined ? `${what} ${said}` : said;
  }

  /** Every field with this key. */
  all(key: number): string[] {
    const said: string[] = [];
    for (let n = 0; n < this.resolution.count; n++)
      if (this.resolution.shapes[n].key === key) said.push(this.resolution.display(n));
    return said;
  }

  /** An operator as `Jane Doe (jdoe)`, or as the record writes him. */
  person(key: number): string | undefined {
    const n = this.find(key);
    if (n < 0) return undefined;
    const { label, fixed } = this.resolution.shapes[n];
    return label === undefined ? this.resolution.display(n) : `${label} (${fixed})`;
  }

  /** ` by Jane Doe (jdoe)`, or nothing. */
  by(key: number): string {
    const person = this.person(key);
    return person === undefined || person === '' ? '' : ' by ' + person;
  }

  /** `Alarm TempHigh`: the class from the record, else from the definition's condition. */
  condition(): string {
    const n = this.find(Key.conditionId);
    const name = n < 0 ? undefined : this.resolution.shapes[n].fixed;
    const id = n < 0 ? -1 : (this.resolution.shapes[n].raw ?? -1);
    const known = this.compiled.conditions.get(id)?.condition.conditionClass;
    const word = this.classWord() ?? (known === undefined ? undefined : conditionClasses[known]) ?? 'Condition';
    return `${word} ${name ?? this.must(Key.conditionId)}`;
  }

  private classWord(): string | undefined {
    const n = this.find(Key.conditionClass);
    return n < 0 ? undefined : this.resolution.shapes[n].label;
  }

  /** ` (Denied)` unless an authorisation was granted, was not needed or is not in the record. */
  refusal(): string {
    const result = this.say(Key.authResult);
    return result === undefined || result === 'Granted' || result === 'NotRequired' ? '' : ` (${result})`;
  }

  /** Every field as `name=value`, for event types the registry does not know. */
  everything(): string {
    const { shapes, count } = this.resolution;
    const parts: string[] = [];
    for (let n = 0; n < count; n++) parts.push(`${shapes[n].name}=${this.resolution.display(n)}`);
    return parts.join(', ');
  }

  private find(key: number): number {
    const { shapes, count } = this.resolution;
    for (let n = 0; n < count; n++) if (shapes[n].key === key) return n;
    return -1;
  }
}

/** One line: control characters and line separators become spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}
