import { expect, onTestFinished, test } from 'vitest';
import { createDispatcher } from '../../src/intake/dispatcher.ts';
import { eventually } from '../support/eventually.ts';
import { freshLedger, SQLITE } from '../support/ledgers.ts';
import { admitted, standInEngine } from './stand-in-engine.ts';

test('an incident is being contained from its start until its first attempts are over, and not while there is no engine', async () => {
  const ledger = await freshLedger(SQLITE);
  const engine = standInEngine(ledger);
  engine.prompt = false;
  engine.away = true;
  const dispatcher = createDispatcher({
    ...{ outbox: ledger.outbox, start: engine.start, owner: 'this-server', now: Date.now },
    log: { info() {}, warn() {}, error() {} },
  });
  onTestFinished(() => dispatcher.stop());
  const containing = (expected: boolean) =>
    eventually(
      async () => dispatcher.isContaining(),
      (is) => is === expected,
      5_000,
    );

  const pending = await admitted(ledger, 1);
  dispatcher.offer(pending);
  expect(engine.asked).toBe(1);
  expect(dispatcher.isContaining()).toBe(false);
  engine.away = false;
  await containing(true);
  await engine.contain(pending.input.id);
  await containing(false);
});
