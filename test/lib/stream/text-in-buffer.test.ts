import should from 'should';
import { bytesFromPayload } from '../../../lib/stream';
import { encoded } from '../../support/records';

describe('text of records that comes as a Buffer', () => {
  const record = Buffer.from(encoded());

  for (const form of ['hex', 'base64'] as const) {
    it(`is named where it is ${form}, with what to do, whatever the view is and where white space stands before it`, () => {
      const text = Buffer.from(`\n ${record.toString(form)}`);
      for (const payload of [text, new Uint8Array(text)]) {
        const result = bytesFromPayload(payload);
        should(result).match({ ok: false, code: 'OPENOT_PAYLOAD_NOT_BYTES', offset: 0 });
        should((result as { message: string }).message)
          .match(new RegExp(`found a Buffer with ${form} text in it`))
          .and.match(/msg\.payload\.toString\(\)/);
      }
      should(bytesFromPayload(text.toString())).eql({ ok: true, bytes: record });
    });
  }

  it('is no matter for records as they are, and for no bytes at all', () => {
    should(bytesFromPayload(record)).eql({ ok: true, bytes: record });
    should(bytesFromPayload(Buffer.alloc(0))).eql({ ok: true, bytes: Buffer.alloc(0) });
  });
});
