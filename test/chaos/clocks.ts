import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../libs/config/settings.js';
import type { ProcessName } from '../../libs/embedded/processes.js';

/** The path of the library in Debian's package libfaketime. */
const libraries = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`);
const library = libraries.find((file) => existsSync(file));

/** Why no clock can be moved on this machine; undefined where it can. */
export const whyNoClocks: string | undefined = library
  ? undefined
  : 'libfaketime is not installed (Debian: apt-get install libfaketime)';

/** Moves the clocks of single processes: each reads what is to be added to the time from a file of its own, once a second. */
export class Clocks {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** The environment with which a process's clock can be moved later. */
  environmentOf(process: ProcessName): Environment {
    if (library === undefined) return {};
    this.set(process, 0);
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.file(process),
      FAKETIME_CACHE_DURATION: '1',
      // Timers go by the monotonic clock, which no administrator and no NTP moves.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** Sets the process's clock so many ms ahead of the time. */
  set(process: ProcessName, stepMs: number): void {
    const seconds = stepMs / 1_000;
    writeFileSync(this.file(process), `${seconds < 0 ? '' : '+'}${seconds}\n`);
  }

  private file(process: ProcessName): string {
    return path.join(this.folder, process);
  }
}
