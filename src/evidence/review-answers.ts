import { plainText } from './markdown.ts';

/** The heading under which a question of the playbook is answered. */
export function headingOf(question: string): string {
  return `### ${plainText(question)}`;
}

/** The questions to which a review gives no answer: their heading is not in it, or nothing stands below. */
export function unansweredIn(text: string, questions: readonly string[]): string[] {
  const answered = new Set(answersIn(text));
  return questions.filter((question) => !answered.has(headingOf(question)));
}

/** The headings below which there is something to be read. */
function answersIn(text: string): string[] {
  const answered: string[] = [];
  let heading = '';
  for (const raw of text.replaceAll(/<!--.*?(?:-->|$)/gs, '').split(/\r?\n/)) {
    const line = raw.trim();
    if (/^#{1,6}(?: |$)/.test(line)) heading = line;
    else if (line !== '') answered.push(heading);
  }
  return answered;
}
