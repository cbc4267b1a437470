import { z } from 'zod';

/** How far a log file was read. */
export const positionSchema = z.strictObject({
  /** Device and inode of the file, `dev:ino`; '' where there was no file yet. */
  file: z.string(),
  /** Bytes of it that were spooled or refused, as they are uncompressed: always at the beginning of a line. */
  offset: z.int().nonnegative(),
  /** By which these bytes are recognised in whatever the file has become. */
  print: z.string(),
  /** When that was so, epoch milliseconds: a file that was written to later may hold what follows. */
  seen_ms: z.int(),
});
export type Position = z.infer<typeof positionSchema>;
