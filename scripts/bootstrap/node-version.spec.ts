import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeVersionProblem } from './node-version.mjs';

describe('nodeVersionProblem', () => {
  it.each(['v20.19.0', 'v20.19.1', 'v20.20.2', 'v21.0.0', 'v22.1.0', 'v100.0.0'])('accepts %s for >=20.19.0', (found) => {
    expect(nodeVersionProblem(found, '>=20.19.0')).toBeUndefined();
  });

  it.each(['v20.18.3', 'v20.9.0', 'v18.20.4', 'v8.0.0', 'v20.0.0-nightly'])('refuses %s for >=20.19.0', (found) => {
    expect(nodeVersionProblem(found, '>=20.19.0')).toBeDefined();
  });

  it('names the version that was found, the one that is wanted, and what to do', () => {
    expect(nodeVersionProblem('v18.20.4', '>=20.19.0')).toMatch(
      /needs Node >=20\.19\.0.*is Node v18\.20\.4.*Install a newer one/,
    );
  });

  it('understands what package.json asks for', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    expect(engines.node).toMatch(/^>=\d+\.\d+\.\d+$/);
    expect(nodeVersionProblem(process.version, engines.node)).toBeUndefined();
  });
});
