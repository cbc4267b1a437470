import { expect, it } from 'vitest';
import { environmentNames, redactArguments } from '../../../src/agent/capture/redact.ts';

const CANARY = 'c4n4ry-v4lue';

it.each([
  [
    ['run', `--token=${CANARY}`],
    ['run', '--token=[redacted]'],
  ],
  [
    ['run', `--api-key=${CANARY} with space`],
    ['run', '--api-key=[redacted]'],
  ],
  [
    ['run', '--password', CANARY, '--verbose'],
    ['run', '--password', '[redacted]', '--verbose'],
  ],
  [
    ['run', '--db-password', `-${CANARY}`],
    ['run', '--db-password', '[redacted]'],
  ],
  [
    ['env', `GITHUB_TOKEN=${CANARY}`, 'x'],
    ['env', 'GITHUB_TOKEN=[redacted]', 'x'],
  ],
  [
    ['curl', '-H', `Authorization: Bearer ${CANARY}`],
    ['curl', '-H', 'Authorization: [redacted]'],
  ],
  [
    ['curl', `-HAuthorization: ${CANARY}`],
    ['curl', '-HAuthorization: [redacted]'],
  ],
  [
    ['git', 'clone', `https://me:${CANARY}@host/x`],
    ['git', 'clone', 'https://[redacted]@host/x'],
  ],
  [
    ['sh', '-c', `x --token ${CANARY} --to='a' && y --secret="${CANARY} ${CANARY}" z`],
    ['sh', '-c', `x --token [redacted] --to='a' && y --secret=[redacted] z`],
  ],
])('takes the secret out of %j', (args, redacted) => {
  expect(redactArguments(args)).toEqual(redacted);
});

it('takes a bearer token out of words of their own', () => {
  const redacted = redactArguments(['say', 'Authorization:', 'Bearer', CANARY, 'x']);
  expect(redacted.join(' ')).not.toContain(CANARY);
});

it('leaves arguments as they are that say nothing secret', () => {
  const args = ['node', '--max-old-space-size=64', 'a b', 'https://host/@x', '', 'tokens.ts'];
  expect(redactArguments(args)).toEqual(args);
});

it('gives the names of an environment, and nothing of an entry without one', () => {
  const entries = ['PATH=/bin', `TOKEN=${CANARY}`, CANARY, `=${CANARY}`, `${CANARY}=x`];
  expect(environmentNames(entries)).toEqual({ names: ['PATH', 'TOKEN'], unnamed: 3 });
});
