import { PolicyError } from '../../src/intake/policy-error.ts';

/** What is wrong with a policy; empty where it is accepted. */
export async function problemsOf(loading: Promise<unknown>) {
  return (await refusalOf(loading))?.problems ?? [];
}

/** Undefined where it is accepted; any other failure goes through. */
export async function refusalOf(loading: Promise<unknown>): Promise<PolicyError | undefined> {
  try {
    await loading;
    return undefined;
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
}
