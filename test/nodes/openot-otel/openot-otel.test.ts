import should from 'should';
import type { LogsRequest } from '../../../lib/otel/otlp';
import { Flow, FlowNode, settled, shouldBePlain, sink, statusesOf, until, useNodeRed } from '../../support/node-red';
import { eventDocument, otelNode, resource } from './support/otel';

const flow = (otel: Record<string, unknown> = {}, ...more: FlowNode[]): Promise<Flow> => Flow.start([otelNode({ wires: [['logs'], ['metrics'], ['traces']], ...otel }), sink('logs'), sink('metrics'), sink('traces'), ...more]);
const facts = (commit: string[] = ['r/b/1'], more: object = {}): object => ({ stream: 'line 1', incarnation: 0, bufferId: 7, receiveTimeNs: '1780000000000000001', commit, ...more });

describe('openot-otel', () => {
  useNodeRed();

  it('makes a logs request of enriched documents, and sends it with the tokens', async () => {
    const running = await flow();
    running.send('otel', { payload: [eventDocument(1), eventDocument(2)], openot: facts(), topic: 'line 1', mine: 'kept' } as never);
    await until('logs', () => running.at('logs').length > 0);
    const [sent] = running.at('logs');
    should(sent.topic).equal('logs');
    should(sent.headers).eql({ 'content-type': 'application/json' });
    should(sent).have.property('mine', 'kept');
    should((sent.openot as { commit: string[] }).commit).eql(['r/b/1']);
    const { resourceLogs } = sent.payload as LogsRequest;
    should(resourceLogs[0].resource.attributes).eql(resource('line 1'));
    should(resourceLogs[0].scopeLogs[0].scope.name).equal('openot');
    should(resourceLogs[0].scopeLogs[0].logRecords.length).equal(2);
    shouldBePlain(sent);
    await settled();
    should(running.at('completed').length).equal(1);
    should(running.caught).eql([]);
    should(statusesOf('otel').some(({ text }) => text !== undefined)).be.true();
  });
});
