import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ExecutableSource } from './executable-source.js';
import { inCache } from './in-cache.source.js';
import { runQuietly } from './run-quietly.js';

/** For about 100 MB, over a slow line. Where there is no line, it fails in no time. */
const WITHIN_MS = 300_000;

/** The SDK's own download, from temporal.download, kept in `folder`. */
export function sdkDownload(folder: string): ExecutableSource {
  return {
    name: "the SDK's download",
    advice: 'let this machine reach https://temporal.download',
    async find(context) {
      context.log('temporal: trying to download it from https://temporal.download');
      mkdirSync(folder, { recursive: true });
      try {
        // In a process of its own: the SDK's native part takes over signals, and a download that hangs can be ended.
        const download = path.resolve('dist/libs/embedded/temporal-sources/download-with-sdk.js');
        await runQuietly(process.execPath, [download, folder], { withinMs: WITHIN_MS, signal: context.signal });
      } catch (error) {
        context.signal?.throwIfAborted();
        return { reason: (error as Error).message };
      }
      return inCache([folder]).find(context);
    },
  };
}
