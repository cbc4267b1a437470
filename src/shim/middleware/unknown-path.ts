import type { RequestHandler } from 'express';
import { refuse } from '../refuse.ts';

/** Stands behind all paths. */
export const unknownPath: RequestHandler = () => {
  refuse('not_found', 'There is nothing at this path; GET /docs lists what there is');
};
