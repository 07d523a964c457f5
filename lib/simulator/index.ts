export * from './opcua/opcua-server';
export * from './opcua/quirks';
export * from './memory';
export * from './producer';
export * from './lifecycle';
