import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest on every machine: begun last, one of these would go on alone after all the others have ended. */
const slowest = ['sagas/rollback-matrix', 'e2e/start', 'channel/kafka-channel', 'sagas/create-order', 'hooks/deliveries'];

/**
 * The order in which files are begun. Within a project those come first that took longest in the last run, as Vitest has it; a fresh clone
 * knows none, and there the slowest are named here.
 */
export class SlowestFirstSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = slowest.findIndex((part) => moduleId.includes(`/test/${part}`));
      return found === -1 ? slowest.length : found;
    };
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => group(one) - group(other) || place(one) - place(other));
  }
}
