/** Entries as undici, gRPC and others read them; only some know a range of addresses. */
const loopback = ['localhost', '127.0.0.1', '127.0.0.0/8', '::1', '[::1]'];

/** The variables that clients read: undici the first one that is set, gRPC the lower case, or `no_grpc_proxy` instead. */
const exemptions = ['no_proxy', 'NO_PROXY'] as const;

/**
 * Keeps variables for other programs from changing the connections of this process and its children. Removes libpq's variables
 * (`PGSSLMODE`, `PGOPTIONS`, …), because DATABASE_URL is complete. Uses no proxy for loopback. May be repeated.
 */
export function guardOwnConnections(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) if (/^PG[A-Z]/.test(name)) delete environment[name];
  const [lower, upper] = exemptions.map((name) => environment[name] || undefined);
  environment['no_proxy'] = withLoopback(lower ?? upper);
  environment['NO_PROXY'] = withLoopback(upper ?? lower);
  const { no_grpc_proxy: ofGrpc } = environment;
  if (ofGrpc) environment['no_grpc_proxy'] = withLoopback(ofGrpc);
}

function withLoopback(list = ''): string {
  const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
  // `*` exempts everything, and works only alone.
  return entries.includes('*') ? '*' : [...new Set([...entries, ...loopback])].join(',');
}
