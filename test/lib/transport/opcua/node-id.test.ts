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
    should(resolved('ns=3;s=|var|CODESYS Control for Raspberry Pi 64 SL.Application.GVL.Ring', names)).equal('ns=3;s=|var|CODESYS Control for Raspberry Pi 64 SL.Application.GVL.Ring');
    should(resolved('ns=3;s=a;s=b', names)).equal('ns=3;s=a;s=b');
  });

  it('takes numbers, GUIDs and byte strings', () => {
    should(resolved('i=2255', names)).equal('ns=0;i=2255');
    should(resolved('ns=3;i=1001', names)).equal('ns=3;i=1001');
    should(resolved('ns=1;g=72962B91-FA75-4AE6-8D28-B404DC7DAF63', names)).match(/^ns=1;g=72962B91-FA75-4AE6-8D28-B404DC7DAF63$/i);
    should(resolved('ns=1;b=AQID', names)).match(/^ns=1;b=/);
  });

  it('finds a namespace by its URI wherever it stands now', () => {
    should(resolved('nsu=http://www.siemens.com/simatic-s7-opcua;s="A"', names)).equal('ns=2;s="A"');
    should(resolved('nsu=http://www.siemens.com/simatic-s7-opcua;s="A"', ['http://opcfoundation.org/UA/', 'urn:server', 'urn:new', names[2]])).equal('ns=3;s="A"');
  });

  it('follows a plain index to where its namespace has moved', () => {
    should(resolved('ns=2;s="A"', ['http://opcfoundation.org/UA/', 'urn:server', 'urn:new', names[2]], names[2])).equal('ns=3;s="A"');
  });

  it('says what is wrong', () => {
    should(resolved('Ring', names)).match(/is not a NodeId/);
    should(resolved('i=abc', names)).match(/number/);
    should(resolved('ns=99999;i=1', names)).match(/65535/);
    should(resolved('nsu=urn:none;i=1', names)).match(/no namespace "urn:none"/);
    should(resolved('ns=9;i=1', names)).match(/no namespace 9/);
  });
});
