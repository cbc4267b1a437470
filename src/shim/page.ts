import { z } from 'zod';

const DEFAULT_LIMIT = 100;
/** A page of records with the largest evidence is still some tens of megabytes at this. */
const HIGHEST_LIMIT = 500;

/** What every list takes. */
export const pageFields = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'is not a number')
    .transform(Number)
    .pipe(z.int().max(HIGHEST_LIMIT))
    .default(DEFAULT_LIMIT),
  cursor: z.string().min(1).max(512).optional().describe('From the Link header of the page before'),
};
