import type { ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';

/** Whether the route's method takes such an argument: its query, its body. */
export function declares(context: ExecutionContext, kind: RouteParamtypes): boolean {
  const declared = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as object | undefined;
  return Object.keys(declared ?? {}).some((key) => key.startsWith(`${kind}:`));
}
