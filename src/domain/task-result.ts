import type { ResultField, ResultFields, TaskResult } from './result-field.ts';

/** What is wrong with a result, by its members; empty where it is what the task asks for. */
export function problemsInResult(fields: ResultFields, result: TaskResult): string[] {
  const asked = Object.entries(fields);
  const names = new Set(asked.map(([name]) => name));
  const given = new Map(Object.entries(result));
  return [
    ...asked.flatMap(([name, field]) => problemOf(name, field, given.get(name))),
    ...[...given.keys()]
      .filter((name) => !names.has(name))
      .map((name) => `${name} is not asked for`),
  ];
}

type Given = TaskResult[string] | undefined;

function problemOf(name: string, field: ResultField, given: Given): string[] {
  if (given === undefined) return field.optional ? [] : [`${name} is missing`];
  return isOf(field, given) ? [] : [`${name} is not ${wanted(field)}`];
}

function isOf(field: ResultField, given: NonNullable<Given>): boolean {
  switch (field.type) {
    case 'choice':
      return typeof given === 'string' && field.of.includes(given);
    case 'text':
      return typeof given === 'string';
    case 'list':
      return Array.isArray(given);
    case 'count':
      return typeof given === 'number';
    case 'yes_no':
      return typeof given === 'boolean';
    case 'confirmed':
      return given === true;
  }
}

/** In words, for whoever is to give it. */
export function wanted(field: ResultField): string {
  switch (field.type) {
    case 'choice':
      return `one of ${field.of.join(', ')}`;
    case 'text':
      return 'a text';
    case 'list':
      return 'a list of texts';
    case 'count':
      return 'a whole number';
    case 'yes_no':
      return 'true or false';
    case 'confirmed':
      return 'true';
  }
}
