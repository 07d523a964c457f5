import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import { handleBound } from '../shared/bound-input';
import { buildNode } from '../shared/build-node';
import { DefinitionUser } from '../shared/definition-user';
import { choiceOf } from '../shared/numbers';
import { Hop } from '../shared/passage';
import { shortCount, ThrottledStatus } from '../shared/status';
import { DocController } from './controller';

interface DocDef extends NodeDef {
  definition: string;
  whenUnadvertised: string;
  profile: string;
  format: string;
  emit: string;
  outputs: number | string;
}

const init = (RED: NodeAPI): void => {
  function OpenotDoc(this: Node, def: DocDef): void {
    RED.nodes.createNode(this, def);
    const hop = new Hop(RED, this);
    let user: DefinitionUser | undefined;
    const make = (status: ThrottledStatus): void => {
      const used = (user = new DefinitionUser(RED, this, def.definition, choiceOf(def.whenUnadvertised, 'whenUnadvertised', ['placeholder', 'assume'])));
      const settings = {
        profile: choiceOf(def.profile, 'profile', ['strict', 'enriched']),
        format: choiceOf(def.format, 'format', ['object', 'json', 'ndjson']),
        emit: choiceOf(def.emit, 'emit', ['batch', 'document']),
        outputs: choiceOf(String(def.outputs ?? ''), 'outputs', ['1', '3']) === '3' ? (3 as const) : (1 as const)
      };
      const controller = new DocController(settings, (facts) => used.bind(facts), () => RED.util.generateId());
      handleBound({
        node: this,
        hop,
        user: used,
        status,
        show: (failed) => showDoc(controller, used, failed),
        work: (message, pass) => {
          for (const { port, message: output } of controller.document(message)) pass(port === 0 ? output : port === 1 ? [null, output] : [null, null, output]);
        }
      });
    };
    const release = (): void => {
      hop.close();
      user?.close();
    };
    buildNode(this, make, { release });
  }
  RED.nodes.registerType('openot-doc', OpenotDoc);
};

function showDoc({ totals }: DocController, user: DefinitionUser, failed: string): NodeStatus {
  const { events, losses, placeholders } = totals;
  const counts = [`${shortCount(events)} events`, ...(placeholders > 0 ? [`${shortCount(placeholders)} placeholders`] : []), ...(losses > 0 ? [`${shortCount(losses)} losses`] : [])].join(', ');
  if (failed !== '') return { fill: 'red', shape: 'ring', text: `${failed} (${counts})` };
  if (user.isMissing) return { fill: 'red', shape: 'ring', text: `no definition node (${counts})` };
  if (user.pending !== undefined) return { fill: 'yellow', shape: 'ring', text: 'loading definitions' };
  const { held, refused } = user.state();
  if (refused > 0) return { fill: 'yellow', shape: 'dot', text: `${counts}; ${refused} definition${refused === 1 ? '' : 's'} refused` };
  if (held === 0) return { fill: 'yellow', shape: 'ring', text: `no definition loaded: ${counts}` };
  return { fill: placeholders > 0 ? 'yellow' : 'green', shape: 'dot', text: counts };
}
export = init;
