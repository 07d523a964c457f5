export * from './checkpoint';
export * from './proof-file';
export * from './signed-note';
