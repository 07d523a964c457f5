import should from 'should';
import { CancelScope, transportError } from '../../../../lib/transport/link';

const CLOSED = transportError('OPENOT_OPCUA_CLOSED', 'closed', 'reconnect');
const LATER = transportError('OPENOT_OPCUA_SILENT', 'silent', 'reconnect');
const never = new Promise<never>(() => undefined);

describe('a cancel scope', () => {
  it('gives what the work came to as long as it lasts', async () => {
    const scope = new CancelScope();
    should(await scope.orCancelled(Promise.resolve(7))).equal(7);
    should(scope.cancelled).be.undefined();
  });

  it('ends every wait at once when it is cancelled, and every later one', async () => {
    const scope = new CancelScope();
    const waits = [scope.orCancelled(never), scope.orCancelled(never)];
    scope.cancel(CLOSED);
    should(await Promise.all(waits)).eql([CLOSED, CLOSED]);
    should(await scope.orCancelled(Promise.resolve(7))).equal(CLOSED);
    should(scope.cancelled).equal(CLOSED);
  });

  it('keeps the error of the first cancel', async () => {
    const scope = new CancelScope();
    scope.cancel(CLOSED);
    scope.cancel(LATER);
    should(await scope.orCancelled(never)).equal(CLOSED);
  });

  it('drops what comes of the work after the cancel', async () => {
    const scope = new CancelScope();
    let finish: (value: number) => void = () => undefined;
    const wait = scope.orCancelled(new Promise<number>((resolve) => (finish = resolve)));
    scope.cancel(CLOSED);
    finish(7);
    should(await wait).equal(CLOSED);
  });
});
