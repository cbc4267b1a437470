import type { Story } from '../story.ts';
import { sealReviewed } from './seal.ts';

/** Where policy asks for a review, the incident stays open to it until a person has closed it. */
export async function review(story: Story): Promise<void> {
  if (!story.incident.require_review) return;
  await story.until(({ closed_at }) => closed_at !== '');
  if (story.incident.playbook?.review) await sealReviewed(story);
}
