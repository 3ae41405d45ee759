import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canReach } from './postgres.account.js';

const stranger = { uid: 65_533, gid: 65_533 };

describe('canReach', () => {
  it('says no as soon as one folder on the way is closed, and yes when all let people pass', () => {
    const outer = mkdtempSync(path.join(tmpdir(), 'reach-')); // for its owner alone
    const inner = path.join(outer, 'inner');
    mkdirSync(inner);
    chmodSync(inner, 0o755);
    expect(canReach(inner, stranger)).toBe(false);
    chmodSync(outer, 0o711);
    expect(canReach(inner, stranger)).toBe(true);
  });

  it('asks of an owner what the owner may do', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'reach-'));
    expect(canReach(folder, { uid: process.getuid!(), gid: stranger.gid })).toBe(true);
    chmodSync(folder, 0o077);
    expect(canReach(folder, { uid: process.getuid!(), gid: stranger.gid })).toBe(false);
    chmodSync(folder, 0o700);
  });
});
