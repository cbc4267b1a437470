import { z } from 'zod';
import type { Subject } from './report.ts';

/** A cgroup of version 2 by its path below the mount, as `/proc/<pid>/cgroup` names it. */
const cgroupPathSchema = z
  .string()
  .regex(/^(\/[^/\0]+)+$/, 'is not the path of a cgroup below the root')
  .refine((path) => !path.split('/').includes('..'), 'leaves its root');

const KERNEL_SUBJECTS = [
  /** A process and all that descend from it. `start_time` in clock ticks since boot tells it from a later one. */
  z.strictObject({
    kind: z.literal('process'),
    pid: z.int().min(2),
    start_time: z.string().regex(/^\d+$/).optional(),
  }),
  z.strictObject({ kind: z.literal('cgroup'), path: cgroupPathSchema }),
] as const;

/** What the kernel of a host knows by itself, without a container runtime. */
export const kernelSubjectSchema = z.discriminatedUnion('kind', KERNEL_SUBJECTS);
export type KernelSubject = z.infer<typeof kernelSubjectSchema>;

/** What is frozen, captured and contained on a host. */
export const hostSubjectSchema = z.discriminatedUnion('kind', [
  ...KERNEL_SUBJECTS,
  z.strictObject({
    kind: z.literal('container'),
    id: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/, 'is not the name of a container'),
  }),
]);
export type HostSubject = z.infer<typeof hostSubjectSchema>;

/**
 * What a report's subject is on its host: a container by its name, a process by its number, a cgroup by its path.
 * Null where the report names none of them.
 */
export function hostSubjectOf({ container, process }: Subject): HostSubject | null {
  const candidates = [
    container !== undefined && { kind: 'container', id: container },
    process?.startsWith('/') === true && { kind: 'cgroup', path: process },
    process !== undefined &&
      /^\d{1,10}$/.test(process) && { kind: 'process', pid: Number(process) },
  ];
  for (const candidate of candidates) {
    const subject = hostSubjectSchema.safeParse(candidate);
    if (subject.success) return subject.data;
  }
  return null;
}
