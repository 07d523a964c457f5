import type { NodeAPI, NodeDef } from 'node-red';
import { createModbusConnection } from '../../lib/transport/modbus';
import { codedErrorOf } from '../runtime/coded-error';
import { reportSoon } from '../runtime/config-users';
import { closeWith } from '../runtime/handle';
import { migrated } from '../runtime/migrated';
import type { ModbusNode } from '../runtime/modbus-node';
import { MODBUS_PLACES, ModbusProperties, modbusSettings } from '../runtime/modbus-settings';
import { withVariables } from '../runtime/variables';

interface ModbusDef extends NodeDef, ModbusProperties {}

const init = (RED: NodeAPI): void => {
  function OpenotModbus(this: ModbusNode, saved: ModbusDef): void {
    RED.nodes.createNode(this, saved);
    try {
      const { settings, host } = modbusSettings(withVariables(RED, this, migrated(saved), MODBUS_PLACES));
      const connection = createModbusConnection(settings);
      this.connection = connection;
      this.host = host;
      closeWith(this, () => connection.destroy());
    } catch (thrown) {
      reportSoon(this, codedErrorOf(thrown));
    }
  }
  RED.nodes.registerType('openot-modbus', OpenotModbus);
};
export = init;
