import 'should';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { CODES, isOpenotCode, type OpenotCode } from '../../../lib/base/codes';
import type { DefinitionErrorCode } from '../../../lib/definition/error';
import type { ReaderError } from '../../../lib/reader';
import { captureError, type CaptureErrorDetail } from '../../../lib/capture/format/error';
import type { ControlBlockErrorDetail, PositionTooLarge } from '../../../lib/ring/control-block';
import { controlBlockErrorCode } from '../../../lib/ring/control-block-error';
import type { BytesError } from '../../../lib/stream/payload-bytes';
import { ringErrorCode, type RingErrorDetail } from '../../../lib/ring/ring-error';
import type { TransportError } from '../../../lib/transport/transport';
import { wireError, wireErrorCode, type WireErrorDetail } from '../../../lib/wire/errors';
import { SYNC_HEX_V1 } from '../../../lib/wire/header';

const root = path.resolve(__dirname, '../../..');
const known = new Set<string>(CODES);
/** Names of environment variables begin as codes do. */
const ENVIRONMENT = ['OPENOT_OPCUA_LOG'];
/** What codes of kinds are built from: `errorCode('OPENOT_RING', kind)`. */
const BUILT_FROM = ['OPENOT_WIRE', 'OPENOT_RING', 'OPENOT_CONTROL'];

/** Every file under the folder with one of these ends, as paths from the package's root. */
const filesOf = (folder: string, ends: readonly string[]): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((name) => ends.some((end) => name.endsWith(end)))
    .sort();

const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** Everything in the text that is written as a code and is none. `OPENOT_WIRE_…` names a family. */
const unknown = (text: string): string[] =>
  [...text.matchAll(/\bOPENOT_[A-Z0-9_]*/g)]
    .map(([word]) => word)
    .filter((word) => !(word.endsWith('_') ? CODES.some((code) => code.startsWith(word)) : known.has(word)));

/** Codes that a program can say: in text of its own, not in a comment and not in a type. */
function said(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) && !ts.isLiteralTypeNode(node.parent))
      found.push(...(node.text.match(/\bOPENOT_[A-Z0-9_]+\b/g) ?? []));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, textOf(file), ts.ScriptTarget.ES2022, true));
  return found;
}

const isTheList = (file: string): boolean => /^lib[\\/]base[\\/]codes/.test(file);
const sources = [...filesOf('lib', ['.ts']), ...filesOf('nodes', ['.ts'])].filter((file) => !isTheList(file));

/* One of each kind: the compiler asks for those that are missing. */
const ofWire: { readonly [K in WireErrorDetail['kind']]: Extract<WireErrorDetail, { kind: K }> } = {
  truncated: { kind: 'truncated', needed: 40, available: 1 },
  wrongSync: { kind: 'wrongSync', found: '00000000' },
  invalidLength: { kind: 'invalidLength', totalLength: 1, available: 40 },
  crcMismatch: { kind: 'crcMismatch', expected: 1, actual: 2 },
  invalidSlot: { kind: 'invalidSlot', offset: 36 },
  invalidPadding: { kind: 'invalidPadding', offset: 38 },
  slotTooLong: { kind: 'slotTooLong', key: 1, len: 300 },
  recordTooLong: { kind: 'recordTooLong', len: 70_000 }
};
type ControlDetail = ControlBlockErrorDetail | PositionTooLarge;
const ofControl: { readonly [K in ControlDetail['kind']]: Extract<ControlDetail, { kind: K }> } = {
  truncated: { kind: 'truncated', needed: 64, available: 1 },
  wrongSync: { kind: 'wrongSync', found: '00000000' },
  unsupportedVersion: { kind: 'unsupportedVersion', version: 3 },
  reservedNotZero: { kind: 'reservedNotZero', offset: 5 },
  updating: { kind: 'updating', seqlock: 1 },
  staleSnapshot: { kind: 'staleSnapshot', first: 2, second: 4 },
  positionTooLarge: { ok: false, kind: 'positionTooLarge', field: 'head', value: '9007199254740993' }
};
const ofRing: { readonly [K in RingErrorDetail['kind']]: Extract<RingErrorDetail, { kind: K }> } = {
  unexpectedWrapMarker: { kind: 'unexpectedWrapMarker', abs: 0 },
  wrapBeyondHead: { kind: 'wrapBeyondHead', abs: 0, boundaryAbs: 8, headAbs: 4 },
  recordCrossesBoundary: { kind: 'recordCrossesBoundary', abs: 0 },
  missingCrc: { kind: 'missingCrc', abs: 0 },
  wire: { kind: 'wire', abs: 0, error: wireError(ofWire.truncated) },
  capacityZero: { kind: 'capacityZero' },
  recordExceedsCapacity: { kind: 'recordExceedsCapacity', length: 40, capacity: 8 }
};
const ofCapture: { readonly [K in CaptureErrorDetail['kind']]: Extract<CaptureErrorDetail, { kind: K }> } = {
  magic: { kind: 'magic', found: '00' },
  version: { kind: 'version', version: 2 },
  cut: { kind: 'cut', at: 0, needed: 8, available: 4 },
  damaged: { kind: 'damaged', at: 0, what: 'its checksum' }
};

const built = (): string[] => [
  ...Object.values(ofWire).map(wireErrorCode),
  wireErrorCode({ kind: 'wrongSync', found: SYNC_HEX_V1 }),
  ...Object.values(ofControl).map(controlBlockErrorCode),
  controlBlockErrorCode({ kind: 'wrongSync', found: SYNC_HEX_V1 }),
  ...Object.values(ofRing).map(ringErrorCode),
  ...Object.values(ofCapture).map((detail) => captureError(detail).code)
];

