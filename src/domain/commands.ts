import type { Command } from './ceremony.ts';
import type { CommandAnswer, Order, PersonCommand } from './messages.ts';

/** What became of a person's command. A refusal is an answer, with a stable code and the reason. */
export type CommandResult =
  { done: CommandAnswer } | { refused: { code: string; message: string } };

/** Carries commands to the incident's workflow. */
export interface Commands {
  /**
   * Repeats with the same `requestId` are one command. Throws Fault `engine_unavailable` (retryable) within two
   * seconds when no engine or worker answers, `not_found` when the incident has no workflow.
   */
  send(
    incidentId: string,
    command: Command,
    person: PersonCommand,
    requestId: string,
  ): Promise<CommandResult>;
  /** The same for what is ordered by the incident's playbook. */
  order(incidentId: string, order: Order, requestId: string): Promise<CommandResult>;
}
