import { z } from 'zod';

/** What an extension asks the runtime for: `POST /api/v1/calls`. */
export const callSchema = z.looseObject({
  extension_id: z.string().min(1).max(256),
  capability: z.string().min(1).max(64),
  method: z.string().min(1).max(64),
  params: z
    .looseObject({
      /** Of `exec`. */
      command: z.string().optional(),
      /** Of `env`: the variable. */
      name: z.string().optional(),
      /** What the call takes, of every capability. */
      memory_mb: z.number().nonnegative().optional(),
    })
    .default({}),
});
export type Call = z.infer<typeof callSchema>;
