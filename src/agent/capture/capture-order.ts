import { z } from 'zod';
import { captureRequestSchema } from '../../domain/host-capture.ts';

/** Where the child's report goes: the bytes have standard output. */
export const REPORT_FD = 3;

/** What the agent tells the child that captures. None of it is secret: it is seen in the list of processes. */
export const captureOrderSchema = z.strictObject({
  request: captureRequestSchema,
  /** Below which the subject must still be. */
  cgroups: z.array(z.string()),
});
export type CaptureOrder = z.infer<typeof captureOrderSchema>;
