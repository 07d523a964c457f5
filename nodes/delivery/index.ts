export { DeliveryPort, deliveriesDone } from './port';
export type { AckStatus, ReaderSession } from './session';
export type { Acknowledgements } from './acknowledgements';
export { OwnTokens } from './own-tokens';
export { commitOf, entriesOf, tokenOf, tokensOf } from './token';
export type { Token } from './token';
export { handleBound } from './bound-input';
export { factsOf, itemsOf, trustItems } from './checked-input';
