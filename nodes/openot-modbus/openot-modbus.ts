import type { NodeAPI, NodeDef } from 'node-red';
import { createModbusConnection } from '../../lib/transport/modbus';
import { codedErrorOf } from '../runtime/coded-error';
import { reportSoon } from '../runtime/config-users';
import { closeWith } from '../runtime/handle';
import type { ModbusNode } from '../runtime/modbus-node';
import { ModbusProperties, modbusSettings } from '../runtime/modbus-settings';

interface ModbusDef extends NodeDef, ModbusProperties {}

const init = (RED: NodeAPI): void => {
  function OpenotModbus(this: ModbusNode, def: ModbusDef): void {
    RED.nodes.createNode(this, def);
    try {
      const { settings, host } = modbusSettings(def);
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
