import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type { IncidentRow } from './tables.ts';

/** A place in the list: severity rank, creation, id. Names no page number, so that new incidents shift nothing. */
const placeSchema = z.tuple([z.int(), z.string(), z.string()]);

type Place = Pick<IncidentRow, 'severity_rank' | 'created_at' | 'id'>;

export function cursorAfter({ severity_rank, created_at, id }: Place): string {
  return Buffer.from(JSON.stringify([severity_rank, created_at, id])).toString('base64url');
}

/** What lies after the cursor in the order of the list. Throws Fault `invalid_cursor`. */
export function afterCursor(cursor: string): RawBuilder<SqlBool> {
  const [rank, createdAt, id] = placeOf(cursor);
  return sql<SqlBool>`(severity_rank, created_at, id) < (${rank}, ${createdAt}, ${id})`;
}

function placeOf(cursor: string): z.infer<typeof placeSchema> {
  try {
    return placeSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (error) {
    throw new Fault('invalid_cursor', 'The cursor is not one that a page of this list gave', {
      retryable: false,
      cause: error,
    });
  }
}
