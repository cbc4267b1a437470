import { expect, it } from 'vitest';
import { redactDocument } from '../../../src/agent/capture/redact-document.ts';

it('takes out of a document the values of environments and what is named like a secret', () => {
  const document = {
    Env: ['PATH=/bin', 'CODE=1234', 'unnamed'],
    Args: ['--user', 'me', '--password', 'open', 'https://me:open@example.org/'],
    LogConfig: { Config: { 'splunk-token': 'open', tag: 'agent' } },
    Labels: { 'com.example.api_key': 'open' },
    Mounts: [{ Source: '/var/lib', RW: true }],
    Pid: 7,
    Nothing: null,
  };
  const redacted = redactDocument(document);
  expect(redacted).toMatchObject({
    Env: { names: ['PATH', 'CODE'], unnamed: 1 },
    LogConfig: { Config: { 'splunk-token': '[redacted]', tag: 'agent' } },
    Mounts: [{ Source: '/var/lib', RW: true }],
    Pid: 7,
    Nothing: null,
  });
  expect(JSON.stringify(redacted)).not.toMatch(/open|1234/);
});
