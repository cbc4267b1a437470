import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../house/product.ts';

const resolvedSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      ports: z.array(z.object({ host_ip: z.string().optional() })).optional(),
    }),
  ),
});

it('is accepted by docker compose, and publishes nothing beyond loopback once resolved', async () => {
  const [program = '', ...first] = inject('dockerCompose');
  const args = [...first, '-f', 'docker-compose.yml', 'config', '--format', 'json'];
  const { stdout } = await promisify(execFile)(program, args, { cwd: ROOT });
  const { services } = resolvedSchema.parse(JSON.parse(stdout));
  expect(Object.keys(services)).toEqual(
    expect.arrayContaining(['postgresql', 'temporal', 'server', 'worker']),
  );
  const published = Object.values(services).flatMap(({ ports = [] }) => ports);
  expect(new Set(published.map(({ host_ip }) => host_ip))).toEqual(new Set(['127.0.0.1']));
});
