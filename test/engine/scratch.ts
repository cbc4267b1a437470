import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EngineLog } from '../../src/engine/engine-log.ts';

/** A directory that goes with the test. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cordon-engine-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A real executable: a shell script with this body. */
export function script(path: string, body: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A stand-in for the Temporal CLI that only knows its version. */
export function fakeTemporal(path: string, cli = '1.8.2', server = '1.31.2'): string {
  return script(path, `echo "temporal version ${cli} (Server ${server}, UI 2.50.1)"`);
}

/** A log that keeps what it is told. */
export function keepingLog(): EngineLog & { messages: string[] } {
  const messages: string[] = [];
  const keep = (_fields: object, message: string) => void messages.push(message);
  return { messages, info: keep, warn: keep, error: keep };
}
