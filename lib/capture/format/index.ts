/** The capture file: its frames, writing and reading them (docs/format.md 20). Pure. */
export * from './decode';
export * from './encode';
export * from './error';
export * from './frames';
