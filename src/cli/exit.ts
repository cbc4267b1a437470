/** What the command's exit code says. The same table stands in `cordon --help`. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  unavailable: 4,
  /** 128 + SIGINT, as shells count it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Why a command ends without having done what it was asked: one sentence, and what to do next. */
export class Failure extends Error {
  readonly exit: ExitCode;
  /** Stable, as in the API's `{error, code}`. */
  readonly code: string;
  /** One line to act on; '' where there is nothing to be done. */
  readonly next: string;

  constructor(
    exit: ExitCode,
    code: string,
    message: string,
    options: { next?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.exit = exit;
    this.code = code;
    this.next = options.next ?? '';
  }
}
