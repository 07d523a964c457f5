process.env.OPENOT_WIRE_DEPLOYS ??= '20';

// eslint-disable-next-line @typescript-eslint/no-require-imports
require('../e2e/wire-kinds.test');
