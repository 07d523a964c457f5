import type { NodeAPI, NodeDef } from 'node-red';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import { reportSoon } from '../runtime/config-users';
import type { DefinitionNode } from '../runtime/definition-node';
import { migrated } from '../runtime/migrated';
import { choiceOf } from '../runtime/numbers';
import { userPath } from '../runtime/user-directory';
import { withVariables } from '../runtime/variables';
import { DefinitionController } from './controller';

interface DefinitionDef extends NodeDef {
  source: string;
  json: string;
  path: string;
  watch: boolean;
}

const init = (RED: NodeAPI): void => {
  function OpenotDefinition(this: DefinitionNode, saved: DefinitionDef): void {
    RED.nodes.createNode(this, saved);
    // An error with a message object reaches the Catch nodes of the flows that use this definition.
    const report = (error: Error): void => this.error(error, {});
    try {
      const def = migrated(saved);
      const source = choiceOf(def.source, 'Source', ['json', 'file', 'folder']);
      // A path that is not used may name whatever it likes.
      const places = source === 'json' ? {} : { path: 'Path' };
      const path = String(withVariables(RED, this, def, places).path ?? '').trim();
      if (source !== 'json' && path === '')
        throw new CodedError(
          'OPENOT_CONFIG',
          `the field "Path" is empty: the path of the ${source} with definitions is expected`,
          'Path'
        );
      const controller = new DefinitionController(
        { source, json: String(def.json ?? ''), path: userPath(RED, path), watch: def.watch !== false },
        {
          error: report,
          warn: (code, message) => this.warn(`${code}: ${message}`),
          log: (message) => this.log(message)
        }
      );
      this.definitions = controller;
      this.on('close', () => controller.close());
    } catch (thrown) {
      reportSoon(this, codedErrorOf(thrown));
    }
  }
  RED.nodes.registerType('openot-definition', OpenotDefinition);
};
export = init;
