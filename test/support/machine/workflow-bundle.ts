import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflows } from '../../../src/worker.ts';
import type { Need } from './needing.ts';

/** Bundles the workflows once for a whole project; a module that the sandbox forbids fails the run here. */
export const workflowBundle: Need = async (project) => {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-bundle-'));
  const path = join(directory, 'workflows.js');
  await writeFile(path, (await bundleWorkflows()).code);
  project.provide('workflowBundle', path);
  return () => rm(directory, { recursive: true, force: true });
};
