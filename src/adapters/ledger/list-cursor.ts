import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type { IncidentRow } from './tables.ts';

/** A place in the list: severity rank, creation, id. Names no page number, so that new incidents shift nothing. */
const placeSchema = z.tuple([z.int(), z.string(), z.string()]);

type Place = Pick<IncidentRow, 'severity_rank' | 'created_at' | 'id'>;

export function cursorAfter({ severity_rank, created_at, id }: Place): string {
  return cursorOf([severity_rank, created_at, id]);
}

/** What lies after the cursor in the order of the list. Throws Fault `invalid_cursor`. */
export function afterCursor(cursor: string): RawBuilder<SqlBool> {
  const [rank, createdAt, id] = placeIn(placeSchema, cursor);
  return sql<SqlBool>`(severity_rank, created_at, id) < (${rank}, ${createdAt}, ${id})`;
}

/** A place in any list, in a form that means nothing to whoever carries it. */
export function cursorOf(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Throws Fault `invalid_cursor` for what is no place in this list. */
export function placeIn<T>(schema: z.ZodType<T>, cursor: string): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (error) {
    throw new Fault('invalid_cursor', 'The cursor is not one that a page of this list gave', {
      retryable: false,
      cause: error,
    });
  }
}
