/**
 * Writes the registry's tables into the pages that show them, between `<!-- registry: name -->` and
 * `<!-- end -->`. Run `npx tsx scripts/format-tables.ts docs/format.md` after a change of the registry; a test
 * compares the page with the code.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as registry from '../lib/wire/registry';

const hex4 = (id: number): string => '0x' + id.toString(16).toUpperCase().padStart(4, '0');

function tlvTypes(): string[] {
  const rows = Array.from(
    { length: 14 },
    (_, tag) =>
      `| 0x${tag.toString(16).toUpperCase().padStart(2, '0')} | ${registry.tlvName(tag)} | ` +
      `${registry.tlvWidth(tag) || 'variable'} |`
  );
  return ['| tag | name | bytes |', '|---|---|---|', ...rows];
}

function typeOf(rule: registry.KeyTypeRule): string {
  return rule.kind === 'fixed'
    ? String(registry.tlvName(rule.type))
    : rule.kind === 'reserved'
      ? 'reserved'
      : 'any (value payload)';
}

function valueKeys(): string[] {
  return [
    '| key | dec | name | type |',
    '|---|---|---|---|',
    ...registry.valueKeys.map(({ key, name, rule }) => `| ${hex4(key)} | ${key} | ${name} | ${typeOf(rule)} |`)
  ];
}

function events(): string[] {
  const occurs = (min: number, max: number | 'unbounded'): string => (max === 'unbounded' ? '*' : min === 0 ? '?' : '');
  const slotText = ({ key, minOccurs, maxOccurs }: registry.CanonicalSlot): string =>
    (registry.valueKey(key)?.name ?? hex4(key)) + occurs(minOccurs, maxOccurs);
  return [
    '| id | dec | name | group | slots in order |',
    '|---|---|---|---|---|',
    ...registry.canonicalEvents.map(
      ({ id, name, group, slots }) =>
        `| ${hex4(id)} | ${id} | ${name} | ${group} | ` + `${slots.map(slotText).join(', ') || 'none'} |`
    )
  ];
}

function enumerations(): string[] {
  const numbered = (labels: readonly string[]): string => labels.map((label, value) => `${value} ${label}`).join(', ');
  const sets: [string, readonly string[], string][] = [
    ['category', registry.categories, 'yes, key category'],
    ['authResult', registry.authResults, 'yes, key authResult'],
    ['signatureMeaning', registry.signatureMeanings, 'yes, key signatureMeaning'],
    ['conditionClass', registry.conditionClasses, 'no'],
    ['quality', registry.qualities, 'no'],
    ['semanticRole', registry.semanticRoles, 'no'],
    ['clockQuality', registry.clockQualities, 'no'],
    ['timeSyncState', registry.timeSyncStates, 'no (no key uses it)'],
    ['batchState', registry.batchStates, 'no']
  ];
  const bands = registry.severityBands.map(({ label, min, max }) => `${min} to ${max} ${label}`).join(', ');
  return [
    '| set | values | used by strict documents |',
    '|---|---|---|',
    ...sets.map(([name, labels, used]) => `| ${name} | ${numbered(labels)} | ${used} |`),
    `| severity bands | ${bands}; others have no band | yes, key severity |`
  ];
}

function proceduralModels(): string[] {
  return registry.proceduralModels.map(
    ({ name, states }) => `* \`${name}\`: ${states.map((state, value) => `${value} ${state}`).join(', ')}`
  );
}

const tables: Readonly<Record<string, () => string[]>> = {
  'tlv-types': tlvTypes,
  'value-keys': valueKeys,
  events,
  enumerations,
  'procedural-models': proceduralModels
};

/** The text with every table as the registry has it. */
export function withTables(text: string): string {
  return text.replace(/<!-- registry: ([a-z-]+) -->\n[^]*?<!-- end -->/g, (block, name: string) =>
    name in tables ? `<!-- registry: ${name} -->\n${tables[name]().join('\n')}\n<!-- end -->` : block
  );
}

if (require.main === module) {
  for (const file of process.argv.slice(2).filter((name) => existsSync(name)))
    writeFileSync(file, withTables(readFileSync(file, 'utf8')));
}
