import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Need } from './needing.ts';

/** As a plugin of docker, or by itself. */
const SPELLINGS = [['docker', 'compose'], ['docker-compose']];

const BUILD = 'go build -o /usr/local/bin/docker-compose github.com/docker/compose/v2/cmd';

/** The compose command, version 2 or later; no daemon is asked for. */
export const dockerCompose: Need = async (project) => {
  for (const spelling of SPELLINGS) {
    if (!(await understandsCompose(spelling))) continue;
    project.provide('dockerCompose', spelling);
    return undefined;
  }
  return {
    what: 'docker compose',
    why: 'neither `docker compose` nor a `docker-compose` of version 2 or later is on PATH',
    remedy: `(cd tools/compose && CGO_ENABLED=0 ${BUILD})`,
  };
};

/** Version 1 is still shipped by distributions and does not know the format of today. */
async function understandsCompose([program = '', ...first]: string[]): Promise<boolean> {
  const version = [...first, 'version', '--short'];
  const { stdout } = await promisify(execFile)(program, version).catch(() => ({ stdout: '1' }));
  return !/^v?1\b/.test(stdout.trim());
}
