import type { NodeAPI, NodeDef } from 'node-red';
import { join } from 'node:path';
import { createOpcuaConnection } from '../../lib/transport/opcua';
import { codedErrorOf } from '../runtime/coded-error';
import { reportSoon } from '../runtime/config-users';
import { closeWith } from '../runtime/handle';
import { migrated } from '../runtime/migrated';
import type { OpcuaNode } from '../runtime/opcua-node';
import { userDirectory } from '../runtime/user-directory';
import { OPCUA_PLACES, OpcuaCredentials, OpcuaProperties, opcuaSettings } from '../runtime/opcua-settings';
import { withVariables } from '../runtime/variables';

interface OpcuaDef extends NodeDef, OpcuaProperties {}

const init = (RED: NodeAPI): void => {
  function OpenotOpcua(this: OpcuaNode, saved: OpcuaDef): void {
    RED.nodes.createNode(this, saved);
    try {
      const { settings, host } = opcuaSettings(
        withVariables(RED, this, migrated(saved), OPCUA_PLACES),
        (this.credentials ?? {}) as OpcuaCredentials,
        join(userDirectory(RED), 'openot', 'pki')
      );
      const connection = createOpcuaConnection(settings);
      this.connection = connection;
      this.host = host;
      this.endpoint = settings.endpoint;
      closeWith(this, () => connection.destroy());
    } catch (thrown) {
      reportSoon(this, codedErrorOf(thrown));
    }
  }
  RED.nodes.registerType('openot-opcua', OpenotOpcua, {
    credentials: {
      user: { type: 'text' },
      password: { type: 'password' },
      certificate: { type: 'password' },
      privateKey: { type: 'password' },
      passphrase: { type: 'password' }
    }
  });
};
export = init;
