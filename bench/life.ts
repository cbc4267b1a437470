/** What was measured of one whole life, in milliseconds. */
export interface Lived {
  /** Until the start was answered. */
  answeredMs: number;
  /** From the report to the moment at which the workflow knew of the containment. */
  containedMs: number;
  ackMs: number;
  /** From the report to the reflex's freeze; only Cordon has one. */
  reflexMs?: number;
}

/** Lives one life from report to end. */
export type Life = () => Promise<Lived>;
