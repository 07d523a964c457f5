import { CompiledDefinition } from '../definition/compiled';
import { tlvName } from '../wire/registry/tlv-types';
import { Key } from '../wire/registry/value-keys';
import { readU32 } from '../wire/u64';
import { ArgumentWarning } from './document';
import { LineFacts } from './line';
import { Resolution } from './resolution';

const PLACE = /\{([1-9][0-9]{0,2})\}/g;

/**
 * A message template with its arguments (docs/format.md 18): `{1}` is the first one; a place without an argument stays
 * as it is; arguments that no place asks for are appended.
 */
export function fillTemplate(format: string, args: readonly string[]): string {
  const used = new Set<number>();
  const filled = format.replace(PLACE, (place: string, digits: string) => {
    const index = Number(digits) - 1;
    if (index >= args.length) return place;
    used.add(index);
    return args[index];
  });
  const surplus = args.filter((_, index) => !used.has(index));
  return surplus.length === 0 ? filled : filled + ' ' + surplus.join(' ');
}

/** The readable line of a Message. */
export function messageLine(facts: LineFacts, resolution: Resolution, compiled: CompiledDefinition): string {
  const template = templateOf(resolution, compiled);
  const args = facts.all(Key.arg);
  if (template !== undefined) return fillTemplate(template.format, args);
  return (
    `${facts.source}: message ${facts.must(Key.messageTemplateId)}` + (args.length === 0 ? '' : ': ' + args.join(', '))
  );
}

/** Arguments whose type is not what the template says. How many there are is not judged (docs/format.md 18). */
export function argumentWarnings(resolution: Resolution, compiled: CompiledDefinition): ArgumentWarning[] {
  const template = templateOf(resolution, compiled);
  if (template === undefined) return [];
  const { slots, slotOf, shapes, count } = resolution;
  const warnings: ArgumentWarning[] = [];
  let argument = 0;
  for (let n = 0; n < count; n++) {
    if (shapes[n].key !== Key.arg) continue;
    const expected = template.argTypes[argument++];
    const actual = slots.type[slotOf[n]];
    if (expected !== undefined && expected !== actual) {
      warnings.push({
        kind: 'argumentType',
        argument,
        expected: tlvName(expected) ?? String(expected),
        actual: tlvName(actual) ?? String(actual)
      });
    }
  }
  return warnings;
}

function templateOf(
  resolution: Resolution,
  compiled: CompiledDefinition
): { format: string; argTypes: readonly number[] } | undefined {
  const { slots } = resolution;
  for (let i = 0; i < slots.count; i++) {
    if (slots.key[i] === Key.messageTemplateId) return compiled.templates.get(readU32(slots.bytes[i], slots.at[i]));
  }
  return undefined;
}
