import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { devServerFlags, DYNAMIC_CONFIG } from '../../src/engine/flags.ts';

const settingsSchema = z.record(z.string(), z.tuple([z.object({ value: z.unknown() })]));

const flags = devServerFlags({ dataFile: '/home/temporal.db', port: 7000, uiPort: 8000 });
const line = flags.join(' ');

it('binds every listener to the loopback interface', () => {
  expect(line).toContain('--ip 127.0.0.1 --port 7000');
  expect(line).toContain('--ui-ip 127.0.0.1 --ui-port 8000');
});

it('keeps its data in a file that survives the loss of power', () => {
  expect(line).toContain('--db-filename /home/temporal.db');
  expect(line).toContain('--sqlite-pragma journal_mode=WAL --sqlite-pragma synchronous=FULL');
});

it('raises the poll rates and starts activities eagerly', () => {
  expect(line).toContain('history.transferProcessorMaxPollRPS=2000');
  expect(line).toContain('history.timerProcessorMaxPollRPS=500');
  expect(line).toContain('history.visibilityProcessorMaxPollRPS=100');
  expect(line).toContain('system.enableActivityEagerExecution=true');
});

it('leaves namespaces and search attributes to the bootstrap', () => {
  expect(flags).not.toContain('--namespace');
  expect(flags).not.toContain('--search-attribute');
});

it('gives a cluster the same settings', () => {
  const file = new URL('../../deploy/temporal/dynamic-config.yaml', import.meta.url);
  const settings = settingsSchema.parse(parse(readFileSync(file, 'utf8')));
  const values = Object.entries(settings).map(([key, [only]]) => [key, only.value]);
  expect(Object.fromEntries(values)).toEqual(DYNAMIC_CONFIG);
});
