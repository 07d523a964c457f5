/* A process of its own: `mutant-main.ts NAME`, then the arguments of main.ts. The mutant is installed first. */
const at = process.argv.indexOf('--mutant');
const name = process.argv[at + 1];
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { MUTANTS } = require('./mutants') as typeof import('./mutants');
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { installMutant } = require('./install-mutant') as typeof import('./install-mutant');
const mutant = MUTANTS.find((one) => one.name === name);
if (mutant === undefined) throw new Error(`no mutant is named ${name}`);
const installed = installMutant(mutant);
// eslint-disable-next-line @typescript-eslint/no-require-imports
require('./main');
installed.assertUsed();
