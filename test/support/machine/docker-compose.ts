import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Need } from './needing.ts';

/** The `docker compose` command; no daemon is asked for. */
export const dockerCompose: Need = async () => {
  try {
    await promisify(execFile)('docker', ['compose', 'version']);
    return undefined;
  } catch {
    return {
      what: 'docker compose',
      why: '`docker compose version` does not run',
      remedy: 'apt-get install -y docker.io docker-compose-plugin',
    };
  }
};
