/** A client in a process of its own, on the Node.js that it is started with: prints what it read, a line of JSON. */
import { readForeignLogs } from '../../../../support/foreign-logs';

void readForeignLogs(process.argv[2]).then((readings) => {
  process.stdout.write(`\n${JSON.stringify({ node: process.versions.node, readings })}\n`, () => process.exit());
});
