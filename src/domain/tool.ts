/** What manifests and custody records say that it was done with. The version changes with the collectors. */
export const TOOL = { tool: 'cordon', version: '0.1.0' } as const;
