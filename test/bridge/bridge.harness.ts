import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { serviceUrl } from '../../libs/database/service-url.js';
import { freePort } from '../../libs/embedded/free-port.js';
import { eventually } from '../support/api.js';
import { system } from '../support/system.js';

/** A second saga process with a term for unpaid orders, which the system's own does not have. Both share the register of sagas. */
export class BridgeHarness {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @param termMs the bridge is off without it. */
  static async start(termMs: number | undefined, settings: Record<string, string> = {}): Promise<BridgeHarness> {
    const port = await freePort();
    const child = spawn(process.execPath, [path.resolve('dist/bundled/apps/saga/main.js')], {
      env: {
        DATABASE_URL: serviceUrl(system().databaseAdminUrl, 'saga', 'roundtrip'),
        TEMPORAL_ADDRESS: system().temporalAddress,
        SAGA_PORT: String(port),
        ...(termMs === undefined ? {} : { UNPAID_ORDER_TERM_MS: String(termMs) }),
        SAGA_FAST_STEP_MS: '500',
        SAGA_STEP_DEADLINE_MS: '8000',
        SAGA_ATTENTION_AFTER_MS: '2000',
        LOG_LEVEL: 'silent',
        ...settings,
      },
      stdio: 'ignore',
    });
    const bridge = new BridgeHarness(child, `http://127.0.0.1:${port}`);
    await eventually(
      async () => (await fetch(`${bridge.url}/readyz`)).ok,
      (ok) => ok,
    );
    return bridge;
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    await exit;
  }
}
