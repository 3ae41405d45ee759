import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareNamespace } from '../../apps/setup/prepare-namespace.js';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';
import { system } from '../support/system.js';

let connection: Connection;
beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
});
afterAll(() => connection.close());

describe('what setup does with the namespace', () => {
  it('creates it where it is missing, with what sagas need, and may be repeated', { timeout: 90_000 }, async () => {
    const namespace = `prepared-${randomUUID()}`;
    for (let twice = 0; twice < 2; twice++) await prepareNamespace(connection, namespace);
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(72 * 3_600);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    for (const { name } of Object.values(searchAttributes)) expect(customAttributes).toHaveProperty(name);
    const client = new Client({ connection, namespace });
    expect((await client.workflow.count()).count).toBe(0);
  });
});
