import { Controller, type DynamicModule, Get, Header, Inject, type InjectionToken, Module } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { register } from 'prom-client';

/** Answers when the named dependency can be used and throws when it cannot; must settle within a second or two by itself. */
export type ReadinessChecks = Record<string, () => Promise<unknown>>;

export const READINESS_CHECKS = Symbol('READINESS_CHECKS');

/** `/healthz`: the process lives. `/readyz`: it can do its work. `/metrics`: Prometheus text. */
@Controller()
class OperationsController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(READINESS_CHECKS) private readonly checks: ReadinessChecks,
  ) {}

  @Get('healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  ready() {
    return this.health.check(
      Object.entries(this.checks).map(([name, check]) => async () => {
        const indicator = this.indicators.check(name);
        return check().then(
          () => indicator.up(),
          (error: unknown) => indicator.down({ reason: error instanceof Error ? error.message : String(error) }),
        );
      }),
    );
  }

  @Get('metrics')
  @Header('Content-Type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }
}

@Module({})
export class OperationsModule {
  /** `readiness` is provided by a factory, so that checks can use the application's own connections. */
  static register(readiness: {
    inject: InjectionToken[];
    useFactory: (...dependencies: never[]) => ReadinessChecks;
    imports?: DynamicModule[];
  }): DynamicModule {
    return {
      module: OperationsModule,
      imports: [TerminusModule.forRoot({ logger: false }), ...(readiness.imports ?? [])],
      controllers: [OperationsController],
      providers: [{ provide: READINESS_CHECKS, inject: readiness.inject, useFactory: readiness.useFactory as never }],
    };
  }
}
