import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { TEMPORAL_SERVER_VERSION } from '../../src/engine/temporal-version.ts';

const ROOT = new URL('../../', import.meta.url);

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      ports: z.array(z.string()).default([]),
      volumes: z.array(z.string()).default([]),
      networks: z.array(z.string()),
      secrets: z.array(z.string()).default([]),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
      healthcheck: z.object({ test: z.array(z.string()) }).optional(),
      restart: z.string(),
    }),
  ),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.object({})),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

const text = readFileSync(new URL('docker-compose.yml', ROOT), 'utf8');
const compose = composeSchema.parse(parse(text, { merge: true }));
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it.each(services)('pins the image of %s', (_name, { image }) => {
    expect(image).toMatch(/^[a-z0-9/-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  });

  it('runs the server version that the embedded engine has', () => {
    expect(service('temporal').image).toBe(`temporalio/server:${TEMPORAL_SERVER_VERSION}`);
    expect(service('temporal-schema').image).toBe(
      `temporalio/admin-tools:${TEMPORAL_SERVER_VERSION}`,
    );
  });

  it('publishes nothing beyond this machine, and neither the database nor the engine at all', () => {
    const published = services.flatMap(([name, { ports }]) => ports.map((port) => [name, port]));
    expect(published).toEqual([
      ['temporal-ui', '127.0.0.1:8233:8080'],
      ['server', '127.0.0.1:8515:8515'],
    ]);
  });

  it('keeps the database and the engine on a network without a way out', () => {
    expect(compose.networks['backend']).toEqual({ internal: true });
    for (const name of ['postgresql', 'temporal-schema', 'temporal']) {
      expect(service(name).networks).toEqual(['backend']);
    }
  });

  it('starts each service after what it needs', () => {
    expect(needs('temporal-schema')).toEqual({ postgresql: 'service_healthy' });
    expect(needs('temporal')).toEqual({
      postgresql: 'service_healthy',
      'temporal-schema': 'service_completed_successfully',
    });
    expect(needs('temporal-ui')).toEqual({ temporal: 'service_healthy' });
    expect(needs('bootstrap')).toEqual({
      postgresql: 'service_healthy',
      temporal: 'service_healthy',
    });
    const afterBootstrap = { bootstrap: 'service_completed_successfully' };
    expect(needs('server')).toEqual(afterBootstrap);
    expect(needs('worker')).toEqual(afterBootstrap);
  });

  it('checks the health of every service that another waits to see healthy', () => {
    const awaited = services.flatMap(([, { depends_on }]) =>
      Object.entries(depends_on)
        .filter(([, { condition }]) => condition === 'service_healthy')
        .map(([name]) => name),
    );
    for (const name of awaited) expect(service(name).healthcheck).toBeDefined();
  });

  it('lets one-shot services end and keeps the others running', () => {
    for (const [name, { restart }] of services) {
      const ends = name === 'temporal-schema' || name === 'bootstrap';
      expect([name, restart]).toEqual([name, ends ? 'on-failure:5' : 'unless-stopped']);
    }
  });

  it('mounts files that exist and volumes that are declared', () => {
    for (const [, { volumes }] of services) {
      for (const volume of volumes) {
        const source = volume.split(':')[0] ?? '';
        if (!source.startsWith('./')) expect(compose.volumes).toHaveProperty([source]);
        else expect(statSync(new URL(source, ROOT)).isFile(), source).toBe(true);
      }
    }
  });

  it('has every password in a file that is made on the spot and never committed', () => {
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(file).toBe(`./deploy/secrets/${name}`);
      expect(readFileSync(new URL('deploy/make-secrets.sh', ROOT), 'utf8')).toContain(name);
    }
    expect(readFileSync(new URL('deploy/secrets/.gitignore', ROOT), 'utf8')).toMatch(/^\*$/m);
    for (const [, { environment, secrets }] of services) {
      for (const secret of secrets) expect(compose.secrets).toHaveProperty([secret]);
      for (const [key, value] of Object.entries(environment ?? {})) {
        if (/PASSWORD|PWD|TOKEN|SECRET/.test(key)) expect(value).toMatch(/^\/run\/secrets\//);
      }
    }
    expect(text).not.toMatch(/:\/\/[^/\s]*:[^/\s]*@/);
  });

  it('fixes the number of shards, the plugin and the dynamic configuration of the engine', () => {
    expect(service('temporal').environment).toMatchObject({
      DB: 'postgres12',
      NUM_HISTORY_SHARDS: '512',
      DYNAMIC_CONFIG_FILE_PATH: '/etc/temporal/config/dynamic-config.yaml',
    });
  });

  it('takes write actions out of the UI', () => {
    expect(service('temporal-ui').environment).toMatchObject({
      TEMPORAL_DISABLE_WRITE_ACTIONS: 'true',
    });
  });
});

describe('deploy/Dockerfile', () => {
  const dockerfile = readFileSync(new URL('deploy/Dockerfile', ROOT), 'utf8');

  it('starts from one pinned image and does not run as root', () => {
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toMatch(/^node:24\.\d+\.\d+-bookworm-slim$/);
    expect(dockerfile.lastIndexOf('USER node')).toBeGreaterThan(dockerfile.lastIndexOf('FROM'));
  });

  it('copies only what its ignore file lets in', () => {
    const ignore = readFileSync(new URL('deploy/Dockerfile.dockerignore', ROOT), 'utf8');
    const allowed = ignore.split('\n').filter((line) => line.startsWith('!'));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) =>
      (sources ?? '').split(' '),
    );
    expect(allowed.map((line) => line.slice(1)).toSorted()).toEqual(
      [...new Set(copied)].toSorted(),
    );
    expect(existsSync(new URL('package-lock.json', ROOT))).toBe(true);
  });
});

function service(name: string) {
  const found = compose.services[name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
}

function needs(name: string): Record<string, string> {
  const entries = Object.entries(service(name).depends_on);
  return Object.fromEntries(entries.map(([needed, { condition }]) => [needed, condition]));
}
