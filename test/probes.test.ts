import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { probes } from '../src/probes.ts';

const TOOLS = ['swtpm', 'swtpm_setup', 'swtpm_localca', 'swtpm_ioctl', 'tpm2_pcrextend'];
const APT = 'apt-get install -y swtpm swtpm-tools tpm2-tools libtss2-tcti-swtpm0';

/** What is said of the TPM where PATH has these programs and no others. */
async function tpm(programs: string[], env: Record<string, string> = {}) {
  const home = mkdtempSync(join(tmpdir(), 'cordon-probes-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  for (const program of programs) writeFileSync(join(bin, program), '', { mode: 0o755 });
  const found = await probes({ CORDON_HOME: join(home, 'state'), PATH: bin, ...env });
  return found.find(({ name }) => name === 'tpm');
}

describe('the probe for a TPM of the practice host', () => {
  it('is content where everything is installed', async () => {
    expect(await tpm(TOOLS)).toMatchObject({ verdict: 'ok', next: '' });
  });

  it.each(TOOLS)('warns where %s is missing, and says how to install it', async (missing) => {
    const probe = await tpm(TOOLS.filter((tool) => tool !== missing));
    expect(probe).toMatchObject({ verdict: 'warn', next: APT });
    expect(probe?.detail).toMatch(new RegExp(`no ${missing}$`));
  });

  it('warns where it is wanted if there is one, and there is none', async () => {
    expect(await tpm([], { CORDON_RANGE_TPM: 'auto' })).toMatchObject({ verdict: 'warn' });
  });

  it('fails where it is required, because nothing would start', async () => {
    const probe = await tpm([], { CORDON_RANGE_TPM: 'require' });
    expect(probe).toMatchObject({ verdict: 'fail', next: APT });
  });

  it('asks for nothing where none is wanted', async () => {
    const probe = await tpm([], { CORDON_RANGE_TPM: 'off' });
    expect(probe).toMatchObject({ verdict: 'ok', next: '' });
    expect(probe?.detail).not.toContain('swtpm');
  });
});
