import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import { cordon } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

const UNKNOWN = 'INC-20260314-120000-deadbeef';

describe('a wrong command line', () => {
  it.each([
    [['frobnicate']],
    [['show']],
    [['show', 'INC-1']],
    [['incidents', '--severity', 'worst']],
    [['incidents', '--limit', '0']],
    [['report', 'prompt_injection', 'x', '--evidence', 'novalue']],
    [['report', 'prompt_injection', 'x', '--subject', 'planet=mars']],
    [['stats', '--url', 'ftp://elsewhere']],
    [['stats', '--token-file', '/nonexistent/token']],
    [[]],
  ])('%j exits 2 and sends nothing', async (argv) => {
    const { code, out, err } = await cordon(argv, { env: { CORDON_URL: 'http://127.0.0.1:1' } });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  });
});

describe('a refusal by the server', () => {
  it('exits 3 with the sentence, the code and what to do next', async () => {
    const { url } = await tinyCordon();
    await cordon(['report', 'attestation_failure', 'quote mismatch', '--url', url]);
    const id = 'INC-20260314-120000-00000000';
    const { code, err, out } = await cordon(['resolve', id, '--url', url]);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toBe(
      'cordon: The incident must be acknowledged before it can be resolved [acknowledgement_required]\n' +
        `  next: review it with \`cordon show ${id}\`, then \`cordon ack ${id}\`\n`,
    );
  });

  it('is one JSON object on standard error under --json', async () => {
    const { url } = await tinyCordon();
    const { code, err, out } = await cordon(['show', UNKNOWN, '--json', '--url', url]);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(JSON.parse(err)).toEqual({
      error: 'No such incident',
      code: 'incident_not_found',
      next: 'list what there is with `cordon incidents`',
    });
  });

  it('tells somebody without a token where to name one', async () => {
    const server = await tinyCordon();
    server.answerWith(401, { error: 'Who are you?', code: 'unauthenticated' });
    const { code, err } = await cordon(['stats', '--url', server.url]);
    expect(code).toBe(3);
    expect(err).toContain('--token-file');
  });
});

describe('a server that is not there for us', () => {
  it('exits 4 where nothing listens, and says how to start it', async () => {
    const { code, err } = await cordon(['incidents', '--url', 'http://127.0.0.1:1']);
    expect(code).toBe(4);
    expect(err).toContain('[unreachable]');
    expect(err).toContain('cordon up');
  });

  it('exits 4 for a 503, with its reason', async () => {
    const server = await tinyCordon();
    server.answerWith(503, { error: 'The engine does not answer', code: 'engine_unavailable' });
    const { code, err } = await cordon(['ack', UNKNOWN, '--url', server.url]);
    expect(code).toBe(4);
    expect(err).toContain('The engine does not answer [engine_unavailable]');
  });

  it.each([
    ['a page of something else', 200, '<html>hello</html>'],
    ['other JSON', 200, { hello: 'world' }],
    ['an error page', 502, '<html>bad gateway</html>'],
    ['a redirect', 302, ''],
  ])('exits 4 for %s', async (_what, status, body) => {
    const server = await tinyCordon();
    server.answerWith(status, body);
    const { code, err } = await cordon(['stats', '--url', server.url]);
    expect(code).toBe(4);
    expect(err).toContain('[not_cordon]');
  });

  it('exits 4 when the ledger of this machine cannot be opened now', async () => {
    const { code, err } = await cordon(['principal', 'list'], { roots: { withLedger: locked } });
    expect(code).toBe(4);
    expect(err).toContain('The ledger is locked [ledger_unavailable]');
  });
});

describe('a bug', () => {
  it('is thrown as it is', async () => {
    await expect(cordon(['up'], { roots: { runUp: broken } })).rejects.toThrow(RangeError);
  });
});

function locked(): never {
  throw new Fault('ledger_unavailable', 'The ledger is locked', { retryable: true });
}

function broken(): never {
  throw new RangeError('boom');
}
