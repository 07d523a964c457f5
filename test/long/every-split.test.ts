process.env.OPENOT_SPLIT_STEP ??= '4';

// eslint-disable-next-line @typescript-eslint/no-require-imports
require('../lib/reader/every-split.test');