/** The rows of docs/errors.md, table by table. */
function tables(): string[][][] {
  const found: string[][][] = [];
  for (const line of textOf('docs/errors.md').split('\n')) {
    if (line.startsWith('## ')) found.push([]);
    const cells = line.startsWith('| `')
      ? line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim())
      : undefined;
    if (cells !== undefined) found.at(-1)?.push(cells);
  }
  return found;
}

describe('the list of codes', () => {
  it('has every code once, each written as a code', () => {
    CODES.length.should.equal(known.size);
    CODES.filter((code) => !/^OPENOT(_[A-Z0-9]+)+$/.test(code)).should.eql([]);
  });

  it('has every code that stands in the source', () => {
    const allowed = [...ENVIRONMENT, ...BUILT_FROM];
    [...sources, ...filesOf('nodes', ['.html', '.json'])]
      .flatMap((file) => unknown(textOf(file)).map((code) => `${file}: ${code}`))
      .filter((found) => !allowed.some((word) => found.endsWith(`: ${word}`)))
      .should.eql([]);
  });

  it('has every code that is built from a kind', () => {
    built()
      .filter((code) => !known.has(code))
      .should.eql([]);
  });

  it('has no code that nothing can say', () => {
    const made = new Set([...sources.flatMap(said), ...built()]);
    CODES.filter((code) => !made.has(code)).should.eql([]);
  });
});

describe('docs/errors.md', () => {
  it('has one row for each code, and no other', () => {
    const rows = tables().flat();
    rows
      .map(([code]) => code.replaceAll('`', ''))
      .should.be.eql([...new Set(rows.map(([code]) => code.replaceAll('`', '')))], 'no code twice');
    rows
      .map(([code]) => code.replaceAll('`', ''))
      .sort()
      .should.eql([...CODES].sort());
  });

  it('says of each what it means and what to do', () => {
    tables()
      .flat()
      .filter((cells) => cells.length !== 3 || cells.slice(1).some((cell) => !/^[A-Z`].*\.$/s.test(cell)))
      .should.eql([]);
  });

  it('has its rows in the order of the list: subject by subject, alphabetical in each', () => {
    const codes = tables().map((rows) => rows.map(([code]) => code.replaceAll('`', '')));
    codes.flat().should.eql([...CODES]);
    for (const table of codes) table.should.eql([...table].sort());
  });
});

describe('what people read', () => {
  const read = [
    'README.md',
    'CHANGELOG.md',
    ...filesOf('docs', ['.md']),
    ...(existsSync(path.join(root, 'examples')) ? filesOf('examples', ['.json']) : []),
    ...filesOf('nodes', ['.html', '.json']).filter((file) => file.includes('locales'))
  ];

  it('names no code that does not exist', () => {
    read.flatMap((file) => unknown(textOf(file)).map((code) => `${file}: ${code}`)).should.eql([]);
  });

  it('is looked through as a whole', () => {
    read.filter((file) => file.includes('locales')).length.should.be.above(10);
    read.should.containEql(path.join('docs', 'errors.md'));
    unknown('OPENOT_MADE_UP, OPENOT_WIRE_…, OPENOT_NONE_…, OPENOT_CONFIG').should.eql([
      'OPENOT_MADE_UP',
      'OPENOT_NONE_'
    ]);
  });
});

type IsSame<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

describe('the type of the codes', () => {
  it('is that of every error which an application takes', () => {
    const same: [
      IsSame<ReaderError['code'], OpenotCode>,
      IsSame<TransportError['code'], OpenotCode>,
      IsSame<BytesError['code'], OpenotCode>,
      IsSame<DefinitionErrorCode | OpenotCode, OpenotCode>,
      IsSame<ReturnType<typeof ringErrorCode>, OpenotCode>
    ] = [true, true, true, true, true];
    same.should.not.containEql(false);
  });

  it('lets the compiler check that a switch handles every code', () => {
    const adviceFor = (error: { readonly code: Extract<OpenotCode, `OPENOT_SIMULATOR_${string}`> }): string => {
      switch (error.code) {
        case 'OPENOT_SIMULATOR_COMMAND':
        case 'OPENOT_SIMULATOR_COUNT':
          return 'send another one';
        case 'OPENOT_SIMULATOR_STATE':
          return 'start it';
        case 'OPENOT_SIMULATOR_SERVER':
          return 'free the port';
      }
    };
    adviceFor({ code: 'OPENOT_SIMULATOR_STATE' }).should.equal('start it');
    // A case that is missing, one that does not exist, and text that may be anything do not compile.
    const handled = ({ code }: ReaderError): boolean => {
      switch (code) {
        case 'OPENOT_READER_BUSY':
          return true;
        // @ts-expect-error no such code
        case 'OPENOT_READER_BORED':
          return true;
        default: {
          // @ts-expect-error there are others
          const nothing: never = code;
          return nothing === undefined;
        }
      }
    };
    handled({ code: 'OPENOT_READER_BUSY', message: '' }).should.equal(true);
    // @ts-expect-error any text is no code
    const error: ReaderError = { code: String('OPENOT_CONFIG'), message: '' };
    isOpenotCode(error.code).should.equal(true);
    isOpenotCode('OPENOT_READER_BORED').should.equal(false);
  });
});
