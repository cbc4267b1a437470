import { inject, TestRunner } from 'vitest';

const NO_TEST = /$^/;

/** Skips every test of a file where the machine lacks what the file needs; the closing report says what that is. */
export default class SkippingRunner extends TestRunner {
  constructor(...[config]: ConstructorParameters<typeof TestRunner>) {
    super(config);
    if (inject('missing') !== null) config.testNamePattern = NO_TEST;
  }
}
