import { describe, expect, it } from 'vitest';
import { readAgentConfig } from '../../src/agent/agent-config.ts';

const NEEDED = { CORDON_AGENT_TOKEN_FILE: '/t' };
const read = (env: Record<string, string>) => readAgentConfig({ ...NEEDED, ...env });

describe('the settings of an agent', () => {
  it('need the file of the token and nothing else', () => {
    const { CORDON_AGENT_BIND, CORDON_AGENT_PCRS } = read({});
    expect(CORDON_AGENT_BIND).toEqual({ host: '127.0.0.1', port: 8516 });
    expect(CORDON_AGENT_PCRS).toEqual([{ bank: 'sha256', pcrs: [0, 2, 4, 7] }]);
    expect(() => readAgentConfig({})).toThrow(/CORDON_AGENT_TOKEN_FILE must name/);
  });

  it('have a TPM and no container runtime, unless they say otherwise', () => {
    const usual = { CORDON_AGENT_TPM: 'on', CORDON_AGENT_DOCKER: '' };
    expect(read({})).toMatchObject({ ...usual, CORDON_AGENT_STATE: '/var/lib/cordon-agent' });
  });

  it('select PCRs of several banks', () => {
    expect(read({ CORDON_AGENT_PCRS: 'sha256:0,7+sha384:4' }).CORDON_AGENT_PCRS).toEqual([
      { bank: 'sha256', pcrs: [0, 7] },
      { bank: 'sha384', pcrs: [4] },
    ]);
  });

  it.each([
    ['unix:/run/agent.sock', { path: '/run/agent.sock' }],
    ['[::1]:1', { host: '::1', port: 1 }],
    ['agent.example:443', { host: 'agent.example', port: 443 }],
  ])('take %s as a place to listen', (text, bind) => {
    expect(read({ CORDON_AGENT_BIND: text }).CORDON_AGENT_BIND).toEqual(bind);
  });

  it.each([
    ['CORDON_AGENT_BIND', '8516'],
    ['CORDON_AGENT_BIND', '127.0.0.1:65536'],
    ['CORDON_AGENT_BIND', 'unix:relative.sock'],
    ['CORDON_AGENT_AK_HANDLE', '0x80000000'],
    ['CORDON_AGENT_AK_HANDLE', '0x81010020; id'],
    ['CORDON_AGENT_PCRS', ''.padEnd(3, ',')],
    ['CORDON_AGENT_TPM', 'perhaps'],
    ['CORDON_AGENT_DOCKER', 'docker.sock'],
    ['CORDON_AGENT_STATE', 'state'],
    ['CORDON_AGENT_PCRS', 'sha1:0'],
    ['CORDON_AGENT_PCRS', 'sha256:7,0'],
    ['CORDON_AGENT_PCRS', 'sha256:16'],
    ['CORDON_AGENT_PCRS', 'sha256:0x1'],
    ['CORDON_AGENT_PCRS', 'sha256:0+sha256:2'],
    ['CORDON_AGENT_PCRS', '__proto__:0'],
    ['CORDON_AGENT_CGROUPS', '/'],
    ['CORDON_AGENT_CGROUPS', 'agents'],
    ['CORDON_AGENT_CGROUPS', '/agents/'],
    ['CORDON_AGENT_CGROUPS', '/agents,'],
    ['CORDON_AGENT_CGROUPS', '/agents/../system'],
  ])('refuse %s=%s and name it', (name, value) => {
    const attempt = () => read({ [name]: value });
    expect(attempt).toThrow(expect.objectContaining({ code: 'bad_config' }));
    expect(attempt).toThrow(new RegExp(`^${name} `));
  });

  it('allow no cgroup unless they name it', () => {
    expect(read({}).CORDON_AGENT_CGROUPS).toEqual([]);
    const CORDON_AGENT_CGROUPS = '/agents.slice,/a/b c';
    expect(read({ CORDON_AGENT_CGROUPS }).CORDON_AGENT_CGROUPS).toEqual([
      '/agents.slice',
      '/a/b c',
    ]);
  });

  it('refuse a certificate without its key', () => {
    expect(() => read({ CORDON_AGENT_TLS_CERT: '/c' })).toThrow(/only of use together/);
  });
});
