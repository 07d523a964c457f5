export * from './digest';
export * from './edge';
export * from './merkle';
export * from './tiles';
