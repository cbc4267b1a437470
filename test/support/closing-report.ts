import type { Reporter } from 'vitest/node';

export default class ClosingReport implements Reporter {}
