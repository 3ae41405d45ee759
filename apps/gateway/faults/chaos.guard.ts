import { type CanActivate, Inject, Injectable } from '@nestjs/common';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';

/** Faults on demand are for trying things out: off unless asked for, and never on in production. */
@Injectable()
export class ChaosGuard implements CanActivate {
  constructor(@Inject(GATEWAY_SETTINGS) private readonly settings: Pick<GatewaySettings, 'CHAOS' | 'NODE_ENV'>) {}

  /** @throws ProblemException 403 `CHAOS_DISABLED`. */
  canActivate(): boolean {
    if (this.settings.CHAOS && this.settings.NODE_ENV !== 'production') return true;
    throw new ProblemException(
      403,
      'CHAOS_DISABLED',
      'Faults on demand are off: they need CHAOS=true and are never on with NODE_ENV=production.',
    );
  }
}
