import { Plc, startPlc } from '../e2e/support/plc';
import { openot } from '../support/cli/openot';

describe('openot tail', function () {
  this.timeout(300_000);
  let plc: Plc;
  before(async () => (plc = await startPlc({ rate: 100 })));
  after(() => plc.stop());

  it('writes what a ring holds from its oldest record on, and ends after so many', async () => {
    const rings = plc.ringNodeIds.flatMap((id) => ['--ring', id]);
    const where = [plc.endpointUrl, '--control', plc.controlNodeId, ...rings];
    const ran = await openot(['tail', ...where, '--from', 'oldest', '--count', '5', '--format', 'strict']);
    [ran.code, ran.error].should.eql([0, '']);
    ran.lines.length.should.equal(5);
    for (const line of ran.lines) (JSON.parse(line) as object).should.have.property('provenance');
  });
});
