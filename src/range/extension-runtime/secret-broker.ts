/** Whose values no extension is given: exact names, and how such names begin and end. */
const NAMES = ['AWS_SECRET_ACCESS_KEY', 'DATABASE_URL', 'NPM_TOKEN', 'SSH_AUTH_SOCK'];
const SUFFIXES = ['_API_KEY', '_SECRET', '_SECRET_KEY', '_TOKEN', '_PASSWORD', '_PRIVATE_KEY'];
const PREFIXES = ['SECRET_', 'VAULT_'];

export function isSecret(variable: string): boolean {
  const name = variable.toUpperCase();
  return (
    NAMES.includes(name) ||
    SUFFIXES.some((suffix) => name.endsWith(suffix)) ||
    PREFIXES.some((prefix) => name.startsWith(prefix))
  );
}
