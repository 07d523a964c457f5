import type { Node, NodeAPI, NodeDef } from 'node-red';
import { DeliveryPort, handleBound } from '../delivery';
import { buildNode } from '../runtime/build-node';
import { CodedError } from '../runtime/coded-error';
import { DefinitionUser } from '../runtime/definition-user';
import { migrated } from '../runtime/migrated';
import { choiceOf, numberOf } from '../runtime/numbers';
import { ThrottledStatus } from '../runtime/status';
import type { DriftAlert } from './alerts';
import { GuardController } from './controller';
import { showGuard } from './show';

interface DriftGuardDef extends NodeDef {
  definition: string;
  policy: string;
  holdLimit?: string;
  whenUnadvertised: string;
}

const init = (RED: NodeAPI): void => {
  function OpenotDriftGuard(this: Node, saved: DriftGuardDef): void {
    RED.nodes.createNode(this, saved);
    const delivery = new DeliveryPort(RED, this);
    let user: DefinitionUser | undefined;
    let controller: GuardController | undefined;
    const make = (status: ThrottledStatus): void => {
      const def = migrated(saved);
      const used = (user = new DefinitionUser(
        RED,
        this,
        def.definition,
        choiceOf(def.whenUnadvertised, 'No hash given', ['placeholder', 'assume'])
      ));
      const settings = {
        policy: choiceOf(def.policy, 'On drift', ['placeholder', 'divert', 'hold']),
        holdLimit: numberOf(def.holdLimit, { name: 'Holds up to', fallback: 20_000, min: 1, max: 1_000_000 })
      };
      const guard = (controller = new GuardController(
        settings,
        (facts) => used.bind(facts),
        () => delivery.hasWay(1),
        // A debug node shows it to somebody, though it takes no records.
        (alert) => (delivery.isWired(1) ? undefined : this.warn(driftText(alert)))
      ));
      // Before the status is shown: it counts what is still held.
      user.onChange(() => (delivery.isClosed || used.pending !== undefined ? undefined : guard.release()));
      handleBound({
        node: this,
        delivery,
        user: used,
        status,
        isPatient: settings.policy === 'hold',
        show: (failed) => showGuard(guard, used, failed),
        work: (message, pass) => guard.guard(message, pass)
      });
    };
    const release = (): void => {
      const dropped = controller?.heldWithoutToken ?? 0;
      if (dropped > 0)
        this.error(
          new CodedError(
            'OPENOT_HOLD_DROPPED',
            `${dropped} records and notices were held back when this node closed, and no commit token makes ` +
              'their reader read them again: keep msg.openot.commit in the messages to this node'
          ),
          {}
        );
      delivery.close();
      user?.close();
    };
    buildNode(this, make, { release, delivery });
  }
  RED.nodes.registerType('openot-drift-guard', OpenotDriftGuard);
};

function driftText({ stream, expected, actual, action }: DriftAlert): string {
  const becomes = action === 'hold' ? 'are held back' : 'become placeholders';
  return (
    `OPENOT_DRIFT_UNWIRED: the controller of the stream '${stream}' uses the definition ${expected}, and ` +
    `${actual} is held: its records ${becomes}. Load the definition that it uses; wire output 2 to whoever has to know`
  );
}

export = init;
