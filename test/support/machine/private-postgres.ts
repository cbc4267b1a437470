import { startPostgres } from '../postgres.ts';
import type { Need } from './needing.ts';

/** A PostgreSQL of our own for the run; not the one of `DATABASE_URL`, whose data is somebody's. */
export const privatePostgres: Need = async (project) => {
  const postgres = await startPostgres();
  if ('missing' in postgres) {
    const remedy = 'apt-get install -y postgresql';
    return { what: 'PostgreSQL', why: `this machine has not: ${postgres.missing}`, remedy };
  }
  project.provide('postgres', postgres.url);
  return postgres.stop;
};
