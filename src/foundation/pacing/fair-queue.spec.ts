import { FairQueue } from './fair-queue';
import type { Lane } from './pace-log';

function queueOf(...names: string[]): FairQueue<{ lane: Lane; companyId: string; name: string }> {
  const lanes: Record<string, Lane> = { w: 'write', i: 'interactive', b: 'background' };
  const queue = new FairQueue<{ lane: Lane; companyId: string; name: string }>();
  for (const name of names) queue.push({ lane: lanes[name[0]!]!, companyId: name[1]!, name });
  return queue;
}

describe('the queue for permits', () => {
  it('serves writes first, then people, then background work', () => {
    const queue = queueOf('bA1', 'iA1', 'wA1', 'iA2');
    expect([1, 2, 3, 4].map(() => queue.shift()?.name)).toEqual(['wA1', 'iA1', 'iA2', 'bA1']);
    expect(queue.shift()).toBeUndefined();
  });

  it('lets companies take turns, so that none waits behind the hundred of another', () => {
    const queue = queueOf('iA1', 'iA2', 'iA3', 'iB1', 'iC1', 'iB2');
    const order = ['iA1', 'iB1', 'iC1', 'iA2', 'iB2', 'iA3'];
    expect(queue.inOrder().map(({ name }) => name)).toEqual(order);
    expect(order.map(() => queue.shift()?.name)).toEqual(order);
  });

  it('knows how many would be served before a newcomer', () => {
    const queue = queueOf('wA1', 'iA1', 'iA2', 'iA3', 'iB1');
    expect(queue.ahead('interactive', 'A')).toBe(1 + 3 + 1);
    expect(queue.ahead('interactive', 'B')).toBe(1 + 2 + 1);
    expect(queue.ahead('interactive', 'C')).toBe(1 + 1 + 1);
    expect(queue.ahead('write', 'C')).toBe(1);
  });
});
