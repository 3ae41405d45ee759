import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files on every machine. If one of them started last, it would run alone at the end. */
const slowest = ['sagas/rollback-matrix', 'e2e/start', 'channel/kafka-channel', 'sagas/create-order', 'hooks/deliveries'];

/**
 * Starts the slowest files first. Vitest orders the files of a project by their last duration. A fresh clone knows no durations, so the
 * slowest files are named here.
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
