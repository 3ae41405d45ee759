import { subscribe } from 'node:diagnostics_channel';
import type { Agent, Dispatcher } from 'undici';

type OnSent = (onReusedConnection: boolean) => void;

/** The listener of the request that is being created. undici creates it before `request` returns. */
let pendingListener: OnSent | undefined;
const listeners = new WeakMap<object, OnSent>();
const usedSockets = new WeakSet<object>();

subscribe('undici:request:create', (message) => {
  if (pendingListener) listeners.set((message as { request: object }).request, pendingListener);
});
subscribe('undici:client:sendHeaders', (message) => {
  const { request, socket } = message as { request: object; socket: object };
  const sent = listeners.get(request);
  if (!sent) return;
  const used = usedSockets.has(socket);
  usedSockets.add(socket);
  sent(used);
});

/**
 * Sends a request. Calls `sent` when the request goes out on an open connection, because the timeout of the receiver starts then.
 * @param sent receives whether the connection has carried a request before, so that the receiver may have closed it meanwhile.
 */
export function sendOnConnection(
  agent: Agent,
  options: Dispatcher.RequestOptions & { origin: string },
  sent: OnSent,
): Promise<Dispatcher.ResponseData> {
  pendingListener = sent;
  try {
    return agent.request(options);
  } finally {
    pendingListener = undefined;
  }
}
