import { Fault } from '../../domain/fault.ts';
import type { Answers } from './answers.ts';

/** A sender has sent more than it may; with what it is answered so that it sends it again, and when. */
export class BeyondRate extends Fault {
  readonly status: Answers['beyondRate'];
  /** Seconds. */
  readonly retryAfter: number;

  constructor(sender: string, status: Answers['beyondRate'], retryAfter: number) {
    const message = `${sender} has sent more alerts than its rate allows; send it again in ${retryAfter} s`;
    super('beyond_rate', message, { retryable: true });
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
