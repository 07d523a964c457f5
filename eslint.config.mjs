import tseslint from 'typescript-eslint';
import noModuleState from './scripts/lint/no-module-state.mjs';
import { LARGE_FILES, MOST_COLUMNS, MOST_LINES, UNCUT } from './scripts/house/large-files.mjs';

/*
 * The layer rules of docs/design.md 2.
 * 1. Imports point one way: nodes -> lib; inside lib each folder may import only what stands in its row. A carriage
 *    does not import another one. A node uses a room by its index, and nothing of another node.
 * 2. The pure folders touch no clock, timer, socket, file or randomness, so that the fault simulator can own them.
 */
const mayImport = {
  base: [],
  wire: ['base'],
  ring: ['base', 'wire'],
  stream: ['base', 'wire', 'ring'],
  loss: ['base', 'wire', 'ring', 'stream'],
  definition: ['base', 'wire', 'ring', 'stream'],
  document: ['base', 'wire', 'ring', 'stream', 'definition'],
  telemetry: ['base', 'state', 'wire', 'ring', 'stream', 'definition', 'document'],
  otlp: ['base', 'telemetry'],
  state: ['base'],
  logobject: ['base'],
  reader: ['base', 'wire', 'ring', 'stream', 'loss', 'state', 'transport/transport'],
  transport: ['base', 'wire', 'ring', 'logobject'],
  capture: ['base', 'wire', 'ring', 'transport/transport'],
  discovery: ['base', 'wire', 'ring', 'transport/transport', 'transport/opcua', 'transport/modbus'],
  archive: ['base', 'state', 'wire', 'ring', 'stream', 'loss', 'definition', 'document'],
  simulator: ['base', 'wire', 'ring', 'definition', 'logobject']
};
const pure = [
  'base',
  'wire',
  'ring',
  'stream',
  'loss',
  'definition',
  'document',
  'telemetry',
  'state',
  'logobject',
  'reader',
  'archive'
];
/*
 * What stands in the room of a pure folder and is not pure: the real clock, the real timers, the real files. Pure code
 * must not import it.
 */
const real = ['base/system', 'base/deadline', 'state/files', 'reader/open-reader', 'reader/index', 'archive/files'];
/* A digest depends on nothing but its bytes: the one file of a pure room that may ask node:crypto for it. */
const digest = 'lib/archive/tree/digest.ts';
const realFiles = real.flatMap((place) => [`lib/${place}.ts`, `lib/${place}/**/*.ts`]);
/* The pure rooms whose modules keep nothing: whoever uses them has all of it in an instance. */
const stateless = [...pure.filter((room) => room !== 'archive'), 'otlp'];
const folders = Object.keys(mayImport);
/*
 * The rooms inside lib/reader (lib/reader/README.md): what a room must not import of the others. What is decided is
 * decided without looking and without a clock: both come in by the observation.
 */
const noClock = [
  { group: ['**/ports'], message: 'given no clock: the time stands in the observation (lib/reader/README.md)' },
  {
    group: ['**/base', '**/base/ports'],
    importNames: ['Clock', 'Random'],
    message: 'given no clock: the time stands in the observation (lib/reader/README.md)'
  }
];
const room = (place, ...shut) => ({
  files: [`lib/reader/${place}.ts`],
  patterns: shut.map((other) => ({
    group: [`**/${other}`, ...(other.includes('/') ? [] : [`**/${other}/**`])],
    message: `lib/reader/${place.split('/')[0]} must not import ${other} (lib/reader/README.md)`
  }))
});
const readerRooms = [
  room('judge/**/*', 'observe/ring-reads', 'observe/observer', 'loop'),
  room('observe/**/*', 'loop', 'progress'),
  room('progress/**/*', 'loop', 'observe/ring-reads', 'observe/observer')
];
const withoutClock = ['seqlock', 'read-size', 'read-plan'].map((name) => `lib/reader/observe/${name}.ts`);
/* Each carriage is a folder of lib/transport; link/ is what they share, and knows no carriage and no ring. */
const carriages = ['opcua', 'modbus'];
const carriageRules = (patterns) => {
  const shut = (names) => ({
    group: names.flatMap((name) => [`**/${name}`, `**/${name}/**`]),
    message: 'carriages do not import each other; their interface and what they share know none (docs/design.md 2)'
  });
  const rule = (files, names) => ({
    files: [files],
    rules: { 'no-restricted-imports': ['error', { patterns: [...patterns, shut(names)] }] }
  });
  return [
    rule('lib/transport/*.ts', carriages),
    rule('lib/transport/link/**/*.ts', [...carriages, 'ring']),
    ...carriages.map((name) =>
      rule(
        `lib/transport/${name}/**/*.ts`,
        carriages.filter((other) => other !== name)
      )
    )
  ];
};
/* What a node may import beside the indexes of the rooms: parts that have an index or a subject of their own. */
const doors = [
  'base/system',
  'state/files',
  'transport/transport',
  'archive/files',
  ...carriages.map((name) => `transport/${name}`)
];
const nodeRules = {
  files: ['nodes/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: ['**/lib/*/**', ...doors.map((door) => `!**/lib/${door}`)],
            message: 'a node uses a room by its index: export there what is missing (docs/design.md 2)'
          },
          {
            group: doors.map((door) => `**/lib/${door}/**`),
            message: 'a node uses a room by its index: export there what is missing (docs/design.md 2)'
          },
          {
            group: ['**/openot-*/**'],
            message:
              'no node imports another: shared things stand in nodes/runtime and nodes/delivery (docs/design.md 2)'
          }
        ]
      }
    ]
  }
};
/* What the browser loads: of the rest only what is lib-free or pure, and small. */
const editorRules = {
  files: ['editor/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: [
              'node:*',
              '**/lib/**',
              '!**/lib/definition',
              '!**/lib/definition/json-reader',
              '**/nodes/**',
              '!**/nodes/runtime',
              '!**/nodes/runtime/migrations'
            ],
            message: 'a dialog runs in the browser (docs/design.md 2)'
          }
        ]
      }
    ]
  }
};
const readerRules = (patterns) => [
  ...readerRooms.map(({ files, patterns: more }) => ({
    files,
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [...patterns, ...more, ...(files[0].includes('/judge/') ? noClock : [])] }
      ]
    }
  })),
  {
    files: withoutClock,
    rules: { 'no-restricted-imports': ['error', { patterns: [...patterns, ...readerRooms[1].patterns, ...noClock] }] }
  }
];

