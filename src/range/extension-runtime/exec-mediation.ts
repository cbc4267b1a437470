/** Commands that no extension may run, whatever its policy allows. */
const DANGERS: readonly (readonly [name: string, command: RegExp])[] = [
  ['recursive_delete', /\brm\s+-\w*r/],
  ['pipe_to_shell', /\|\s*(ba|z)?sh\b/],
  ['device_write', /\b(dd|mkfs\S*)\s.*\/dev\//],
];

/** What is dangerous about a command; undefined for one like any other. */
export function dangerOf(command: string): string | undefined {
  return DANGERS.find(([, pattern]) => pattern.test(command))?.[0];
}
