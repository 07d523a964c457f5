export { Hop, deliveriesDone } from './hop';
export type { Account } from './ledger';
