import should from 'should';
import { Fifo } from '../../../lib/base';

describe('the queue', () => {
  it('gives back what was put in, in order, however often its array is cut', () => {
    const queue = new Fifo<number>();
    let pushed = 0;
    let taken = 0;
    for (let round = 0; round < 200; round++) {
      for (let i = 0; i < (round * 37) % 101; i++) queue.push(pushed++);
      for (let i = 0; i < (round * 53) % 97 && queue.length > 0; i++) {
        should(queue.at(0)).equal(taken);
        should(queue.shift()).equal(taken++);
      }
      should(queue.length).equal(pushed - taken);
    }
    should(taken).be.above(3000);
    should(queue.at(queue.length)).equal(undefined);
    should(queue.clear()).eql(Array.from({ length: pushed - taken }, (_, i) => taken + i));
    should([queue.length, queue.shift(), queue.at(0)]).eql([0, undefined, undefined]);
  });
});
