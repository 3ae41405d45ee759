/** The used part of Express: its router's table, in which middleware has no route. */
export interface RoutingTable {
  router: { stack: readonly { match(path: string): unknown; route?: { methods: Readonly<Record<string, boolean>> } }[] };
}

/** The methods that routes have for the request's path, in capitals; none when there is no such path. */
export function allowedMethods({ router }: RoutingTable, path: string): string[] {
  const methods = router.stack.flatMap((layer) => (layer.route && layer.match(path) ? Object.keys(layer.route.methods) : []));
  const allowed = new Set(methods.map((method) => method.toUpperCase()));
  if (allowed.has('GET')) allowed.add('HEAD');
  return [...allowed].toSorted();
}
