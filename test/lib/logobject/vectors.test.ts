import { strict as assert } from 'node:assert';
import { decodeLogRecords, encodeLogRecords } from '../../../lib/logobject';
import { bytesOf, loadVectors, shownRecord, withoutDecoded } from './support/vectors';

const codeOf: Record<string, string> = {
  truncated: 'OPENOT_LOG_TRUNCATED',
  nesting: 'OPENOT_LOG_TOO_DEEP',
  'unknown-mask-bits': 'OPENOT_LOG_UNKNOWN_FIELD'
};

/** Written by hand so that no encoder would write them: what cannot come back out of ours. */
const notReproduced = new Set(['null-array', 'invalid-utf8', 'extra-bytes-after']);

describe('log records of a foreign encoder', () => {
  const vectors = loadVectors();

  it('are 32 files', () => assert.equal(vectors.length, 32));

  for (const vector of vectors) {
    vector.bodies.forEach((body, page) => {
      const name = vector.bodies.length > 1 ? `${vector.name}, page ${page + 1}` : vector.name;
      const decoded = decodeLogRecords(bytesOf(body));
      const { expected } = body;

      if (expected.error !== undefined) {
        it(`${name} is refused: ${expected.error}`, () => {
          assert.ok(!decoded.ok);
          assert.equal(decoded.code, codeOf[expected.error as string]);
          assert.deepEqual(decoded.detail.records, []);
          if (expected.index !== undefined) assert.equal(decoded.detail.index, expected.index);
        });
        return;
      }

      it(`${name} decodes to its value`, () => {
        assert.ok(decoded.ok, decoded.ok ? '' : decoded.message);
        assert.equal(decoded.layout, vector.layout);
        assert.equal(decoded.unreadBytes, expected.unreadBytes ?? 0);
        assert.equal(decoded.invalidTexts > 0, expected.warning === 'utf8');
        assert.deepEqual(decoded.records.map(shownRecord), withoutDecoded(expected.records ?? []));
      });

      if (notReproduced.has(vector.name)) return;
      it(`${name} is encoded to the same bytes`, () => {
        assert.ok(decoded.ok);
        const encoded = encodeLogRecords(decoded.records, { layout: vector.layout });
        assert.equal(encoded.toString('hex'), bytesOf(body).toString('hex'));
      });
    });
  }

  it('a page cut anywhere is refused, or is the records before the cut with nothing invented', () => {
    for (const vector of vectors.filter(({ name }) => name !== 'long-message' && name !== 'wire-serverlog-250')) {
      for (const body of vector.bodies) {
        const bytes = bytesOf(body);
        const whole = decodeLogRecords(bytes);
        if (!whole.ok) continue;
        for (let end = 0; end < bytes.length - whole.unreadBytes; end++) {
          const cut = decodeLogRecords(bytes.subarray(0, end));
          assert.ok(!cut.ok, `${vector.name} cut at ${end}`);
          assert.deepEqual(cut.detail.records, whole.records.slice(0, cut.detail.records.length));
        }
      }
    }
  });
});
