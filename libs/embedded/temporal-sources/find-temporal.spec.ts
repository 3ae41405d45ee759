import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { ExecutableSource } from './executable-source.js';
import { findTemporal, temporalSources } from './find-temporal.js';
import { inCache } from './in-cache.source.js';
import { onPath } from './on-path.source.js';

const log = () => {};
const found = (name: string) => ({ name, advice: `use ${name}`, find: vi.fn(async () => ({ path: `/${name}` })) });
const notFound = (name: string, reason: string) => ({ name, advice: `use ${name}`, find: vi.fn(async () => ({ reason })) });

/** A folder with a program named `temporal` that prints this answer. */
function folderWith(answer: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'temporal-'));
  writeFileSync(path.join(folder, 'temporal'), `#!/bin/sh\necho "${answer}"\n`, { mode: 0o755 });
  return folder;
}

describe('findTemporal', () => {
  it('takes the first that is found and asks no further', async () => {
    const sources = [notFound('a', 'none'), found('b'), found('c')] as const;
    await expect(findTemporal(sources, { log })).resolves.toBe('/b');
    expect(sources[0].find).toHaveBeenCalledOnce();
    expect(sources[2].find).not.toHaveBeenCalled();
  });

  it('says of each way that failed why, as it goes', async () => {
    const lines: string[] = [];
    await findTemporal([notFound('a', 'it is not there\nat all'), found('b')], { log: (line) => lines.push(line) });
    expect(lines).toEqual(['temporal: a: it is not there']);
  });

  it('lists every way, why it failed and what would help, when there is none', async () => {
    const sources: ExecutableSource[] = [notFound('a', 'no network'), notFound('b', 'no compiler')];
    await expect(findTemporal(sources, { log })).rejects.toThrow(
      /TEMPORAL_ADDRESS=host:port\n {2}a: no network\n {4}-> use a\n {2}b: no compiler\n {4}-> use b/,
    );
  });

  it('tries no further source once it is aborted', async () => {
    const later = found('b');
    const stop = new AbortController();
    const first: ExecutableSource = {
      name: 'a',
      advice: '',
      find: async () => {
        stop.abort(new Error('enough'));
        return { reason: 'interrupted' };
      },
    };
    await expect(findTemporal([first, later], { log, signal: stop.signal })).rejects.toThrow('enough');
    expect(later.find).not.toHaveBeenCalled();
  });
});

describe('temporalSources', () => {
  it('tries installed executables first, then a download, then a build', () => {
    const names = temporalSources({ PATH: '/usr/bin' }).map(({ name }) => name);
    expect(names).toEqual(['temporal CLI on PATH', 'temporal CLI in the cache', "the SDK's download", 'go install']);
  });
});

describe('onPath', () => {
  it('finds the CLI in a folder of the search path', async () => {
    const folder = folderWith('temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)');
    await expect(onPath(['/nowhere', folder].join(path.delimiter)).find({ log })).resolves.toEqual({
      path: path.join(folder, 'temporal'),
    });
  });

  it('refuses another program of that name', async () => {
    await expect(onPath(folderWith('I am a clock')).find({ log })).resolves.toMatchObject({
      reason: expect.stringContaining('another program'),
    });
  });

  it.each(['0.13.2 (Server 1.24.2, UI 2.30.3)', '1.5.0 (Server 1.29.0, UI 2.42.0)', '0.11.0 (server 1.22.6) (ui 2.26.2)'])(
    'refuses version %s as too old, and names the oldest that will do',
    async (version) => {
      await expect(onPath(folderWith(`temporal version ${version}`)).find({ log })).resolves.toEqual({
        reason: expect.stringMatching(/is too old: version .*Server 1\.29\.1 or later is needed/),
      });
    },
  );

  it.each(['0.0.0-DEV (Server 1.29.1, UI 2.42.1)', '1.6.0 (Server 1.30.0, UI 2.45.0)', '2.0.0 (Server 2.0.0, UI 3.0.0)'])(
    'takes version %s',
    async (version) => {
      const folder = folderWith(`temporal version ${version}`);
      await expect(onPath(folder).find({ log })).resolves.toEqual({ path: path.join(folder, 'temporal') });
    },
  );

  it('says so when there is none', async () => {
    await expect(onPath('/nowhere').find({ log })).resolves.toEqual({ reason: 'there is none' });
  });
});

describe('inCache', () => {
  it('passes over what does not run, such as half a download', async () => {
    const folder = folderWith('temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)');
    writeFileSync(path.join(folder, 'temporal-broken'), 'half', { mode: 0o755 });
    await expect(inCache(['/nowhere', folder]).find({ log })).resolves.toEqual({ path: path.join(folder, 'temporal') });
  });

  it('passes over what an earlier release has left there and is too old now', async () => {
    const folder = folderWith('temporal version 1.3.0 (Server 1.27.1, UI 2.36.0)');
    await expect(inCache([folder]).find({ log })).resolves.toEqual({ reason: 'there is none yet' });
  });

  it('is no error when it does not exist yet', async () => {
    await expect(inCache(['/nowhere']).find({ log })).resolves.toEqual({ reason: 'there is none yet' });
  });
});
