/** As much of a logger as the forwarder needs. Never given a secret or a line. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
