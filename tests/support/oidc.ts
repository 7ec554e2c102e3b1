import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { projectRoot } from '../../platform/projectRoot.js';

export interface OidcProviderProcess {
  stop(): Promise<void>;
}

/** A real OpenID provider on this port, which knows one client. */
export async function startOidcProvider(
  port: number,
  client: { id: string; secret: string; redirectUri: string },
): Promise<OidcProviderProcess> {
  const child: ChildProcess = fork(path.join(projectRoot, 'tests/support/oidcProvider.mjs'), {
    env: { ...process.env, PORT: String(port), CLIENT_ID: client.id, CLIENT_SECRET: client.secret, REDIRECT_URI: client.redirectUri },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  await once(child, 'message');
  return {
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

/** A browser as far as a sign-in needs one: it keeps cookies by origin and path, and follows redirects up to a place. */
export class Browser {
  private readonly cookies: { origin: string; name: string; value: string; path: string }[] = [];

  async ask(url: string, form?: Record<string, string>): Promise<Response> {
    const { origin, pathname } = new URL(url);
    const cookie = this.cookies
      .filter((one) => one.origin === origin && pathname.startsWith(one.path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { ...(cookie && { cookie }) },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) this.keep(origin, line);
    return response;
  }

  /** Goes where it is sent, until an address of this origin is next, which it does not ask. */
  async follow(url: string, untilOrigin: string, form?: Record<string, string>): Promise<string> {
    let response = await this.ask(url, form);
    let at = url;
    for (let step = 0; step < 20; step += 1) {
      const location = response.headers.get('location');
      if (location === null) return at;
      at = new URL(location, at).href;
      if (new URL(at).origin === untilOrigin) return at;
      response = await this.ask(at);
    }
    throw new Error(`too many redirects, the last to ${at}`);
  }

  cookie(name: string): string | undefined {
    return this.cookies.find((one) => one.name === name)?.value;
  }

  private keep(origin: string, line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const at = this.cookies.findIndex((one) => one.name === name && one.origin === origin);
    if (at >= 0) this.cookies.splice(at, 1);
    const isOver = /expires=Thu, 01 Jan 1970/i.test(line) || value === '';
    if (!isOver) this.cookies.push({ origin, name, value, path: /path=([^;]+)/i.exec(line)?.[1] ?? '/' });
  }
}
