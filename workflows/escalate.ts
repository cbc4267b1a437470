import { severer } from '../src/domain/course.ts';
import type { EscalateSignal } from '../src/domain/messages.ts';
import { severityRank } from '../src/domain/severity.ts';
import { isEscalateSignal } from './shapes.ts';
import { renew } from './stages/renew.ts';
import type { Story } from './story.ts';

/** The class has reached its threshold: the incident takes the course that its plan has for that. */
export async function escalate(story: Story, signal: EscalateSignal): Promise<void> {
  const planned = story.input.plan.escalation?.course;
  const { severity, escalated_at } = story.incident;
  if (!isEscalateSignal(signal) || planned === undefined) return;
  if (escalated_at !== '' || story.resolved) return;
  if (severityRank(planned.severity) <= severityRank(severity)) return;
  const course = severer(story.course, planned);
  story.tell({ type: 'escalated', from: severity, count: signal.count, course });
  await renew(story, { isRaised: true });
}
