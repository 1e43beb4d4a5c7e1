import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { createFollow, rest, unheard, type Tokens } from './follow.ts';

/** Browser is a page, and a server that answers when the test says so. */
function browser() {
  const open: { tokens: Tokens; signal: AbortSignal; answer: (now: Tokens) => void; fail: (error: Error) => void }[] = [];
  let visible = true;
  let turned = () => {};
  const follow = createFollow({
    ask: (tokens, signal) =>
      new Promise((resolve, reject) => {
        open.push({ tokens, signal, answer: resolve, fail: reject });
        signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      }),
    isVisible: () => visible,
    onVisible: (changed) => (turned = changed),
    isDenied: (error) => (error as Error).message === 'denied',
    isOver: (error) => (error as Error).message === 'over',
  });
  const look = (now: boolean) => {
    visible = now;
    turned();
  };
  return { follow, look, open, last: () => open.at(-1)!, running: () => open.filter(({ signal }) => !signal.aborted).length };
}

/** settle lets promises that are settled go on, after some time. */
async function settle(milliseconds = 0) {
  for (let i = 0; i < 5; i++) await Promise.resolve();
  mock.timers.tick(milliseconds);
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

function timed(name: string, run: () => Promise<void>) {
  test(name, async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      await run();
    } finally {
      mock.timers.reset();
    }
  });
}

timed('tells who follows what changed, and nobody else', async () => {
  const b = browser();
  const told: string[] = [];
  b.follow(['alarms'], () => told.push('alarms'));
  b.follow(['state', 'trail'], () => told.push('state'));
  assert.deepEqual(b.last().tokens, {}, 'how they are is not known yet');
  b.last().answer({ state: 's1', alarms: 'a1', trail: 't1' });
  await settle(rest);
  assert.deepEqual(told, []);
  assert.deepEqual(b.last().tokens, { state: 's1', alarms: 'a1', trail: 't1' });
  b.last().answer({ state: 's1', alarms: 'a2', trail: 't1' });
  await settle();
  assert.deepEqual(told, ['alarms']);
  assert.equal(b.open.length, 3, 'the next question is asked after a rest');
  await settle(rest);
  b.last().answer({ state: 's2', alarms: 'a2', trail: 't2' });
  await settle(rest);
  assert.deepEqual(told, ['alarms', 'state']);
});

timed('asks one question at a time, and none when nobody follows', async () => {
  const b = browser();
  const leave = b.follow(['state'], () => {});
  const other = b.follow(['state'], () => {});
  assert.equal(b.open.length, 1);
  b.follow(['findings'], () => {})();
  assert.equal(b.running(), 1);
  leave();
  assert.equal(b.running(), 1);
  other();
  assert.equal(b.running(), 0);
});

timed('takes the first report for news', async () => {
  const b = browser();
  let told = 0;
  b.follow(['findings'], () => told++);
  assert.deepEqual(b.last().tokens, { findings: 'none' });
  b.last().answer({ findings: 'f1' });
  await settle(rest);
  assert.equal(told, 1);
  assert.deepEqual(b.last().tokens, { findings: 'f1' });
});

timed('waits while nobody looks, and then tells of what happened meanwhile', async () => {
  const b = browser();
  let told = 0;
  b.follow(['state'], () => told++);
  b.last().answer({ state: 's1' });
  await settle(rest);
  b.look(false);
  assert.equal(b.running(), 0);
  b.look(true);
  assert.deepEqual(b.last().tokens, { state: 's1' });
  b.last().answer({ state: 's2' });
  await settle();
  assert.equal(told, 1);
});

timed('asks again after a failure, ever more seldom', async () => {
  const b = browser();
  b.follow(['state'], () => {});
  for (const pause of [2_000, 4_000, 8_000]) {
    const asked = b.open.length;
    b.last().fail(new Error('no network'));
    await settle(pause - 1);
    assert.equal(b.open.length, asked);
    await settle(1);
    assert.equal(b.open.length, asked + 1);
  }
});

timed('has pages reload now and then for a reader who may not be told', async () => {
  const b = browser();
  let told = 0;
  b.follow(['state'], () => told++);
  b.last().fail(new Error('denied'));
  for (const times of [1, 2]) {
    await settle(unheard);
    assert.equal(told, times);
  }
  b.look(false);
  b.look(true);
  assert.equal(b.open.length, 1, 'it is not asked again');
});

timed('ends with the session', async () => {
  const b = browser();
  b.follow(['state'], () => {});
  b.last().fail(new Error('over'));
  await settle(10 * unheard);
  assert.equal(b.open.length, 1);
});
