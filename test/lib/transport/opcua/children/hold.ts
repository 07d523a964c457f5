/** A client in a process of its own: connects until it holds a session, says each outcome, and waits to be killed. */
import { createOpcuaConnection, OpcuaConnection } from '../../../../../lib/transport/opcua';
import { SharedOpcuaConnection } from '../../../../../lib/transport/opcua/connection';

const connection: OpcuaConnection = createOpcuaConnection(JSON.parse(process.argv[2]));
async function hold(): Promise<void> {
  for (;;) {
    const acquired = await (connection as SharedOpcuaConnection).acquire(hold);
    process.send?.(acquired);
    if (acquired.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
void hold();
process.on('disconnect', () => process.exit());
