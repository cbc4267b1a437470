import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  isSupported,
  parseVersion,
  TEMPORAL_CLI_VERSION,
} from '../../src/engine/temporal-version.ts';

describe('parseVersion', () => {
  it('reads what the CLI prints', () => {
    const output = 'temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)\n';
    expect(parseVersion(output)).toEqual({ cli: '1.8.2', server: '1.31.2' });
  });

  it('keeps the suffix of a pre-release server, which has a data file of its own', () => {
    const output = 'temporal version 1.9.0-rc.1 (Server 1.32.0-162.0, UI 2.51.0)';
    expect(parseVersion(output)).toEqual({ cli: '1.9.0-rc.1', server: '1.32.0-162.0' });
  });

  it.each(['', 'temporal version 1.8.2', 'tctl version 1.18.0', 'temporal version x (Server y)'])(
    'refuses %j',
    (output) => expect(parseVersion(output)).toBeNull(),
  );
});

describe('isSupported', () => {
  it.each(['1.8.0', '1.8.2', '1.9.0', '1.10.0', '1.8.0-rc.1', '1.99.99'])('accepts %s', (version) =>
    expect(isSupported(version)).toBe(true),
  );

  it.each(['1.7.9', '1.5.1', '0.13.2', '2.0.0', '10.0.0'])('refuses %s', (version) =>
    expect(isSupported(version)).toBe(false),
  );
});

describe('the pinned version', () => {
  it('is the one that the Go module builds', () => {
    const module = readFileSync(new URL('../../tools/temporal/go.mod', import.meta.url), 'utf8');
    expect(module).toContain(`github.com/temporalio/cli v${TEMPORAL_CLI_VERSION}`);
  });
});
