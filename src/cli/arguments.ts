import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { incidentIdSchema } from '../domain/primitives.ts';

/** An argument that must fit a schema; what does not is a mistake in usage, and is never sent. */
export function fitting<T>(schema: z.ZodType<T>): (text: string) => T {
  return (text) => {
    const checked = schema.safeParse(text);
    if (checked.success) return checked.data;
    throw new InvalidArgumentError(checked.error.issues.map((issue) => issue.message).join('; '));
  };
}

export const incidentId = fitting(incidentIdSchema);

/** A whole number in a range, both ends included. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  const message = `must be a whole number from ${least} to ${most}`;
  const digits = z.string().regex(/^\d{1,9}$/, message);
  return fitting(digits.transform(Number).refine((n) => n >= least && n <= most, message));
}

/** `name=value`, given any number of times. */
export function pair(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('must be name=value');
  return { ...earlier, [name]: value };
}
