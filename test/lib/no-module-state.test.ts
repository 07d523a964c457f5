import should from 'should';
import { Linter } from 'eslint';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parser } from 'typescript-eslint';

/** Names that the rule of scripts/lint refuses in a module. */
async function refused(code: string): Promise<string[]> {
  const file = path.resolve(__dirname, '../../scripts/lint/no-module-state.mjs');
  // The rule is a module of ESM, and this file is compiled to CommonJS.
  const { default: rule } = (await import(pathToFileURL(file).href)) as {
    default: NonNullable<Linter.Config['rules']>;
  };
  const found = new Linter().verify(code, {
    languageOptions: { parser: parser as Linter.Parser },
    plugins: { openot: { rules: { 'no-module-state': rule as never } } },
    rules: { 'openot/no-module-state': 'error' }
  });
  return found.map(({ message }) => message.split(' ')[0]);
}

describe('the lint rule no-module-state', () => {
  it('refuses what a module would keep between two callers', async () => {
    should(
      await refused(`
        let a = 0;
        export let b: number | undefined;
        const c = new Map<string, number>();
        const d: string[] = [];
        export const e = {};
        const f = new Uint8Array(8);
        const g: Cache = new Cache();
        class H { static h = 0; }`)
    ).eql(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  });

  it('lets pass what is only read, and what a function or an instance keeps', async () => {
    should(
      await refused(`
        const a: ReadonlyMap<string, number> = new Map([['a', 1]]);
        const b: readonly string[] = ['b'];
        export const c = ['c'] as const;
        const d: Readonly<Doubts> = {};
        const e = new TextEncoder();
        const f = { g: 1 };
        export function h() { let i = 0; const j = new Map(); return () => i++ + j.size; }
        class K { static readonly L = 1; private m = []; }`)
    ).eql([]);
  });
});
