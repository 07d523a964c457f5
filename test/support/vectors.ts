/**
 * The conformance vectors, read in place from ../shared/vectors or from the folder in OPENOT_VECTORS. They are not
 * part of the project: where they are missing, tests say `skipped: no vectors`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

const root = path.resolve(process.env.OPENOT_VECTORS ?? path.join(__dirname, '..', '..', '..', 'shared', 'vectors'));

/** Whether the vectors are there. */
export const haveVectors = existsSync(path.join(root, 'wire'));

/** A JSON value whose integers beyond 2^53-1 are bigints. */
export type Json = null | boolean | number | bigint | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

if (!haveVectors && process.env.OPENOT_REQUIRE_VECTORS)
  throw new Error(`the conformance vectors are not at ${root}, and OPENOT_REQUIRE_VECTORS asks for them`);

/** `describe` for tests on vectors: one pending test, `skipped: no vectors`, where the folder is missing. */
export function describeVectors(title: string, body: () => void): void {
  describe(title, haveVectors ? body : () => it('skipped: no vectors'));
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MARK = '\u0000integer:';

/** Parses JSON; an integer that a number cannot hold becomes a bigint. */
export function parseJson(text: string): Json {
  const marked = text.replace(TOKEN, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? JSON.stringify(MARK + token) : token
  );
  return JSON.parse(marked, (_name, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value
  ) as Json;
}

/** Bytes of hex text; white space is ignored. */
export function bytesOfHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) throw new Error('not hex text');
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** The text of a file under the vectors' folder, for example `documents/event_state_transition.json`. */
export function vectorText(relativePath: string): string {
  return readFileSync(path.join(root, relativePath), 'utf8');
}

export interface WireVector {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly json: JsonObject;
}

/** Every vector of `wire/`, or those of one kind: `record`, `control-block`. Sorted by name. */
export function wireVectors(kind?: 'record' | 'control-block'): WireVector[] {
  return readdirSync(path.join(root, 'wire'))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.json'.length);
      return {
        name,
        bytes: bytesOfHex(vectorText(`wire/${name}.hex`)),
        json: parseJson(vectorText(`wire/${file}`)) as JsonObject
      };
    })
    .filter((vector) => kind === undefined || vector.json.kind === kind);
}

/** The bytes of one wire vector. */
export function wireBytes(name: string): Uint8Array {
  return bytesOfHex(vectorText(`wire/${name}.hex`));
}

/** A document vector: exact text of one line, without the line end. */
export function documentText(name: string): string {
  return vectorText(`documents/${name}.json`).replace(/\r?\n$/, '');
}

/** A definition vector's text, for example `sample`, `reactor`. */
export function definitionText(name: string): string {
  return vectorText(`definitions/${name}.json`);
}

/** A captured ring: its memory and the fields of its control block. */
export interface Capture {
  readonly name: string;
  readonly ring: Uint8Array;
  readonly control: {
    readonly headAbs: number;
    readonly oldestAbs: number;
    readonly lostCount: number;
    readonly runId: number;
    readonly epochId: number;
    readonly epochFirstAbs: number;
    readonly definitionHash: string;
    readonly prevDefinitionHash: string;
  };
}

export function capture(name: string): Capture {
  return {
    name,
    ring: bytesOfHex(vectorText(`captures/${name}/ring.hex`)),
    control: parseJson(vectorText(`captures/${name}/control.json`)) as Capture['control']
  };
}

export function captureNames(): string[] {
  return readdirSync(path.join(root, 'captures')).sort();
}
