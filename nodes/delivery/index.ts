export { Hop, deliveriesDone } from './hop';
export type { Account, Standing } from './ledger';
