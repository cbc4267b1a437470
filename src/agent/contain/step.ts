import type { ContainRequest, Reading } from '../../domain/host-containment.ts';
import type { Contained } from './find-contained.ts';

export interface Measured {
  in_force: boolean;
  /** One sentence for an operator. */
  detail: string;
  reading: Reading;
}

/** One way to contain a subject. Doing it twice is as good as once. */
export interface Step {
  /** By what it is done to this subject. */
  method(at: Contained): string;
  /** Reads what is, by another way than `apply` goes. */
  measure(at: Contained): Promise<Measured>;
  /** What will be changed, as it is now. Throws the Fault that says why this subject cannot be contained so. */
  prepare(at: Contained): Promise<Reading>;
  /** What the measuring will have to know of what was made. */
  apply(at: Contained, order: ContainRequest): Promise<Reading>;
  /** Restores what was recorded; says what could not be, '' where all is as it was. */
  release(at: Contained): Promise<string>;
}
