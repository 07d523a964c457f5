/*
 * What `npm test` does a few times, as often as it is worth doing: more seeds, inputs, stops and deploys of the same
 * tests. Those that have a variable of their own (every split, torn memory, completeness) stand beside this file.
 */
process.env.OPENOT_THOROUGH ??= '1';

for (const file of [
  'e2e/archive-kills',
  'e2e/kills',
  'e2e/redeploys',
  'e2e/resume',
  'lib/archive/faults',
  'lib/archive/go-peer',
  'lib/definition/fuzz',
  'lib/logobject/hostile-bytes',
  'lib/loss/histories',
  'lib/otlp/random',
  'lib/ring/known-epochs-random',
  'lib/telemetry/spans/histories',
  'lib/transport/opcua/session',
  'lib/wire/hostile-bytes',
  'simulation/seeds'
])
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require(`../${file}.test`);
