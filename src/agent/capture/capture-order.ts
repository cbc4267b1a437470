import { z } from 'zod';
import { captureRequestSchema } from '../../domain/host-capture.ts';
import { kernelSubjectSchema } from '../../domain/host-subject.ts';

/** Where the child's report goes: the bytes have standard output. */
export const REPORT_FD = 3;

/** What the agent tells the child that captures. None of it is secret: it is seen in the list of processes. */
export const captureOrderSchema = z.strictObject({
  request: captureRequestSchema,
  /** What the request's subject is to the kernel. */
  subject: kernelSubjectSchema,
  /** Its full id, and where its runtime listens; null for what is no container. */
  container: z.strictObject({ id: z.string(), socket: z.string() }).nullable(),
  /** Below which the subject must still be. */
  cgroups: z.array(z.string()),
});
export type CaptureOrder = z.infer<typeof captureOrderSchema>;
