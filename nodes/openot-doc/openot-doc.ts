import type { Node, NodeAPI, NodeDef } from 'node-red';
import { DeliveryPort, handleBound } from '../delivery';
import { buildNode } from '../runtime/build-node';
import { DefinitionUser } from '../runtime/definition-user';
import { migrated } from '../runtime/migrated';
import { choiceOf } from '../runtime/numbers';
import { ThrottledStatus } from '../runtime/status';
import { DocController } from './controller';
import { showDoc } from './show';

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
      if (settings.outputs === 3) delivery.onStarted(() => warnUnwired(this, delivery));
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

const OUTPUTS = ['1 (events)', '2 (losses)', '3 (placeholders)'];

/** One output that is wired to nothing is a choice: said, and nothing waits for it. */
function warnUnwired(node: Node, delivery: DeliveryPort): boolean {
  const unwired = OUTPUTS.filter((_, output) => !delivery.isWired(output));
  if (unwired.length === 0 || unwired.length === OUTPUTS.length) return false;
  node.warn(
    `OPENOT_DOC_UNWIRED: nothing is wired to output ${unwired.join(' and ')}: what leaves there is dropped, and ` +
      'counts as delivered. Wire it where that is to be kept'
  );
  return true;
}

export = init;
