import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { system } from '../support/system.js';

interface Schema {
  $ref?: string;
  type?: string;
  required?: string[];
  properties?: Record<string, Schema>;
}
interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: Schema;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** A request that no route may accept, and the statuses that are right for it (any 4xx, unless it says). */
interface Attack {
  name: string;
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  statuses?: number[];
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];
const json = { 'content-type': 'application/json' };
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const hostileSegments = [
  '%00',
  '%ZZ',
  '%',
  '%E0%A4%A',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  'a%20b',
  '%27%20OR%201%3D1--',
  '%F0%9F%92%A9',
  '__proto__',
  '%3Cscript%3E',
  'x'.repeat(300),
  '-',
  '.',
  '%0d%0aSet-Cookie:x',
  '%C0%80',
  "'",
  '{{7*7}}',
  '$(id)',
  '*',
  '-1',
  'create-order:',
  ':',
  'a:b:c:d',
];
const hostileCursors = [
  '',
  '%00',
  'garbage',
  '%F0%9F%92%A9',
  'x'.repeat(1_025),
  'A'.repeat(1_024),
  ...[
    [],
    {},
    null,
    0,
    [null],
    ['\0'],
    ['\0', '\0'],
    ['x', 'y'],
    ['not a date', 'x'],
    ['0000-01-01T00:00:00Z', 'x'],
    ['0000-01-01T00:00:00Z', '0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'],
    ['2026-01-01T00:00:00Z', '\ud800'],
    ['\ud800'],
    [['x']],
    [1.5],
    [1e308],
    ['x'.repeat(257)],
    [{}],
    ['a', 'b', 'c'],
  ].map(encoded),
];
const hostileLimits = [
  '',
  '0',
  '-1',
  '201',
  '1.5',
  '1e9',
  'NaN',
  'Infinity',
  'abc',
  '%00',
  '99999999999999999999',
  '5%20OR%201',
  '[]',
  'true',
];
/** Bodies that every route refuses. */
const hostileJson = [
  'null',
  'true',
  '0',
  '"text"',
  '[]',
  '[{}]',
  '{}',
  '{"surprise":1}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{}}}',
  '""',
].map((text): [string, string] => [text, text]);
hostileJson.push(
  ['a deep nest', '['.repeat(40_000) + ']'.repeat(40_000)],
  ['a deep object', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ['many fields', JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}`, i])))],
);
const hostileTexts = ['', '%00', '%27', "x'%20OR%20'1'%3D'1", '%F0%9F%92%A9', 'x'.repeat(2_000), '%3Cscript%3E', '%'];

function attacksOn(api: OpenApi, path: string, method: string, operation: Operation): Attack[] {
  const { parameters = [], requestBody } = operation;
  const url = withSegments(path);
  const base = { method, path: url };
  const own: Attack[] = [];

  for (const { name } of parameters.filter((parameter) => parameter.in === 'path')) {
    for (const value of hostileSegments)
      own.push({
        ...base,
        name: `${name} is ${value.slice(0, 40)}`,
        path: withSegments(path, { [name]: value }),
      });
  }
  const queries = parameters.filter((parameter) => parameter.in === 'query');
  for (const { name } of queries) {
    const values = name === 'limit' ? hostileLimits : name === 'after' ? hostileCursors : hostileTexts;
    for (const value of values) own.push({ ...base, name: `${name}=${value.slice(0, 40)}`, path: `${url}?${name}=${value}` });
    if (name === 'after')
      own.push({
        ...base,
        name: 'after the end of numbers',
        path: `${url}?after=${encoded([2 ** 53 - 1])}`,
        statuses: [200, 404, 422],
      });
    own.push(
      { ...base, name: `${name} twice`, path: `${url}?${name}=1&${name}=2` },
      { ...base, name: `${name}[]`, path: `${url}?${name}[]=1` },
      { ...base, name: `${name}[$gt]`, path: `${url}?${name}[$gt]=1` },
    );
  }
  for (const query of ['surprise=1', '__proto__=1', '__proto__[x]=1', 'constructor=1', '=1', '%00=1', '%ZZ=1'])
    own.push({ ...base, name: `unknown query ${query}`, path: `${url}?${query}` });

  if (['post', 'put', 'patch'].includes(method))
    own.push(...hostileBodies(base, bodySchema(api, requestBody), requestBody?.required === true));
  else own.push({ ...base, name: 'a body', headers: json, body: '{"surprise":1}', statuses: [422] });
  if (method === 'post') {
    const statuses = requestBody?.required === true ? [400, 422] : [400];
    for (const key of ['', 'a b', 'x'.repeat(256), 'ü'])
      own.push({ ...base, name: `the key ${key.slice(0, 10)}`, headers: { 'idempotency-key': key }, statuses });
  }
  own.push(
    { ...base, name: 'a URL longer than is read', path: `${url}?surprise=${'x'.repeat(20_000)}`, statuses: [414, 422, 431] },
    { ...base, name: 'headers longer than are read', headers: { 'x-long': 'x'.repeat(20_000) }, statuses: [431] },
  );
  return own;
}

/** A path of the document with a well-formed id that does not exist for each parameter that is not given. */
const withSegments = (path: string, given: Record<string, string> = {}) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => given[name] ?? absent[name] ?? 'nobody');
const absent: Record<string, string> = { sagaId: 'create-order:nobody', id: '0' };

function bodySchema(api: OpenApi, requestBody: Operation['requestBody']): Schema | undefined {
  const schema = requestBody?.content['application/json']?.schema;
  return schema?.$ref ? api.components.schemas[schema.$ref.split('/').at(-1)!] : schema;
}

function hostileBodies(base: Pick<Attack, 'method' | 'path'>, schema: Schema | undefined, required: boolean): Attack[] {
  const unreadable: Attack[] = [
    { ...base, name: 'broken JSON', headers: json, body: '{"a":', statuses: [400] },
    { ...base, name: 'no JSON', headers: json, body: '<a/>', statuses: [400] },
    { ...base, name: 'half a character', headers: json, body: Uint8Array.from([0x7b, 0xff, 0xfe]), statuses: [400] },
    { ...base, name: 'more than is taken', headers: json, body: JSON.stringify({ a: 'x'.repeat(200_000) }), statuses: [413] },
    {
      ...base,
      name: 'a zip bomb',
      headers: { ...json, 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ a: 'x'.repeat(5_000_000) })),
      statuses: [413],
    },
    { ...base, name: 'a broken encoding', headers: { ...json, 'content-encoding': 'gzip' }, body: 'not gzip', statuses: [400] },
    { ...base, name: 'an unknown encoding', headers: { ...json, 'content-encoding': 'rot13' }, body: '{}', statuses: [415] },
    {
      ...base,
      name: 'an unknown charset',
      headers: { 'content-type': 'application/json; charset=klingon' },
      body: '{}',
      statuses: [415],
    },
    ...[
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonx',
      'json',
      '',
    ].map((type): Attack => ({
      ...base,
      name: `the content type ${type}`,
      headers: { 'content-type': type },
      body: '{"a":1}',
      statuses: [415],
    })),
  ];
  if (!schema) return [...unreadable, ...bodiesWhereNoneIsTaken(base)];
  const wrong = [...hostileJson];
  for (const property of Object.keys(schema.properties ?? {})) {
    for (const value of [
      null,
      true,
      -1,
      1e308,
      '',
      '\0',
      '\ud800',
      'x'.repeat(50_000),
      [],
      [null],
      {},
      { $gt: '' },
      [[]],
      "'; drop table orders; --",
      '💩',
    ]) {
      wrong.push([`only ${property}: ${JSON.stringify(value).slice(0, 30)}`, JSON.stringify({ [property]: value })]);
    }
  }
  // An optional body may be empty, too. Then only the rest of the request can be wrong.
  const left = required ? [400, 415, 422] : [404];
  return [
    ...unreadable,
    { ...base, name: 'no body', statuses: left },
    { ...base, name: 'an empty body', headers: json, body: '', statuses: left },
    ...(required ? [] : [{ ...base, name: 'an empty object', headers: json, body: '{}', statuses: left }]),
    ...wrong
      .filter(([, body]) => required || body !== '{}')
      .map(([name, body]): Attack => {
        // One field alone may be all that the schema needs; then it is what the request is about that is not there.
        const field = /^only (\w+)/.exec(name)?.[1];
        const isEnough = field !== undefined && (schema.required ?? []).every((needed) => needed === field);
        const statuses = isEnough && !isUnkeepable(body) ? [404, 422] : [422];
        return { ...base, name: `the body ${name}`, headers: json, body, statuses };
      }),
  ];
}

/**
 * Values that JSON can express and a database cannot store. No field accepts them; the alternative would be a 5xx for an otherwise valid
 * request.
 */
const isUnkeepable = (body: string) => body.includes(String.raw`\u0000`) || body.includes(String.raw`\ud800`);

/** A request with a body that the operation ignores is refused, so that no data is lost silently. No body, or an empty object, is valid. */
const bodiesWhereNoneIsTaken = (base: Pick<Attack, 'method' | 'path'>): Attack[] => [
  { ...base, name: 'no body', statuses: [404] },
  { ...base, name: 'an empty object', headers: json, body: '{}', statuses: [404] },
  ...hostileJson
    .filter(([, body]) => body !== '{}')
    .map(([name, body]): Attack => ({ ...base, name: `the body ${name}`, headers: json, body, statuses: [422] })),
];

async function attack({ method, path, headers = {}, body }: Attack): Promise<{ status: number; type: string; text: string }> {
  // Not fetch: it would repair some of what is sent here.
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(system().gatewayUrl);
    const content = body === undefined ? undefined : Buffer.from(body);
    const length = content ? [`Content-Length: ${content.length}`] : [];
    const head = [
      `${method.toUpperCase()} ${path} HTTP/1.1`,
      `Host: ${hostname}`,
      'Connection: close',
      ...length,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      if (content) socket.write(content);
    });
    const done = () => {
      const answer = Buffer.concat(chunks).toString('utf8');
      const [top = '', ...rest] = answer.split('\r\n\r\n');
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(top)?.[1] ?? 0),
        type: /content-type: (.*)/i.exec(top)?.[1] ?? '',
        text: rest.join('\r\n\r\n'),
      });
    };
    socket.on('data', (chunk) => chunks.push(chunk)).on('close', done);
    // The server may hang up on what it has refused while it is still being sent; what it said before counts.
    socket.on('error', (error) => (chunks.length > 0 ? done() : reject(error)));
    socket.setTimeout(10_000, () => socket.destroy(new Error(`${method} ${path.slice(0, 80)}: no answer`)));
  });
}

function problemIn(text: string): { status?: unknown; code?: unknown; title?: unknown } {
  const start = text.indexOf('{');
  return start < 0 ? {} : (JSON.parse(text.slice(start, text.lastIndexOf('}') + 1)) as object);
}

let api: OpenApi;
beforeAll(async () => {
  api = (await (await fetch(new URL('/openapi.json', system().gatewayUrl))).json()) as OpenApi;
});

/** Every operation of the document, so that a new route is attacked without being named here. */
const operations = () =>
  Object.entries(api.paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method]).map((method) => ({ path, method, operation: item[method]! })),
  );

async function refusals(attacks: Attack[]): Promise<string[]> {
  const wrong: string[] = [];
  const queue = [...attacks];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { status, type, text } = await attack(next);
      const { status: said, code, title } = problemIn(text);
      const expected = next.statuses ? next.statuses.includes(status) : status >= 400 && status <= 499;
      const isFine = status < 400;
      const isProblem =
        type.startsWith('application/problem+json') &&
        said === status &&
        typeof code === 'string' &&
        /^[A-Z][A-Z0-9_]+$/.test(code) &&
        typeof title === 'string';
      const leaks = /\bat .*\.[jt]s:\d|node_modules|prisma|SELECT /i.test(text);
      if (!expected || !(isFine || isProblem) || leaks)
        wrong.push(`${next.method} ${next.path.slice(0, 100)} with ${next.name}: ${status} ${type} ${text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return wrong;
}

describe('hostile input', () => {
  it('finds the routes in the OpenAPI document', () => {
    const known = operations().map(({ path, method }) => `${method} ${path}`);
    expect(known).toEqual(
      expect.arrayContaining([
        'post /v1/orders',
        'get /v1/orders/{orderId}',
        'put /v1/faults',
        'post /v1/sagas/{sagaId}/resolve',
        'get /v1/customers/{customerId}/credit',
      ]),
    );
    expect(known.length).toBeGreaterThanOrEqual(16);
  });

  it('is answered by every route with a problem document of the 4xx, never with a 5xx', async () => {
    let sent = 0;
    for (const { path, method, operation } of operations()) {
      const attacks = attacksOn(api, path, method, operation);
      expect(attacks.length, `${method} ${path}`).toBeGreaterThanOrEqual(1);
      sent += attacks.length;
      expect.soft(await refusals(attacks), `${method} ${path}`).toEqual([]);
    }
    expect(sent).toBeGreaterThan(800);
  }, 300_000); // thousands of requests, on whatever machine

  it('is a method that a route does not have', async () => {
    const attacks = Object.entries(api.paths).flatMap(([path, item]) =>
      [...methods, 'trace', 'propfind']
        .filter((method) => !item[method])
        .map((method): Attack => ({
          name: 'a method that is not there',
          method,
          path: path.replaceAll(/\{\w+\}/g, 'create-order:nobody'),
          statuses: [405],
        })),
    );
    expect(await refusals(attacks)).toEqual([]);
    const { status, headers } = await fetch(new URL('/v1/orders/nobody', system().gatewayUrl), { method: 'DELETE' });
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const inside = await fetch(new URL('/position', system().relayUrl), { method: 'DELETE' });
    expect([inside.status, inside.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is a path that is not there', async () => {
    const paths = [
      '/v1',
      '/v1/',
      '/v1/nothing',
      '/v1//orders',
      '/v2/orders',
      '/..%2f..%2fetc/passwd',
      '/.env',
      '/docs/../.env',
      '/v1/orders/a/b',
      '/%00',
      '/%ZZ',
    ];
    expect(
      await refusals(paths.map((path) => ({ name: 'a path that is not there', method: 'get', path, statuses: [400, 404, 422] }))),
    ).toEqual([]);
  });

  it('is no HTTP at all', async () => {
    expect(
      await refusals([
        { name: 'a broken request line', method: 'GET /v1/orders HTTP/9.9\r\nx', path: '/', statuses: [400] },
        { name: 'a broken header', method: 'get', path: '/v1/orders', headers: { 'bad header': 'x' }, statuses: [400] },
      ]),
    ).toEqual([]);
  });

  it('has left the system as it was', async () => {
    expect((await fetch(new URL('/readyz', system().gatewayUrl))).status).toBe(200);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('admin');
  });
});
