import { existsSync } from 'node:fs';
import { findExecutable } from '../../../src/engine/executable.ts';
import type { Need } from './needing.ts';

/** Where distributions put it, which is not on everybody's PATH. */
const USUAL = '/usr/sbin/logrotate';

/** The program that rotates log files on nearly every Linux. */
export const logrotate: Need = async (project) => {
  const found = await findExecutable('logrotate', process.env);
  const command = found ?? (existsSync(USUAL) ? USUAL : null);
  if (command === null) {
    const remedy = 'apt-get install -y logrotate';
    return { what: 'logrotate', why: 'it is not on PATH', remedy };
  }
  project.provide('logrotate', command);
  return undefined;
};
