import type { AlertRules } from './cli/roots.ts';
import { readConfig, type Env } from './config.ts';
import { loadPolicy, readPolicy, readPolicyOf, type PolicyPlace } from './intake/policy-files.ts';
import { parsePolicy } from './intake/policy-parse.ts';
import { explainText } from './shim/alerts/explain.ts';
import { checkSamples, contentTypeOf } from './shim/alerts/samples.ts';

/** By the policy as its files have it now, read as the server reads what detectors send. */
export const alertRules: AlertRules = {
  explain: async (env, { file, ...sent }) =>
    explainText({ ...sent, contentType: contentTypeOf(file) }, await loadPolicy(placeOf(env))),

  check: async (env, file) => {
    const { source, format } =
      file === null
        ? { source: await readPolicy(placeOf(env)), format: null }
        : await readPolicyOf(file);
    parsePolicy(source);
    return checkSamples(source, format);
  },
};

function placeOf(env: Env): PolicyPlace {
  return { containmentPath: readConfig(env).CONTAINMENT_POLICY_PATH };
}
