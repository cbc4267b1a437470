import { expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.ts';
import { keylimeWitness } from '../src/keylime-witness.ts';
import { keylime } from '../src/shim/alerts/keylime.ts';
import { startListener } from './adapters/attestor/listener.ts';
import { sampleDocument } from './support/alert-samples.ts';

it('is nobody where no verifier is configured', () => {
  expect(keylimeWitness(readConfig({}))).toBeNull();
});

it('asks the verifier about the agent of a revocation', async () => {
  const asked: (string | undefined)[] = [];
  const status = JSON.stringify(sampleDocument('keylime-agent-status.json'));
  const url = await startListener((request, response) => {
    asked.push(request.url);
    response.writeHead(200, { 'content-type': 'application/json' }).end(status);
  });
  const witness = keylimeWitness(readConfig({ KEYLIME_VERIFIER_URL: url }));
  if (witness === null) throw new Error('no witness');
  onTestFinished(() => witness.close());
  const [alert] = keylime.split(sampleDocument('keylime-revocation.json'), { headers: {} }).alerts;
  if (alert === undefined) throw new Error('no alert');
  const said = await witness.ask(alert);
  expect(said.verdict).toBe('confirmed');
  expect(said.reason).toContain('which contradict each other');
  expect(asked).toEqual(['/v2.5/agents/d432fbb3-d2f1-4a97-9ef7-75bd81c00000']);
});
