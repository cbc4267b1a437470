import { describe, expect, it } from 'vitest';
import { openTpm } from '../../src/agent/tpm.ts';
import {
  nothingThere,
  refusedParameter,
  toolFailure,
  tpmFault,
} from '../../src/agent/tpm-fault.ts';

const failure = (stderr: string) => toolFailure('tpm2_quote', { code: 1, killed: false, stderr });
const saying = (code: string) => failure(`ERROR: Esys_Quote(${code}) - what it means`);

describe('a tool that fails', () => {
  it.each(['0x922', '0x908', '0x90A', '0x100'])('is tried again after %s', (code) => {
    expect(tpmFault(saying(code))).toMatchObject({ code: 'tpm_busy', retryable: true });
  });

  it.each(['0x2D2', '0x18B', '0x101'])('is not tried again after %s', (code) => {
    expect(tpmFault(saying(code))).toMatchObject({ code: 'tpm_failed', retryable: false });
  });

  it('because the TPM is locked is tried again, and says what ends it', () => {
    expect(tpmFault(saying('0x921'))).toMatchObject({
      code: 'tpm_locked',
      retryable: true,
      message: expect.stringContaining('tpm2_dictionarylockout'),
    });
  });

  it('is named with its response code, and not with what it printed', () => {
    const { message } = tpmFault(failure('ERROR: abcdef is no key (0x2d2) of 123456'));
    expect(message).toBe('tpm2_quote failed with 0x2d2');
    expect(tpmFault(failure('ERROR: abcdef')).message).toBe('tpm2_quote failed');
  });

  it('because it hung is tried again', () => {
    const hung = toolFailure('tpm2_quote', { killed: true, signal: 'SIGKILL', stderr: '' });
    expect(tpmFault(hung)).toMatchObject({ code: 'tpm_busy', retryable: true });
  });

  it.each([
    ['0x18b', true, false],
    ['0x1df', false, true],
    ['0x2d5', false, true],
    ['0x922', false, false],
    ['0x900c5', false, false],
  ])('with %s: nothing there %j, refused %j', (code, absent, refused) => {
    expect(nothingThere(saying(code))).toBe(absent);
    expect(refusedParameter(saying(code))).toBe(refused);
  });
});

it('a host without the tools is told what to install', async () => {
  const { PATH } = process.env;
  process.env['PATH'] = '/nonexistent';
  try {
    const tpm = openTpm({ tcti: 'device:/x', akHandle: '0x81010020', ekHandle: '0x81010001' });
    await expect(tpm.akPublic()).rejects.toMatchObject({
      code: 'tpm_tools_missing',
      message: expect.stringContaining('apt-get install -y tpm2-tools'),
    });
  } finally {
    process.env['PATH'] = PATH;
  }
});
