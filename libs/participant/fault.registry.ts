import { Injectable } from '@nestjs/common';
import type { Fault } from '../../contracts/participant/fault.resource.js';

/** The faults on demand of this process, by operation. They are in memory: a restart ends them. */
@Injectable()
export class FaultRegistry {
  private readonly faults = new Map<string, Fault>();

  put(fault: Fault): void {
    this.faults.set(fault.operation, { ...fault });
  }
  list(): Fault[] {
    return [...this.faults.values()];
  }
  clear(): void {
    this.faults.clear();
  }

  /** The fault that this call of the operation must suffer, if any; counts it as used. */
  take(operation: string): Fault | undefined {
    const fault = this.faults.get(operation);
    if (!fault || Math.random() >= (fault.probability ?? 1)) return undefined;
    if (fault.times !== undefined) {
      if (fault.times <= 1) this.faults.delete(operation);
      fault.times -= 1;
    }
    return fault;
  }
}
