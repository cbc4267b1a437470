import { z } from 'zod';
import type { CommandAnswer } from '../domain/messages.ts';
import type { Answer } from './route.ts';

/** What the first of two persons is answered: it is on record, and nothing is opened yet. */
export const WAITING = 'waiting for a second person' satisfies CommandAnswer['status'];

export const SECOND_PERSON: Answer = {
  description: 'It takes another person, who has yet to say the same',
  schema: z.strictObject({ status: z.literal(WAITING) }),
};
