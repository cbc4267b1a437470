import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files of the projects in the order of the configuration, the longest of a project first: where two run side by side,
 * no long one is left to the end.
 */
export default class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const names = this.ctx.projects.map(({ name }) => name);
    const place = ({ project }: TestSpecification) => names.indexOf(project.name);
    // oxlint-disable-next-line unicorn/no-array-sort -- a sequencer's own, of no array
    const longestFirst = await super.sort(files);
    return longestFirst.toSorted((a, b) => place(a) - place(b));
  }
}
