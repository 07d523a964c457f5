/** Every id, name and label of the OpenOT registry. */
export * from './enumerations';
export * from './events';
export * from './procedural-models';
export * from './tlv-types';
export * from './value-keys';
