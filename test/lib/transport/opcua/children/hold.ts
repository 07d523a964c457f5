/**
 * A client in a process of its own: connects until it holds a session, says each outcome, and waits to be killed. Told
 * where a ring is, it tests and searches the same endpoint meanwhile, as the buttons of the editor do.
 */
import { findOpcuaRings, probeOpcuaRing } from '../../../../../lib/discovery';
import { createOpcuaConnection, OpcuaNodes } from '../../../../../lib/transport/opcua';
import { SharedOpcuaConnection } from '../../../../../lib/transport/opcua/connection';

const settings = JSON.parse(process.argv[2]) as Parameters<typeof createOpcuaConnection>[0];
const connection = createOpcuaConnection(settings);
async function hold(): Promise<void> {
  for (;;) {
    const acquired = await (connection as SharedOpcuaConnection).acquire(hold);
    process.send?.(acquired);
    if (acquired.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
void hold();
process.on('message', (nodes: OpcuaNodes) => {
  const look = async (): Promise<void> => {
    const tested = await probeOpcuaRing(settings, nodes, 2000);
    const found = await findOpcuaRings(settings, { timeMs: 2000 });
    process.send?.({ tested: tested.lines.join('\n'), found: found.ok });
  };
  void look();
});
process.on('disconnect', () => process.exit());
