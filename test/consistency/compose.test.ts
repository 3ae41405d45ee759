import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingNames } from '../../libs/config/settings.js';
import { listenerProcesses, participantProcesses, splitProcesses } from '../../libs/embedded/processes.js';
import { MAX_CONNECTIONS } from '../../libs/embedded/postgres.tuning.js';
import { temporalTuning } from '../../libs/embedded/temporal.tuning.js';

interface Service {
  image?: string;
  command?: string[];
  environment?: Record<string, unknown>;
  ports?: string[];
  profiles?: string[];
  volumes?: string[];
  depends_on?: Record<string, unknown>;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const apps = services.filter(([, { command }]) => command?.[0] === 'node');

// These checks keep the file correct without a Docker engine. They start no container.
describe('docker-compose.yml', () => {
  it('runs every process of the system, each from the one image', () => {
    const mains = apps.map(([, { command }]) => command?.[1]);
    for (const { main } of [...participantProcesses, ...listenerProcesses, ...splitProcesses])
      expect(mains).toContain(`dist/bundled/${main}`);
    for (const main of mains) expect(existsSync(main!.replace('dist/bundled/', '').replace('.js', '.ts')), main).toBe(true);
    expect(new Set(apps.map(([, { image }]) => image))).toEqual(new Set(['roundtrip']));
  });

  it('gives the processes settings that there are, and no others', () => {
    expect(apps.length).toBeGreaterThan(0);
    for (const [name, { environment }] of apps) {
      for (const setting of Object.keys(environment ?? {}))
        expect(settingNames, `${name} is given ${setting}`).toContain(setting);
    }
  });

  it('gives every participant the database of its own role, and its callers its address', () => {
    for (const { name, listensOn } of participantProcesses) {
      const participant = compose.services[name]?.environment;
      expect(participant?.['DATABASE_URL']).toContain(`//roundtrip_${name}:`);
      for (const caller of ['gateway', 'worker']) {
        expect(compose.services[caller]?.environment?.[listensOn]).toBe(`http://${name}:${String(participant?.['PORT'])}`);
      }
    }
  });

  it('gives every listener the database of its own role, and the gateway its address', () => {
    for (const { name, listensOn, owns } of listenerProcesses) {
      const listener = compose.services[name]?.environment;
      const [address, port] = listensOn.endsWith('_PORT') ? [listensOn.replace('_PORT', '_URL'), listensOn] : [listensOn, 'PORT'];
      expect(listener?.['DATABASE_URL']).toContain(`//roundtrip_${owns}:`);
      expect(compose.services['gateway']?.environment?.[address], address).toBe(`http://${name}:${String(listener?.[port])}`);
    }
  });

  it('passes the retention settings to every process with a database, with the defaults of .env.example', () => {
    const defaults = parseEnv(readFileSync('.env.example', 'utf8'));
    const names = settingNames.filter((name) => name.endsWith('_RETENTION_HOURS'));
    expect(names.length).toBeGreaterThan(0);
    const passed = Object.fromEntries(names.map((name) => [name, `\${${name}:-${defaults[name]}}`]));
    for (const { name } of [...participantProcesses, ...listenerProcesses])
      expect(compose.services[name]?.environment, name).toMatchObject(passed);
  });

  it('prepares databases and namespace before anything uses them', () => {
    for (const [name, { depends_on }] of apps.filter(([it]) => it !== 'setup')) expect(depends_on, name).toHaveProperty('setup');
  });

  it('depends on services that there are', () => {
    for (const [, { depends_on }] of services)
      for (const name of Object.keys(depends_on ?? {})) expect(compose.services).toHaveProperty(name);
  });

  it('has an optional broker that relay and consumers use, and keeps its data', () => {
    const { nats } = compose.services;
    expect(nats?.profiles).toEqual(['nats']);
    expect(nats?.command).toContain('-js');
    // If one of them lacks an entry, another one would wait for it in vain.
    for (const name of ['relay', 'saga', 'notification', 'projection'])
      expect(compose.services[name]?.environment, name).toMatchObject({
        EVENT_CHANNEL: '${EVENT_CHANNEL:-postgres}',
        NATS_URL: '${NATS_URL:-nats://nats:4222}',
        KAFKA_BROKERS: '${KAFKA_BROKERS:-kafka:9092}',
      });
    for (const volume of nats?.volumes ?? []) expect(compose.volumes).toHaveProperty(volume.split(':')[0]!);
    expect(nats?.volumes).toHaveLength(1);
  });

  it('has a database with more connections than the embedded one, because Temporal uses it, too', () => {
    const [, limit] = /^max_connections=(\d+)$/.exec(compose.services['postgres']?.command?.at(-1) ?? '') ?? [];
    expect(Number(limit)).toBeGreaterThan(MAX_CONNECTIONS);
  });

  it("runs Temporal's own server once a job has brought its schema to the same release", () => {
    const { temporal, 'temporal-schema': schema } = compose.services;
    const [image, release] = temporal!.image!.split(':');
    expect([image, schema!.image]).toEqual(['temporalio/server', `temporalio/admin-tools:${release}`]);
    expect(temporal!.depends_on).toMatchObject({ 'temporal-schema': { condition: 'service_completed_successfully' } });
    const [script] = schema!.volumes!.map((volume) => volume.split(':')[0]!);
    const steps = readFileSync(script!, 'utf8');
    for (const step of ['create', 'setup-schema', 'update-schema', 'temporal temporal_visibility']) expect(steps).toContain(step);
    expect(services.map(([, service]) => service.image)).not.toContainEqual(expect.stringContaining('auto-setup'));
  });

  it('publishes on loopback only', () => {
    for (const [name, { ports }] of services) for (const port of ports ?? []) expect(port, name).toMatch(/^127\.0\.0\.1:/);
  });
});

describe("the compose system's Temporal", () => {
  it('is tuned as the embedded one is', () => {
    const dynamic = parse(readFileSync('deploy/temporal/dynamicconfig.yaml', 'utf8')) as Record<string, { value: unknown }[]>;
    expect(Object.fromEntries(Object.entries(dynamic).map(([key, [first]]) => [key, String(first?.value)]))).toEqual(
      temporalTuning,
    );
  });
});

describe('the image', () => {
  it('is built on the Node that the project is tested with, and holds what the processes read', () => {
    const dockerfile = readFileSync('Dockerfile', 'utf8');
    expect(dockerfile).toContain('FROM node:20.');
    for (const folder of ['dist', 'prisma', 'node_modules'])
      expect(dockerfile).toContain(`COPY --from=build /app/${folder} ${folder}`);
    expect(readdirSync('apps')).toEqual(expect.arrayContaining(['gateway', 'worker', 'setup']));
  });
});