const layerRules = folders.flatMap((folder) => {
  const forbidden = folders.filter((other) => other !== folder && !mayImport[folder].includes(other));
  const patterns = forbidden.map((other) => {
    const allowed = mayImport[folder].filter((entry) => entry.startsWith(other + '/'));
    // A file can be let in again only where its folder as such is not shut out.
    const closed = [`../${other}`, `../../${other}`, `**/${other}/**`];
    const group = allowed.length > 0 ? [`**/${other}/*`, ...allowed.map((entry) => `!**/${entry}`)] : closed;
    return { group, message: `lib/${folder} must not import lib/${other} (docs/design.md 2)` };
  });
  // Where a carriage may be imported, then by its index.
  const byIndex = mayImport[folder].filter((entry) => carriages.some((name) => entry === `transport/${name}`));
  if (byIndex.length > 0)
    patterns.push({
      group: byIndex.flatMap((entry) => [`**/${entry}/**`, `!**/${entry}/probing`]),
      message: `lib/${folder} uses a carriage by its index, or by what is there for it (docs/design.md 2)`
    });
  patterns.push({
    group: ['**/nodes/**', 'node-red', '@node-red/*'],
    message: 'lib knows nothing of nodes or Node-RED (docs/design.md 2)'
  });
  const files = [`lib/${folder}/**/*.ts`];
  const rules = (all) => ({ 'no-restricted-imports': ['error', { patterns: all }] });
  if (!pure.includes(folder))
    return [{ files, rules: rules(patterns) }, ...(folder === 'transport' ? carriageRules(patterns) : [])];
  const machine = {
    group: [
      'node:*',
      'fs',
      'fs/*',
      'net',
      'tls',
      'http',
      'https',
      'dgram',
      'timers',
      'timers/*',
      'crypto',
      'child_process',
      'worker_threads',
      'os',
      'perf_hooks'
    ],
    message: `lib/${folder} touches no clock, socket, timer, file or randomness (docs/design.md 2)`
  };
  const own = real.filter((place) => place.startsWith(folder + '/')).map((place) => './' + place.split('/')[1]);
  const given = {
    group: [...real.flatMap((place) => [`**/${place}`, `**/${place}/**`]), ...own],
    message: `lib/${folder} is given its clock, timers and files (docs/design.md 2)`
  };
  return [
    { files, rules: rules([...patterns, machine, given]), ...(folder === 'archive' ? { ignores: [digest] } : {}) },
    ...(folder === 'reader' ? readerRules([...patterns, machine, given]) : []),
    { files: realFiles.filter((file) => file.startsWith(`lib/${folder}/`)), rules: rules(patterns) }
  ].filter((entry) => entry.files.length > 0);
});

const touched = [
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'process',
  'fetch',
  'require',
  'crypto'
];

const maxLen = { code: MOST_COLUMNS, ignoreUrls: true, ignoreRegExpLiterals: true, ignorePattern: UNCUT.source };

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.demo/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: MOST_LINES }]
    }
  },
  { files: Object.keys(LARGE_FILES), rules: { 'max-lines': 'off' } },
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.js', '**/*.cjs'],
    rules: {
      'max-len': ['error', maxLen]
    }
  },
  ...layerRules,
  nodeRules,
  editorRules,
  {
    files: pure.map((folder) => `lib/${folder}/**/*.ts`),
    ignores: realFiles,
    rules: {
      'no-restricted-globals': [
        'error',
        ...touched.map((name) => ({
          name,
          message: 'the pure folders are given their clock, timers and randomness (docs/design.md 2)'
        }))
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'the pure folders are given their randomness (docs/design.md 2)'
        }
      ]
    }
  },
  {
    files: stateless.map((folder) => `lib/${folder}/**/*.ts`),
    ignores: realFiles,
    plugins: { openot: { rules: { 'no-module-state': noModuleState } } },
    rules: { 'openot/no-module-state': 'error' }
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'docs/library/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-unused-expressions': 'off', 'max-lines': 'off' }
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.{ts,mjs}'],
    rules: { 'max-len': ['error', { ...maxLen, ignoreTemplateLiterals: true }] }
  },
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-console': 'off', '@typescript-eslint/no-require-imports': 'off' }
  }
);
