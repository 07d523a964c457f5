process.env.OPENOT_TORN_SEEDS ??= '12';

// eslint-disable-next-line @typescript-eslint/no-require-imports
require('../lib/reader/torn.test');
