import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import { DeliveryPort, handleBound } from '../delivery';
import { buildNode } from '../runtime/build-node';
import { DefinitionUser } from '../runtime/definition-user';
import { migrated } from '../runtime/migrated';
import { choiceOf } from '../runtime/numbers';
import { showDefinitions } from '../runtime/show-definitions';
import { shortCount, ThrottledStatus } from '../runtime/status';
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
  function OpenotDoc(this: Node, saved: DocDef): void {
    RED.nodes.createNode(this, saved);
    const delivery = new DeliveryPort(RED, this, { outputs: [0, 1, 2] });
    let user: DefinitionUser | undefined;
    const make = (status: ThrottledStatus): void => {
      const def = migrated(saved);
      const used = (user = new DefinitionUser(
        RED,
        this,
        def.definition,
        choiceOf(def.whenUnadvertised, 'No hash given', ['placeholder', 'assume'])
      ));
      const settings = {
        profile: choiceOf(def.profile, 'Profile', ['strict', 'enriched']),
        format: choiceOf(def.format, 'Format', ['object', 'json', 'ndjson']),
        emit: choiceOf(def.emit, 'Sends', ['batch', 'document']),
        outputs: choiceOf(String(def.outputs ?? ''), 'Outputs', ['1', '3']) === '3' ? (3 as const) : (1 as const)
      };
      const controller = new DocController(
        settings,
        (facts) => used.bind(facts),
        () => RED.util.generateId()
      );
      handleBound({
        node: this,
        delivery,
        user: used,
        status,
        show: (failed) => showDoc(controller, used, failed),
        work: (message, pass) => {
          for (const { port, message: output } of controller.document(message))
            pass(port === 0 ? output : port === 1 ? [null, output] : [null, null, output]);
        }
      });
    };
    const release = (): void => {
      delivery.close();
      user?.close();
    };
    buildNode(this, make, { release, delivery });
  }
  RED.nodes.registerType('openot-doc', OpenotDoc);
};

function showDoc({ totals, lastPlaceholders }: DocController, user: DefinitionUser, failed: string): NodeStatus {
  const { events, losses, placeholders } = totals;
  const counts = [
    `${shortCount(events)} events`,
    ...(placeholders > 0 ? [`${shortCount(placeholders)} placeholders`] : []),
    ...(losses > 0 ? [`${shortCount(losses)} losses`] : [])
  ].join(', ');
  if (failed !== '') return { fill: 'red', shape: 'ring', text: `${failed} (${counts})` };
  // The colour says now: placeholders in the last batch; the counts say since the start.
  return (
    showDefinitions(user, counts) ?? { fill: lastPlaceholders > 0 ? 'yellow' : 'green', shape: 'dot', text: counts }
  );
}
export = init;
