import { Client, Connection } from '@temporalio/client';
import { system } from '../../support/system.js';

/** Cancels a workflow as an operator of Temporal can, without the API. */
export async function cancelWorkflow(sagaId: string): Promise<void> {
  const connection = await Connection.connect({ address: system().temporalAddress });
  try {
    await new Client({ connection }).workflow.getHandle(sagaId).cancel();
  } finally {
    await connection.close();
  }
}
