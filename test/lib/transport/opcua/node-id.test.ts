import should from 'should';
import { parseNodeId, resolveNodeId } from '../../../../lib/transport/opcua/node-id';

const resolved = (text: string, namespaces: string[], known?: string): string => {
  const written = parseNodeId(text);
  if (!written.ok) return written.message;
  const found = resolveNodeId(written, namespaces, known);
  return found.ok ? found.nodeId.toString() : found.message;
};

describe('OPC UA transport: NodeIds', () => {
  const names = ['http://opcfoundation.org/UA/', 'urn:server', 'http://www.siemens.com/simatic-s7-opcua', 'urn:x'];

  it('keeps the quotes of a Siemens name, and everything after the first s=', () => {
    should(resolved('ns=2;s="Ring"."Data"', names)).equal('ns=2;s="Ring"."Data"');
    should(resolved('ns=3;s=|var|CODESYS Control for Raspberry Pi 64 SL.Application.GVL.Ring', names)).equal(
      'ns=3;s=|var|CODESYS Control for Raspberry Pi 64 SL.Application.GVL.Ring'
    );
    should(resolved('ns=3;s=a;s=b', names)).equal('ns=3;s=a;s=b');
  });

  it('takes numbers, GUIDs and byte strings', () => {
    should(resolved('i=2255', names)).equal('ns=0;i=2255');
    should(resolved('ns=3;i=1001', names)).equal('ns=3;i=1001');
    should(resolved('ns=1;g=72962B91-FA75-4AE6-8D28-B404DC7DAF63', names)).match(
      /^ns=1;g=72962B91-FA75-4AE6-8D28-B404DC7DAF63$/i
    );
    should(resolved('ns=1;b=AQID', names)).match(/^ns=1;b=/);
  });

  it('finds a namespace by its URI wherever it stands now', () => {
    should(resolved('nsu=http://www.siemens.com/simatic-s7-opcua;s="A"', names)).equal('ns=2;s="A"');
    should(
      resolved('nsu=http://www.siemens.com/simatic-s7-opcua;s="A"', [
        'http://opcfoundation.org/UA/',
        'urn:server',
        'urn:new',
        names[2]
      ])
    ).equal('ns=3;s="A"');
  });

  it('follows a plain index to where its namespace has moved', () => {
    should(resolved('ns=2;s="A"', ['http://opcfoundation.org/UA/', 'urn:server', 'urn:new', names[2]], names[2])).equal(
      'ns=3;s="A"'
    );
  });

  it('says what is wrong', () => {
    should(resolved('Ring', names)).match(/is not a NodeId/);
    should(resolved('i=abc', names)).match(/number/);
    should(resolved('ns=99999;i=1', names)).match(/65535/);
    should(resolved('ns=70000;s=x', names)).match(/65535/);
    should(resolved('', names)).match(/is not a NodeId/);
    should(resolved('nsu=urn:none;i=1', names)).match(/no namespace "urn:none"/);
    should(resolved('ns=9;i=1', names)).match(/no namespace 9/);
  });

  // node-opcua throws on each of these when it is handed one.
  for (const [text, why] of [
    ['g=hello', /GUID/],
    ['ns=1;g=72962B91FA754AE68D28B404DC7DAF63', /GUID/],
    ['ns=1;i=9999999999', /4294967295/],
    ['i=4294967296', /4294967295/],
    ['i=-1', /4294967295/],
    ['ns=1;b=%%%', /base64/],
    ['ns=1;b=A', /base64/],
    ['ns=1;b=AR==', /base64/],
    [`s=${'x'.repeat(4097)}`, /4096/]
  ] as Array<[string, RegExp]>) {
    it(`refuses ${text.slice(0, 40)}`, () => {
      const parsed = parseNodeId(text);
      should(parsed.ok).be.false();
      should(!parsed.ok && parsed.message).match(why);
      should(!parsed.ok && parsed.message.length).be.below(300);
    });
  }

  it('takes the greatest number, and base64 with and without its padding', () => {
    should(resolved('i=4294967295', names)).equal('ns=0;i=4294967295');
    for (const text of ['ns=1;b=AQIDBA==', 'ns=1;b=AQIDBA', 'ns=1;b=AA=='])
      should(resolved(text, names)).match(/^ns=1;b=A/);
  });
});
