import type { IncomingHttpHeaders } from 'node:http';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { GatewaySettings } from '../config/gateway.settings.js';

export const ORIGIN_POLICY = Symbol('ORIGIN_POLICY');

type OriginSettings = Pick<GatewaySettings, 'HOST' | 'PUBLIC_URL' | 'CORS_ORIGINS'>;

const loopbackNames: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Which web pages may use the API. An API without keys trusts every client that can connect, and a browser on the same machine
 * connects for every page that it shows. So the API refuses requests of foreign pages (`Origin`, against CSRF) and requests for a
 * foreign name (`Host`, against DNS rebinding). Pages of `CORS_ORIGINS` may also read the answers.
 */
export class OriginPolicy {
  private readonly trustedHosts: ReadonlySet<string>;
  private readonly publicOrigin: string;

  /** @param keysRequired an API key proves the caller, so the names are not checked. */
  constructor(
    private readonly settings: OriginSettings,
    private readonly keysRequired: boolean,
  ) {
    const { hostname, origin } = new URL(settings.PUBLIC_URL);
    // DNS rebinding needs a name, so the listen address is trusted as well.
    this.trustedHosts = new Set([...loopbackNames, hostname, settings.HOST]);
    this.publicOrigin = origin;
  }

  /** @throws ProblemException 403 `HOST_REFUSED` or `ORIGIN_REFUSED`. */
  check({ host, origin }: Pick<IncomingHttpHeaders, 'host' | 'origin'>): void {
    if (this.keysRequired) return;
    if (host !== undefined && !this.isTrustedHost(host)) throw this.refused('HOST_REFUSED', 'Host', host);
    if (origin !== undefined && !this.isTrustedOrigin(origin)) throw this.refused('ORIGIN_REFUSED', 'Origin', origin);
  }

  /**
   * The same for a WebSocket, which browsers open across origins without a preflight.
   * @throws ProblemException 403, also where keys are required: a page of another origin may open no socket.
   */
  checkSocket(headers: Pick<IncomingHttpHeaders, 'host' | 'origin'>): void {
    this.check(headers);
    const { host, origin } = headers;
    if (!this.keysRequired || origin === undefined || this.mayReadAnswers(origin)) return;
    if (URL.canParse(origin) && new URL(origin).host === host) return;
    throw new ProblemException(403, 'ORIGIN_REFUSED', 'A page of another origin may not open this socket.');
  }

  /** Whether answers depend on the `Origin`. */
  get hasCorsOrigins(): boolean {
    return this.settings.CORS_ORIGINS.length > 0;
  }

  /** Whether pages of the origin may read answers (CORS). */
  mayReadAnswers(origin: string): boolean {
    return this.settings.CORS_ORIGINS.includes(origin);
  }

  private isTrustedHost(host: string): boolean {
    const [, name] = /^(\[[0-9a-f:.]+\]|[^:[\]/@\s]+)(?::\d{1,5})?$/.exec(host.toLowerCase()) ?? [];
    return name !== undefined && this.trustedHosts.has(name);
  }

  private isTrustedOrigin(origin: string): boolean {
    if (origin === this.publicOrigin || this.mayReadAnswers(origin)) return true;
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    return url.origin === origin && /^https?:$/.test(url.protocol) && loopbackNames.includes(url.hostname);
  }

  private refused(code: string, header: string, value: string): ProblemException {
    const own = `${loopbackNames.join(', ')} (any port) and PUBLIC_URL (${this.settings.PUBLIC_URL})`;
    return new ProblemException(
      403,
      code,
      `The API needs no key here, so it accepts requests from its own machine only. Its own names are ${own}. The ${header} ` +
        `${JSON.stringify(value.slice(0, 200))} is none of them. Set PUBLIC_URL, or require keys with AUTH=required.`,
    );
  }
}
